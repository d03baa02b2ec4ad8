// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may happen in a run that need not happen: moves beside the ready tasks, and faults.
#pragma once

#include <cstdint>
#include <string>

namespace corace {
struct explore_options;
}
namespace corace::report {
struct options;
}

namespace corace::schedule {

struct allowance {
  bool free_timers = false; ///< a sleep may end while others are ready
  bool one_by_one = false;  ///< see detail::offered_moves
  // At most so many in a run.
  std::uint32_t cancellations = 0, timeouts = 0, full_queues = 0, spurious_wake_ups = 0, exceptions = 0;

  static constexpr std::uint32_t any_number = 0xffffffff;
  [[nodiscard]] bool moves() const noexcept { return free_timers || cancellations || timeouts || spurious_wake_ups; }
};

/// Throws std::invalid_argument for what timers cannot be.
[[nodiscard]] allowance allowance_of(const explore_options &options);
[[nodiscard]] allowance allowance_of(const report::options &options);

} // namespace corace::schedule
