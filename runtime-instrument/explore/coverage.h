// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which awaits have been disturbed: another task wrote, while a task waited there, what that task had touched before
// and touches after.
#pragma once

#include "explore/run_memory.h"

#include <corace/explore_statistics.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace corace::schedule {

class coverage {
public:
  /// A run with steps and footprints has ended.
  void count(const run_memory &run);
  /// By file, line and column.
  [[nodiscard]] std::vector<await_coverage> awaits() const;

private:
  struct access {
    std::uint32_t step;
    bool written;
  };
  /// One task's turns and what it touched.
  struct task_turns {
    std::vector<std::uint32_t> steps;
    std::unordered_map<std::uintptr_t, std::vector<access>> touched;
  };
  struct write {
    std::uint32_t step;
    task_key by;
  };
  using place = std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>;
  void count_task(const run_memory &run, task_key task, const task_turns &turns);
  [[nodiscard]] await_coverage &at(const step_entry &step);

  std::map<place, await_coverage> awaits_;
  std::unordered_map<std::uint64_t, await_coverage *> by_site_;
  // Of the run that is being counted; kept to spare allocations.
  std::unordered_map<task_key, task_turns> tasks_;
  std::unordered_map<std::uintptr_t, std::vector<write>> writes_;
};

} // namespace corace::schedule
