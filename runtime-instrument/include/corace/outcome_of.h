// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// outcome_of<T>: how a task ended, as a value: with its result, or with what it threw.
//
// gather_results() gives these. A task that was cancelled has the cancelled_error as its error. Conformance: G-05.
#pragma once

#include <corace/detail/future_state.h>

#include <exception>
#include <utility>
#include <variant>

namespace corace {

template <class T = void> class outcome_of {
public:
  using value_type = T;
  explicit outcome_of(detail::stored<T> value) : state_(std::in_place_index<0>, std::move(value)) {}
  explicit outcome_of(std::exception_ptr error) noexcept : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  /// What it threw; null: there is a result.
  [[nodiscard]] std::exception_ptr error() const noexcept { return has_value() ? nullptr : std::get<1>(state_); }

  /// The result; throws what the task threw.
  decltype(auto) value() const & {
    rethrow();
    if constexpr (std::is_reference_v<T>)
      return static_cast<T>(*std::get<0>(state_));
    else if constexpr (!std::is_void_v<T>)
      return static_cast<const T &>(std::get<0>(state_));
  }
  T value() && {
    rethrow();
    if constexpr (std::is_reference_v<T>)
      return static_cast<T>(*std::get<0>(state_));
    else if constexpr (!std::is_void_v<T>)
      return std::move(std::get<0>(state_));
  }
  decltype(auto) operator*() const & { return value(); }
  T operator*() && { return std::move(*this).value(); }

private:
  void rethrow() const {
    if (!has_value())
      std::rethrow_exception(std::get<1>(state_));
  }

  std::variant<detail::stored<T>, std::exception_ptr> state_;
};

} // namespace corace
