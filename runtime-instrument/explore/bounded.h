// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All schedules that leave the canonical one k times, for k = 0, 1, 2, ...: most bugs need one or two such places. What
// counts is an option. Delays (Emmi, Qadeer and Rakamaric, 2011): each task that is passed by, in the order in which
// the canonical schedule would take them. Preemptions (Musuvathi and Qadeer, 2007): only that a task which could go on
// does not; after one that cannot, each of the others follows for nothing.
//
// Sleep sets are not used: together with a bound they miss schedules.
#pragma once

#include "explore/strategy.h"

#include <optional>
#include <string>
#include <vector>

namespace corace::schedule {

/// Plan: pairs of a step and how many tasks are passed by there, from the canonical one on in the order of paths, which
/// goes round.
class bounded_picker final : public picker {
public:
  explicit bounded_picker(std::span<const std::uint64_t> numbers) noexcept : left_(numbers) {}
  std::size_t pick(const choice &now) override;

private:
  std::span<const std::uint64_t> left_;
};

class bounded final : public strategy {
public:
  enum class counted { delays, preemptions };
  explicit bounded(counted what) noexcept : what_(what) {}
  [[nodiscard]] std::string name() const override { return "bounded"; }
  bool next(plan &out) override;
  void learn(const run_memory &run) override;
  [[nodiscard]] bool wants_ready() const noexcept override { return true; }
  /// The bound has kept nothing out.
  [[nodiscard]] bool complete() const noexcept override { return exhausted_ && !cut_; }
  /// Every schedule within this bound was run; nothing: not even those of the canonical order.
  [[nodiscard]] std::optional<std::uint64_t> covered() const noexcept {
    return bound_ ? std::optional(bound_ - 1) : std::nullopt;
  }
  [[nodiscard]] const std::string &nondeterminism() const noexcept { return nondeterminism_; }

private:
  struct node {
    task_key chosen;
    std::uint32_t ready, passed; ///< how many tasks there were, and how many of them were passed by
    bool goes_on;                ///< the task that ran last could go on
  };
  [[nodiscard]] std::uint64_t cost(const node &at, std::uint64_t passed) const noexcept {
    return what_ == counted::delays ? passed : at.goes_on && passed > 0;
  }
  /// To the next branch that the bound allows; false: there is none left.
  bool backtrack();

  counted what_;
  std::uint64_t bound_ = 0, spent_ = 0; ///< spent: by all nodes together
  bool kept_out_ = false;               ///< the bound has kept a schedule out
  bool exhausted_ = false, cut_ = false;
  std::vector<node> stack_;
  std::string nondeterminism_;
};

} // namespace corace::schedule
