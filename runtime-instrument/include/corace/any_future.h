// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// any_future: a future or task whose result type does not matter.
//
// A done call-back runs in the tick after the end, in a copy of the context of the moment in which it was added; one
// that is added to an ended future runs in the next tick. Conformance: FUT-01, FUT-05, FUT-09, FUT-11, FUT-12, FUT-29,
// FUT-30, CTX-23.
#pragma once

#include <corace/detail/future_state.h>
#include <corace/errors.h>

#include <functional>
#include <string_view>

namespace corace {

class any_future {
public:
  /// Names a done call-back; several registrations may share one name.
  using callback_id = std::uint64_t;

  any_future() noexcept = default;
  explicit any_future(detail::pointer<detail::future_state> state) noexcept : state_(std::move(state)) {}

  [[nodiscard]] bool done() const { return state()->done(); }
  /// Whether it has ended by cancellation.
  [[nodiscard]] bool cancelled() const { return state()->done() && state()->was_cancelled; }
  /// A future ends cancelled at once. A task is asked to end: cancelled_error comes out of its current await. False: it
  /// has ended already. The message goes into the cancelled_error.
  bool cancel(std::string message = {}) const { return state()->cancel(std::move(message)); }
  /// What it threw; null when it ended with a result. Throws invalid_state when it has not ended, cancelled_error when
  /// it was cancelled.
  [[nodiscard]] std::exception_ptr exception() const { return detail::outcome_exception(*state()); }

  callback_id add_done_callback(std::function<void(const any_future &)> f) const;
  /// The same, under a name that is in use already.
  void add_done_callback(std::function<void(const any_future &)> f, callback_id name) const;
  /// Takes all registrations of that name back; how many there were.
  std::size_t remove_done_callback(callback_id name) const;

  /// The loop that it belongs to; null once that has gone.
  [[nodiscard]] event_loop *loop() const { return state()->live_loop(); }
  /// Where it was made; known in debug mode.
  [[nodiscard]] std::optional<std::source_location> created() const {
    return state()->has_place ? std::optional(state()->created) : std::nullopt;
  }

  /// Whether there is one.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }
  /// Whether it is the same one.
  [[nodiscard]] friend bool operator==(const any_future &a, const any_future &b) noexcept {
    return a.state_ == b.state_;
  }
  [[nodiscard]] const detail::pointer<detail::future_state> &state() const {
    if (!state_)
      throw usage_error("corace: this handle has no future or task");
    return state_;
  }

protected:
  detail::pointer<detail::future_state> state_;
};

/// "future pending", "task 'a' finished: exception ...", with the number of call-backs and what a task waits for.
[[nodiscard]] std::string to_string(const any_future &f);

namespace detail {
/// The text of a state; `value` is that of its result.
[[nodiscard]] std::string state_words(const future_state &state, const std::string &value);

/// Keeps a text from following results that are futures without end.
class nesting {
public:
  nesting() noexcept { ++depth_; }
  nesting(const nesting &) = delete;
  nesting &operator=(const nesting &) = delete;
  ~nesting() { --depth_; }
  [[nodiscard]] bool too_deep() const noexcept { return depth_ > 3; }

private:
  static inline constinit thread_local int depth_ = 0;
};

/// A result in words: numbers, texts, and futures; empty for all others.
template <class T> [[nodiscard]] std::string value_words([[maybe_unused]] const T &value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_arithmetic_v<T>)
    return std::to_string(value);
  else if constexpr (std::is_convertible_v<const T &, std::string_view>)
    return "'" + std::string(std::string_view(value)) + "'";
  else if constexpr (std::is_base_of_v<any_future, T>)
    return to_string(value);
  else
    return {};
}

template <class T> [[nodiscard]] std::string result_words(const any_future &f) {
  if (!f)
    return to_string(f);
  const nesting level;
  if (level.too_deep())
    return "...";
  future_state &state = *f.state();
  if constexpr (!std::is_void_v<T>)
    if (state.done() && !state.error && !state.was_cancelled && value_in<T>(state))
      return state_words(state, value_words<std::remove_cvref_t<T>>(kept<T>(state)));
  return state_words(state, {});
}
} // namespace detail

} // namespace corace
