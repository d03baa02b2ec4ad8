// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A number for a run's class: equal for runs that differ by the order of independent segments (Mazurkiewicz), and
// different for others but for collisions of 64-bit hashes.
#pragma once

#include "explore/run_memory.h"

#include <cstdint>
#include <unordered_map>

namespace corace::schedule {

class trace_class {
public:
  /// Without footprints every two segments are dependent.
  [[nodiscard]] std::uint64_t of(const run_memory &run, bool footprints);

private:
  /// What segments that touched a cell look like to the next one that does.
  struct cell {
    std::uint64_t written = 0; ///< the hash of the last segment that wrote it
    std::uint64_t read = 0;    ///< the sum of those that have read it since
  };
  // Kept to spare allocations.
  std::unordered_map<task_key, std::uint64_t> last_of_task_;
  std::unordered_map<std::uintptr_t, cell> cells_;
};

} // namespace corace::schedule
