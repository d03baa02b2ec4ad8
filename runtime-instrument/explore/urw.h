// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Uniform random walk: each task with a probability in proportion to the segments that are left to run in it and in
// those that it still has to create. Of tasks that do not wait for each other, all interleavings are equally likely;
// under equal probabilities those where the short ones end early are drawn far too often. (Yuan et al., "Selectively
// Uniform Concurrency Testing", 2025.) How many segments there are is learned from runs.
#pragma once

#include "explore/knowledge.h"
#include "explore/task_table.h"

namespace corace::schedule {

/// Plan: the seed of the run, and a table of how many segments are to come.
class urw_picker final : public picker {
public:
  explicit urw_picker(std::span<const std::uint64_t> numbers) noexcept
      : state_(numbers[0]), to_come_(numbers.subspan(1)) {}
  std::size_t pick(const choice &now) override;
  extras prepare(allowance &) const noexcept override { return extras::drawn; }

private:
  /// One segment at least.
  [[nodiscard]] std::uint64_t weight(const ready_task &task) const noexcept {
    const std::uint64_t known = to_come_.number(to_come_.slot_of(task.key), task.segments);
    return known ? known : 1;
  }
  std::uint64_t state_;
  task_table to_come_;
};

class urw final : public strategy {
public:
  urw(const knowledge &known, std::uint64_t seed) noexcept : known_(known), seed_(seed) {}
  [[nodiscard]] std::string name() const override { return "urw"; }
  [[nodiscard]] schedule_source source() const noexcept override { return schedule_source::random; }
  bool next(plan &out) override;
  [[nodiscard]] bool wants_steps() const noexcept override { return false; }

private:
  const knowledge &known_;
  std::uint64_t seed_, runs_ = 0, learned_ = 0;
  plan plan_;
};

} // namespace corace::schedule
