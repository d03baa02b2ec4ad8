// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Holding back: whoever stands at a certain await does not go on while anybody else can run. That puts all which others
// can do between a task's read and its write, so one run shows what a random search needs many for; and there are no
// more runs to make than the program has awaits.
//
// A hold is not a lock: when all that could run is held, one of them goes on. Nor does it wait for who polls: a task
// that goes round at the same await again and again is passed by, and a run that has become much longer than all
// before it is ended fairly.
#pragma once

#include "explore/knowledge.h"
#include "explore/strategy.h"

#include <set>
#include <utility>

namespace corace::schedule {

/// The order in which tasks run that are not held.
enum class base_order : std::uint64_t {
  serial,  ///< who runs goes on while it can, then the next in the order of creation
  reverse, ///< the same, the youngest first
  fair     ///< who has run the fewest segments
};
inline constexpr std::uint64_t base_orders = 3;

/// The first of the allowed tasks in this order; give_up where there is none.
template <class Allowed> [[nodiscard]] std::size_t first_in(const choice &now, base_order order, Allowed allowed) {
  const auto before = [&](const ready_task &a, const ready_task &b) {
    if (order != base_order::fair && (a.key == now.last || b.key == now.last))
      return a.key == now.last;
    if (order == base_order::reverse)
      return a.branch && b.branch && &a > &b; // the main task comes first and creates the others
    return order == base_order::fair && a.segments < b.segments;
  };
  std::size_t found = give_up;
  for (std::size_t i = 0; i < now.ready.size(); ++i)
    if (allowed(now.ready[i]) && (found == give_up || before(now.ready[i], now.ready[found])))
      found = i;
  return found;
}

/// Plan: the base order, the number of steps after which the rest is run fairly, the number of sites that are held,
/// these, and for each occurrence that is held the task and how many segments it has run then.
class hold_picker final : public picker {
public:
  explicit hold_picker(std::span<const std::uint64_t> numbers) noexcept
      : base_(static_cast<base_order>(numbers[0])), patience_(numbers[1]), sites_(numbers.subspan(3, numbers[2])),
        occurrences_(numbers.subspan(3 + numbers[2])) {}
  std::size_t pick(const choice &now) override;

private:
  [[nodiscard]] bool held(const ready_task &task) const noexcept;

  base_order base_;
  std::uint64_t patience_;
  std::span<const std::uint64_t> sites_, occurrences_;
  std::uint64_t rounds_ = 0; ///< how many times the last task was run in a row at the same await
  task_key polls_ = 0;       ///< who that is
  std::uint64_t site_ = 0;
};

/// A run for each await that is known, under each base order; what is learned on the way is held as well. With `pairs`,
/// two awaits at a time when these are done.
class site_hold final : public strategy {
public:
  site_hold(const knowledge &known, bool pairs) noexcept : known_(known), pairs_(pairs) {}
  [[nodiscard]] std::string name() const override { return "site-hold"; }
  bool next(plan &out) override;

private:
  const knowledge &known_;
  bool pairs_;
  std::size_t done_[base_orders] = {}; ///< sites, under each of the orders
  std::size_t first_ = 0, second_ = 1; ///< the next pair
  std::uint64_t pair_base_ = 0;
};

/// A run for each occurrence that is known, under each base order: one task is held once. Those go first whose task has
/// just touched what others touch too.
class task_hold final : public strategy {
public:
  explicit task_hold(const knowledge &known) noexcept : known_(known) {}
  [[nodiscard]] std::string name() const override { return "task-hold"; }
  bool next(plan &out) override;

private:
  const knowledge &known_;
  std::size_t looked_at_[2][base_orders] = {}; ///< occurrences: the exposed ones alone, then all
  std::set<std::pair<std::uint64_t, std::size_t>> done_;
};

} // namespace corace::schedule
