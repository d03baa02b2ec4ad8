// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts what a search has seen. A run that leaves no steps costs it next to nothing; a sample of the runs is recorded.
#pragma once

#include "explore/coverage.h"
#include "explore/strategy.h"
#include "explore/trace_class.h"

#include <corace/explore_statistics.h>

#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace corace::schedule {

class statistics {
public:
  /// `footprints`: classes go by what segments touch. `awaits`: the places of awaits can be read here, which is not
  /// sure where another process has run.
  statistics(bool footprints, bool awaits) noexcept : footprints_(footprints), awaits_(awaits) {}
  /// Whether the next run is to be recorded: with steps and footprints.
  [[nodiscard]] bool samples_next() const noexcept { return runs_ >= next_sample_; }
  /// A run of the search has ended.
  void count(const run_memory &run, schedule_source source);
  /// A run was given up.
  void count_blocked() noexcept { ++blocked_; }
  [[nodiscard]] explore_statistics result(bool complete, double seconds) const;

private:
  void record(const run_memory &run, schedule_source source);

  bool footprints_, awaits_;
  std::uint64_t runs_ = 0, blocked_ = 0, enumerated_ = 0, next_sample_ = 0, recorded_ = 0, drawn_ = 0;
  std::uint64_t fewest_ = 0, most_ = 0, steps_ = 0;
  trace_class classifier_;
  std::unordered_set<std::uint64_t> classes_;
  std::unordered_map<std::uint64_t, std::uint32_t> drawn_classes_; ///< how often each was drawn
  coverage coverage_;
};

} // namespace corace::schedule
