// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// loop_clock: the clock of the running loop.
//
// By default its time is virtual: it stands still while tasks run and jumps to the next deadline when none is ready.
// With run_options::clock set to real it follows std::chrono::steady_clock.
#pragma once

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <type_traits>

namespace corace {

/// Starts at zero with each loop; zero where no loop runs.
struct loop_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<loop_clock>;
  static constexpr bool is_steady = true;
  [[nodiscard]] static time_point now() noexcept;
};

namespace detail {
/// Any duration in the loop's unit, negative ones included; what does not fit becomes the longest that does. Throws
/// std::invalid_argument for NaN.
template <class Rep, class Period>
[[nodiscard]] loop_clock::duration to_delay(std::chrono::duration<Rep, Period> delay) {
  constexpr auto longest = loop_clock::duration::max() / 4; // a deadline must not overflow either
  if constexpr (std::is_floating_point_v<Rep>)
    if (std::isnan(delay.count()))
      throw std::invalid_argument("corace: the delay is not a number");
  using widest = std::chrono::duration<long double, std::nano>;
  const auto wide = std::chrono::duration_cast<widest>(delay);
  if (wide >= widest(longest))
    return longest;
  if (wide <= widest(-longest))
    return -longest;
  return std::chrono::ceil<loop_clock::duration>(delay);
}
} // namespace detail

} // namespace corace
