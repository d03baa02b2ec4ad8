// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// callback_handle: a call-back that was given to an event loop; asyncio's Handle and TimerHandle.
//
// Copies share one call-back. Dropping them all changes nothing: the loop keeps the call-back until it has run.
// Cancellation: the call-back does not run, also when it is later in the tick that is under way; a cancelled timer
// leaves the heap at once. Conformance: LOOP-05, LOOP-10, LOOP-11.
#pragma once

#include <corace/detail/callback.h>

#include <optional>

namespace corace {

class callback_handle {
public:
  /// No call-back.
  callback_handle() noexcept = default;
  explicit callback_handle(detail::pointer<detail::callback_state> state) noexcept : state_(std::move(state)) {}

  void cancel() noexcept {
    if (state_)
      state_->cancel();
  }
  [[nodiscard]] bool cancelled() const noexcept { return state_ && state_->cancelled; }
  /// The deadline; nothing for a call-back that is to run soon.
  [[nodiscard]] std::optional<loop_clock::time_point> when() const noexcept {
    return state_ && state_->timed ? std::optional(state_->deadline()) : std::nullopt;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }
  [[nodiscard]] friend bool operator==(const callback_handle &, const callback_handle &) noexcept = default;
  [[nodiscard]] const detail::pointer<detail::callback_state> &state() const noexcept { return state_; }

private:
  detail::pointer<detail::callback_state> state_;
};

[[nodiscard]] std::string to_string(const callback_handle &handle);

} // namespace corace
