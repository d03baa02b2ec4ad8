// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/trace_class.h"

namespace corace::schedule {

namespace {
[[nodiscard]] std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
} // namespace

// The hash of a segment is made of its task's previous segment and of the segments that it conflicts with; cells are
// added up without their addresses, which may differ between runs. The class is the sum over all segments, so their
// order counts where one depends on another and nowhere else.
std::uint64_t trace_class::of(const run_memory &run, bool footprints) {
  last_of_task_.clear();
  cells_.clear();
  std::uint64_t sum = 0, before = 0;
  for (const step_entry &step : run.steps.all()) {
    std::uint64_t &own = last_of_task_.try_emplace(step.chosen, mix(step.chosen)).first->second;
    std::uint64_t causes = footprints ? 0 : before;
    if (footprints)
      for (const auto &each : run.cells_of(step)) {
        const cell &at = cells_[each.key];
        causes += mix(at.written * 3 + (each.written ? mix(at.read) : 1));
      }
    own = mix(own * 5 + causes + 0x9e3779b97f4a7c15u);
    if (footprints)
      for (const auto &each : run.cells_of(step)) {
        cell &at = cells_[each.key];
        if (each.written)
          at = {own, 0};
        else
          at.read += own;
      }
    before = own;
    sum += mix(own);
  }
  return sum;
}

} // namespace corace::schedule
