// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a program does the same thing again under the same schedule.
#pragma once

#include "explore/run_memory.h"

#include <map>
#include <string>
#include <vector>

namespace corace::schedule {

/// What a run did, kept while the same schedule is run again.
class trace {
public:
  /// Its first steps; a difference that shows later than that is not looked for.
  static constexpr std::size_t most = 10000;
  explicit trace(const run_memory &run);
  /// Where the second run went another way first, in words; empty: nowhere.
  [[nodiscard]] std::string difference(const run_memory &again) const;

private:
  std::vector<step_entry> steps_;
  std::vector<task_key> ready_;
  std::map<task_key, std::string> names_;
  bool whole_; ///< the run had no more steps
};

} // namespace corace::schedule
