// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can show that a candidate of the static half is real: the task waits where its window is open, until others have
// done what breaks it. First all tasks are held there; then one, once; then one until another task touches what it has
// touched before, when it goes on at once; then what it touches is drawn for.
#pragma once

#include "explore/knowledge.h"
#include "explore/strategy.h"
#include "explore/surw.h"

#include <set>
#include <tuple>

namespace corace::schedule {

/// Plan: the base order, the number of steps after which the rest is run fairly, a task, and how many segments it has
/// run when it is held.
/// Marks: what it has touched before, as pairs of a cell and whether it was written.
class order_hold_picker final : public picker {
public:
  order_hold_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept
      : base_(numbers[0]), patience_(numbers[1]), task_(numbers[2]), segments_(numbers[3]), touched_(marks) {}
  std::size_t pick(const choice &now) override;

private:
  [[nodiscard]] bool conflicts(std::span<const detect::footprint::cell> with) const noexcept;

  std::uint64_t base_, patience_;
  task_key task_;
  std::uint64_t segments_;
  shared_table<std::uint64_t> &touched_;
  bool released_ = false;
};

class directed final : public strategy {
public:
  directed(const knowledge &known, std::vector<const detect::candidate *> of, std::uint64_t seed)
      : known_(known), of_(std::move(of)),
        drawn_(known, seed, [this](const knowledge::hot_object &each) { return is_at_stake(each); }) {}
  [[nodiscard]] std::string name() const override { return "directed"; }
  bool next(plan &out) override;
  [[nodiscard]] bool wants_footprints() const noexcept override { return true; }
  /// Some task has stood at an await of one of the candidates while others could run.
  [[nodiscard]] bool reached() const;

private:
  [[nodiscard]] bool is_at_stake(const knowledge::hot_object &object) const;
  /// An await of one of the candidates: where it says the suspension is, or where nothing stands there, in the window.
  [[nodiscard]] bool is_suspension(const knowledge::await_site &at) const;
  [[nodiscard]] std::vector<std::uint64_t> suspensions() const;
  /// Nobody has made this plan before.
  [[nodiscard]] bool fresh(std::uint64_t how, std::uint64_t base, std::uint64_t what, std::uint64_t segments);

  const knowledge &known_;
  std::vector<const detect::candidate *> of_;
  surw drawn_;
  std::uint64_t first_runs_ = 0;
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>> done_;
};

} // namespace corace::schedule
