// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/exhaustive.h"

#include <algorithm>
#include <bit>

namespace corace::schedule {

namespace {
using cell = detect::footprint::cell;

/// Whether two sorted footprints have a cell in common that one of them writes.
template <class A, class B> [[nodiscard]] bool conflict(const A &a, const B &b) noexcept {
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() && j != b.end()) {
    if (i->key < j->key)
      ++i;
    else if (j->key < i->key)
      ++j;
    else if (i->written || j->written)
      return true;
    else
      ++i, ++j;
  }
  return false;
}

[[nodiscard]] bool equal(std::span<const cell> a, std::span<const cell> b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const cell &x, const cell &y) { return x.key == y.key && x.written == y.written; });
}

template <class Range> [[nodiscard]] bool contains(const Range &range, task_key task) noexcept {
  return std::find(range.begin(), range.end(), task) != range.end();
}

/// A packed cell list of a plan, seen as cells.
struct packed_cells {
  struct iterator {
    const std::uint64_t *at;
    struct value {
      std::uintptr_t key;
      bool written;
      const value *operator->() const noexcept { return this; }
    };
    value operator*() const noexcept { return {static_cast<std::uintptr_t>(at[0]), at[1] != 0}; }
    value operator->() const noexcept { return **this; }
    iterator &operator++() noexcept {
      at += 2;
      return *this;
    }
    bool operator==(const iterator &) const = default;
  };
  std::span<const std::uint64_t> numbers;
  [[nodiscard]] iterator begin() const noexcept { return {numbers.data()}; }
  [[nodiscard]] iterator end() const noexcept { return {numbers.data() + numbers.size()}; }
};
} // namespace

exhaustive_picker::exhaustive_picker(std::span<const std::uint64_t> numbers,
                                     shared_table<std::uint64_t> &marks) noexcept
    : footprints_(numbers[0]), prefix_(numbers.subspan(2, numbers[1])), sleepers_(numbers.subspan(2 + numbers[1])),
      awake_(marks) {
  for (std::uint64_t i = 0; i < sleepers_[0]; ++i)
    awake_.push(0);
}

void exhaustive_picker::wake(std::span<const cell> touched) noexcept {
  std::size_t at = 1;
  for (std::uint64_t i = 0; i < sleepers_[0]; ++i) {
    const std::uint64_t cells = sleepers_[at + 1];
    if (!awake_[i])
      awake_[i] = !footprints_ || conflict(touched, packed_cells{sleepers_.subspan(at + 2, 2 * cells)});
    at += 2 + 2 * cells;
  }
}

std::size_t exhaustive_picker::pick(const choice &now) {
  if (now.step < prefix_.size()) {
    const std::size_t index = index_of(now, prefix_[now.step]);
    return index; // give_up when the program does something else than before; learn() finds out
  }
  if (now.step > 0)
    wake(now.last_footprint);
  const auto sleeps = [&](task_key task) {
    std::size_t at = 1;
    for (std::uint64_t i = 0; i < sleepers_[0]; ++i) {
      if (sleepers_[at] == task && !awake_[i])
        return true;
      at += 2 + 2 * sleepers_[at + 1];
    }
    return false;
  };
  const std::size_t first = canonical(now);
  if (!sleeps(now.ready[first].key))
    return first;
  for (std::size_t i = 0; i < now.ready.size(); ++i)
    if (!sleeps(now.ready[i].key))
      return i;
  return give_up; // whatever runs now leads to a schedule that is equivalent to one that was run
}

bool exhaustive::next(plan &out) {
  if (exhausted_)
    return false;
  out = {static_cast<std::uint64_t>(picker_kind::exhaustive), footprints_, stack_.size()};
  for (const node &each : stack_)
    out.push_back(each.chosen);
  const std::size_t sleeping = stack_.empty() ? 0 : stack_.back().sleeping.size();
  out.push_back(sleeping);
  for (std::size_t i = 0; i < sleeping; ++i) {
    const sleeper &each = stack_.back().sleeping[i];
    out.push_back(each.task);
    out.push_back(each.cells.size());
    for (const cell &c : each.cells)
      out.insert(out.end(), {c.key, c.written});
  }
  return true;
}

