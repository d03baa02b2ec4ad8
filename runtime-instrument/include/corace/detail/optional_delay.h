// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A duration of any kind, or std::nullopt for no limit, as a parameter.
#pragma once

#include <corace/loop_clock.h>

#include <optional>

namespace corace::detail {

class optional_delay {
public:
  constexpr optional_delay(std::nullopt_t) noexcept {}
  template <class Rep, class Period>
  optional_delay(std::chrono::duration<Rep, Period> delay) : value(to_delay(delay)) {}
  template <class Rep, class Period> optional_delay(const std::optional<std::chrono::duration<Rep, Period>> &delay) {
    if (delay)
      value = to_delay(*delay);
  }
  std::optional<loop_clock::duration> value;
};

} // namespace corace::detail
