// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Selectively uniform random walk (Yuan et al., "Selectively Uniform Concurrency Testing", 2025): for each run one
// object is drawn that tasks share, and all orders in which its accesses can come are equally likely. A task is drawn
// in proportion to the accesses that it has still to make; until it has made one, no other task goes on to one of its
// own. What does not touch the object goes on in an order that is drawn freely.
#pragma once

#include "explore/knowledge.h"
#include "explore/task_table.h"

namespace corace::schedule {

/// Plan: the seed of the run, the number of steps after which all is drawn freely, and a table: for each segment, how
/// many accesses are to come from there on, doubled, and one more when the segment itself makes one. Marks: for each
/// slot of the table, how many segments the task has run, and one more; 0: it was not seen yet.
class surw_picker final : public picker {
public:
  surw_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept;
  std::size_t pick(const choice &now) override;
  extras prepare(allowance &) const noexcept override { return extras::drawn; }

private:
  /// Whose turn it is among all tasks that have begun; 0: nobody has an access to make.
  [[nodiscard]] task_key draw_turn() noexcept;
  [[nodiscard]] task_key draw_turn(const choice &now) noexcept;
  /// Notes how far the tasks have come; whether a turn is to be drawn: there is a new task, or who has the turn makes
  /// no access any more.
  [[nodiscard]] bool look(const choice &now) noexcept;
  [[nodiscard]] std::uint64_t at(const ready_task &task) const noexcept {
    return to_come_.number(to_come_.slot_of(task.key), task.segments);
  }

  std::uint64_t seed_, state_, patience_;
  task_table to_come_;
  shared_table<std::uint64_t> &progress_;
  task_key turn_ = 0;
  bool due_ = true; ///< somebody's turn is to be drawn
};

class surw final : public strategy {
public:
  /// Draws for the objects that `wanted` is true for, or for all where it is true for none.
  surw(const knowledge &known, std::uint64_t seed,
       std::function<bool(const knowledge::hot_object &)> wanted = nullptr) noexcept
      : known_(known), wanted_(std::move(wanted)), seed_(seed) {}
  [[nodiscard]] std::string name() const override { return "surw"; }
  [[nodiscard]] schedule_source source() const noexcept override { return schedule_source::random; }
  bool next(plan &out) override;
  [[nodiscard]] bool wants_steps() const noexcept override { return false; }

private:
  void prepare();
  const knowledge &known_;
  std::function<bool(const knowledge::hot_object &)> wanted_;
  std::uint64_t seed_, runs_ = 0, learned_ = 0;
  std::vector<knowledge::hot_object> objects_;
  std::vector<plan> plans_; ///< one for each object, made when it is drawn first
};

} // namespace corace::schedule
