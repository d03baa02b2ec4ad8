// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tasks of a race did, step by step, as a reader wants to see it.
#pragma once

#include "explore/search.h"

#include <map>
#include <string>
#include <vector>

namespace corace::report {

/// Where a reader looks: the user's own code, where the access itself stands in a library.
[[nodiscard]] const corace_site *place_of(const detect::event &e);

/// The bytes as the number that a reader most likely means: small negative numbers as such.
[[nodiscard]] std::string number(std::uint64_t value, std::uint32_t size);

/// The tasks of a run as a finding names them. A run that no explorer watched has no labels; then they are given here.
class task_names {
public:
  explicit task_names(const schedule::finding &f) : finding_(f) {}
  [[nodiscard]] std::string label(std::uint32_t loop, detect::task_id id);
  [[nodiscard]] const std::map<std::string, std::string> &used() const noexcept { return used_; }

private:
  [[nodiscard]] const schedule::task_entry *find(std::uint32_t loop, detect::task_id id) const;

  const schedule::finding &finding_;
  std::map<detect::task_id, std::string> given_;
  std::map<std::string, std::string> used_;
};

struct story_step {
  std::string label; ///< of the task
  detect::event::type what;
  std::uint32_t segment;   ///< of the task, from 0
  const corace_site *site; ///< null: not known
  std::string value;       ///< read or written; "-": not known, or none
};

/// The accesses to what was raced for, and the turns of the two tasks.
[[nodiscard]] std::vector<story_step> race_story(const schedule::finding &f, task_names &names);

} // namespace corace::report
