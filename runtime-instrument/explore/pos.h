// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Partial order sampling (Yuan et al., 2018): each segment that is ready has a priority that is drawn for it, and the
// highest one runs. Then those are drawn anew which touch what it has touched, so that the order of each such pair is
// an even draw of its own. What a segment is going to touch is taken from earlier runs.
#pragma once

#include "explore/knowledge.h"
#include "explore/task_table.h"

namespace corace::schedule {

/// Plan: the seed of the run, and a table of what segments touch: a bit for each object that is read in the upper half,
/// for each that is written in the lower one.
/// Marks: for each slot of the table, how often the task's priority was drawn anew.
class pos_picker final : public picker {
public:
  pos_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept;
  std::size_t pick(const choice &now) override;
  extras prepare(allowance &) const noexcept override { return extras::drawn; }

private:
  std::uint64_t seed_;
  task_table touches_;
  shared_table<std::uint64_t> &draws_;
};

class pos final : public strategy {
public:
  pos(const knowledge &known, std::uint64_t seed) noexcept : known_(known), seed_(seed) {}
  [[nodiscard]] std::string name() const override { return "pos"; }
  [[nodiscard]] schedule_source source() const noexcept override { return schedule_source::random; }
  bool next(plan &out) override;
  [[nodiscard]] bool wants_steps() const noexcept override { return false; }

private:
  const knowledge &known_;
  std::uint64_t seed_, runs_ = 0, learned_ = 0;
  plan plan_;
};

} // namespace corace::schedule
