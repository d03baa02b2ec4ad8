// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All schedules, depth first, each class of equivalent ones once.
//
// Two schedules are equivalent when they differ by the order of segments that touch nothing in common (Mazurkiewicz).
// Sleep sets (Godefroid, 1996) over what the segments of the actual run touched: when a task's next segment was run
// from a node already, it sleeps in the node's other branches until a segment runs that conflicts with it, because
// until then it would do the same, and running it leads to a schedule that is equivalent to one that was run. This
// holds although a segment may touch other things in another state. Textbook dynamic partial-order reduction needs more
// than that and is not used: with steps as large as segments it misses classes.
//
// A segment that makes choices (corace::choose(), faults) is run from its node with all their values, one after the
// other, before its task sleeps there, and then with what it touched under any of them. While nothing that runs
// conflicts with that, the task's segment would still make the same choices, and with each value do what it did.
//
// The search restarts the program for each schedule, so it has to see the same things at the same addresses. It
// compares what it sees with what it saw; when that differs, it says so and goes on without sleep sets.
#pragma once

#include "explore/strategy.h"

#include <corace/explore_shard.h>

namespace corace::schedule {

/// Plan: whether footprints count, the number of steps that are given, these steps, the number of choices in them,
/// their values, the number of sleeping tasks, and for each of them its key, the number of its cells, and these (key,
/// written). They sleep at the last of the given steps.
class exhaustive_picker final : public picker {
public:
  exhaustive_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept;
  std::size_t pick(const choice &now) override;
  [[nodiscard]] std::size_t known() const noexcept override { return prefix_.size(); }
  [[nodiscard]] task_key known_at(std::size_t step) const noexcept override { return prefix_[step]; }
  extras prepare(allowance &allowed) const noexcept override {
    allowed.one_by_one = true;
    return extras::asked;
  }
  std::uint32_t answer(const question &asked) noexcept override {
    return asked.index < values_.size() ? static_cast<std::uint32_t>(values_[asked.index]) : 0;
  }

private:
  /// Wakes who conflicts with the segment that ran last.
  void wake(std::span<const detect::footprint::cell> touched) noexcept;

  bool footprints_;
  std::span<const std::uint64_t> prefix_, values_;
  std::span<const std::uint64_t> sleepers_;
  shared_table<std::uint64_t> &awake_; ///< one number for each sleeper: 0 while it sleeps
};

class exhaustive final : public strategy {
public:
  explicit exhaustive(bool footprints, explore_shard part = {}) noexcept : footprints_(footprints), part_(part) {}
  [[nodiscard]] std::string name() const override { return "exhaustive"; }
  bool next(plan &out) override;
  void learn(const run_memory &run) override;
  [[nodiscard]] bool complete() const noexcept override { return exhausted_ && !cut_; }
  /// Each 64th run is compared from its beginning.
  [[nodiscard]] bool knows_beginning() const noexcept override { return runs_ > 64 && runs_ % 64 != 0; }
  [[nodiscard]] bool wants_ready() const noexcept override { return true; }
  [[nodiscard]] bool wants_footprints() const noexcept override { return footprints_; }
  [[nodiscard]] schedule_source source() const noexcept override { return schedule_source::enumeration; }
  [[nodiscard]] bool elsewhere() const noexcept override { return elsewhere_; }
  /// The program did not behave the same under the same schedule; empty when it did.
  [[nodiscard]] const std::string &nondeterminism() const noexcept { return nondeterminism_; }

private:
  struct sleeper {
    task_key task;
    std::vector<detect::footprint::cell> cells;
  };
  /// What is taken off the stack is kept, to spare allocations.
  struct node {
    std::vector<task_key> ready;
    std::vector<task_key> tried; ///< besides those that sleep
    task_key chosen = 0;
    std::vector<sleeper> sleepers;
    std::size_t sleeping = 0;                     ///< how many of the sleepers count
    std::vector<detect::footprint::cell> touched; ///< by the chosen segment

    void add_sleeper(task_key task, const std::vector<detect::footprint::cell> &cells) {
      if (sleeping == sleepers.size())
        sleepers.emplace_back();
      sleepers[sleeping].task = task;
      sleepers[sleeping++].cells = cells;
    }
    struct answer {
      std::uint32_t count, value;
      friend bool operator==(const answer &, const answer &) = default;
    };
    std::vector<answer> answers;                         ///< to what the chosen segment asks, in its order
    std::vector<detect::footprint::cell> touched_before; ///< by the same under other answers
  };
  [[nodiscard]] bool same(const run_memory &run) const;
  [[nodiscard]] static std::vector<node::answer> answers_in(const run_memory &run, std::size_t step);
  /// To the next answers of the segment that runs from this node; false: it has run with all of them.
  [[nodiscard]] static bool answer_otherwise(node &at) noexcept;
  void restart(std::string reason);
  /// Leaves out what lies below the first decisions when these are another part's.
  void keep_to_part();
  [[nodiscard]] node &push();
  /// To the next branch; false: there is none left.
  bool backtrack();

  bool footprints_;
  explore_shard part_;
  bool elsewhere_ = false;
  bool exhausted_ = false; ///< nothing is left to run
  bool cut_ = false;       ///< some run did not come to its end: the search cannot be complete
  std::uint64_t runs_ = 0;
  std::vector<node> stack_; ///< the first depth_ of them
  std::size_t depth_ = 0;
  std::string nondeterminism_;
};

} // namespace corace::schedule