bool exhaustive::same(const run_memory &run) const {
  if (run.steps.size() + run.flags[0].abandoned < stack_.size())
    return false;
  for (std::size_t i = 0; i < stack_.size() && i < run.steps.size(); ++i) {
    const step_entry &step = run.steps[i];
    const auto ready = run.ready_at(step);
    if (step.chosen != stack_[i].chosen ||
        !std::equal(ready.begin(), ready.end(), stack_[i].ready.begin(), stack_[i].ready.end()))
      return false;
    // The last node's segment was not run before under this choice.
    if (footprints_ && i + 1 < stack_.size() && !equal(run.cells_of(step), stack_[i].touched))
      return false;
  }
  return run.steps.size() >= stack_.size();
}

void exhaustive::restart(std::string reason) {
  nondeterminism_ = std::move(reason);
  footprints_ = false;
  stack_.clear();
}

// A search that is split deals out the subtrees below the first few decisions between several tasks. Every part walks
// the tree above them: for a subtree of another part it runs one schedule, to see what the first segment there touches,
// and backtracks at once. So the nodes above have the same branches and the same sleeping tasks in all parts, and each
// subtree is searched by its part from the state, sleeping tasks included, from which the undivided search would: the
// parts have no schedule in common, and together they have all.
void exhaustive::keep_to_part() {
  elsewhere_ = false;
  if (part_.of == 1)
    return;
  // With two branches at each, some sixteen subtrees for every part even out their sizes.
  std::uint64_t decisions = static_cast<std::uint64_t>(std::bit_width(part_.of - 1)) + 4;
  std::uint64_t hash = 0x9e3779b97f4a7c15u;
  std::size_t depth = 0;
  for (; depth < stack_.size() && decisions > 0; ++depth) {
    hash = (hash ^ stack_[depth].chosen) * 0xd1342543de82ef95u;
    hash ^= hash >> 32;
    decisions -= stack_[depth].ready.size() > 1;
  }
  elsewhere_ = hash % part_.of != part_.number - 1;
  if (elsewhere_)
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(depth), stack_.end());
}

void exhaustive::learn(const run_memory &run) {
  elsewhere_ = false;
  if (!same(run)) {
    // Without footprints only a different set of ready tasks can be the reason, and then no search is exhaustive.
    cut_ |= !footprints_;
    if (footprints_)
      return restart("the same schedule touched other addresses when it was run again");
    nondeterminism_ = "the same schedule led to other decisions when it was run again";
    exhausted_ = !backtrack();
    return;
  }
  cut_ |= run.flags[0].cut_off || run.steps.overflowed() || run.ready.overflowed() || run.cells.overflowed();
  for (std::size_t i = stack_.empty() ? 0 : stack_.size() - 1; i < run.steps.size(); ++i) {
    const step_entry &step = run.steps[i];
    const auto cells = run.cells_of(step);
    if (i < stack_.size()) {
      stack_[i].touched.assign(cells.begin(), cells.end());
      continue;
    }
    node added;
    const auto ready = run.ready_at(step);
    added.ready.assign(ready.begin(), ready.end());
    added.chosen = step.chosen;
    added.touched.assign(cells.begin(), cells.end());
    if (footprints_ && i > 0)
      for (const sleeper &each : stack_[i - 1].sleeping)
        if (!conflict(each.cells, stack_[i - 1].touched))
          added.sleeping.push_back(each);
    stack_.push_back(std::move(added));
  }
  keep_to_part();
  exhausted_ = !backtrack();
}

bool exhaustive::backtrack() {
  while (!stack_.empty()) {
    node &top = stack_.back();
    top.tried.push_back(top.chosen);
    if (footprints_)
      top.sleeping.push_back({top.chosen, std::move(top.touched)});
    top.touched.clear();
    for (task_key each : top.ready) {
      const bool sleeps =
          std::any_of(top.sleeping.begin(), top.sleeping.end(), [&](const sleeper &s) { return s.task == each; });
      if (!sleeps && !contains(top.tried, each)) {
        top.chosen = each;
        return true;
      }
    }
    stack_.pop_back();
  }
  return false;
}

} // namespace corace::schedule
