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

/// Adds the cells of one sorted footprint to another.
void join(std::vector<cell> &to, const std::vector<cell> &more) {
  std::vector<cell> all;
  auto i = to.begin();
  for (const cell &each : more) {
    for (; i != to.end() && i->key < each.key; ++i)
      all.push_back(*i);
    all.push_back(each);
    if (i != to.end() && i->key == each.key)
      all.back().written |= i++->written;
  }
  all.insert(all.end(), i, to.end());
  to = std::move(all);
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
    : footprints_(numbers[0]), prefix_(numbers.subspan(2, numbers[1])), awake_(marks) {
  numbers = numbers.subspan(2 + numbers[1]);
  values_ = numbers.subspan(1, numbers[0]);
  sleepers_ = numbers.subspan(1 + numbers[0]);
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
  ++runs_;
  out.assign({static_cast<std::uint64_t>(picker_kind::exhaustive), footprints_, depth_});
  for (std::size_t i = 0; i < depth_; ++i)
    out.push_back(stack_[i].chosen);
  const std::size_t count_at = out.size();
  out.push_back(0);
  for (std::size_t i = 0; i < depth_; ++i)
    for (const node::answer &answer : stack_[i].answers)
      out.push_back(answer.value);
  out[count_at] = out.size() - count_at - 1;
  const std::size_t sleeping = depth_ == 0 ? 0 : stack_[depth_ - 1].sleeping;
  out.push_back(sleeping);
  for (std::size_t i = 0; i < sleeping; ++i) {
    const sleeper &each = stack_[depth_ - 1].sleepers[i];
    out.push_back(each.task);
    out.push_back(each.cells.size());
    for (const cell &c : each.cells)
      out.insert(out.end(), {c.key, c.written});
  }
  return true;
}

std::vector<exhaustive::node::answer> exhaustive::answers_in(const run_memory &run, std::size_t step) {
  std::vector<node::answer> out;
  const auto all = run.values.all();
  auto at = std::lower_bound(all.begin(), all.end(), step,
                             [](const value_entry &each, std::size_t wanted) { return each.step < wanted; });
  for (; at != all.end() && at->step == step; ++at)
    out.push_back({at->count, at->value});
  return out;
}

bool exhaustive::answer_otherwise(node &at) noexcept {
  for (; !at.answers.empty(); at.answers.pop_back())
    if (++at.answers.back().value < at.answers.back().count)
      return true;
  return false;
}

bool exhaustive::same(const run_memory &run) const {
  const std::size_t skipped = run.flags[0].skipped, steps = skipped + run.steps.size();
  if (steps < depth_)
    return false;
  for (std::size_t i = skipped; i < depth_; ++i) {
    const step_entry &step = run.steps[i - skipped];
    const auto ready = run.ready_at(step);
    if (step.chosen != stack_[i].chosen ||
        !std::equal(ready.begin(), ready.end(), stack_[i].ready.begin(), stack_[i].ready.end()))
      return false;
    if (const auto answers = run.values.empty() ? std::vector<node::answer>() : answers_in(run, i);
        answers.size() < stack_[i].answers.size() ||
        !std::equal(stack_[i].answers.begin(), stack_[i].answers.end(), answers.begin()) ||
        (i + 1 < depth_ && answers.size() != stack_[i].answers.size()))
      return false;
    // The last node's segment was not run before under this choice.
    if (footprints_ && i + 1 < depth_ && !equal(run.cells_of(step), stack_[i].touched))
      return false;
  }
  return true;
}

void exhaustive::restart(std::string reason) {
  nondeterminism_ = std::move(reason);
  footprints_ = false;
  depth_ = 0;
}

exhaustive::node &exhaustive::push() {
  if (depth_ == stack_.size())
    stack_.emplace_back();
  node &added = stack_[depth_++];
  added.tried.clear();
  added.answers.clear();
  added.touched_before.clear();
  added.sleeping = 0;
  return added;
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
  for (; depth < depth_ && decisions > 0; ++depth) {
    hash = (hash ^ stack_[depth].chosen) * 0xd1342543de82ef95u;
    hash ^= hash >> 32;
    decisions -= stack_[depth].ready.size() > 1;
    for (const node::answer &each : stack_[depth].answers)
      hash = (hash ^ each.value) * 0xd1342543de82ef95u;
  }
  elsewhere_ = hash % part_.of != part_.number - 1;
  if (elsewhere_)
    depth_ = depth;
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
  const bool asks = !run.values.empty();
  cut_ |= run.values.overflowed();
  cut_ |= run.flags[0].cut_off || run.steps.overflowed() || run.ready.overflowed() || run.cells.overflowed();
  const std::size_t skipped = run.flags[0].skipped, known = depth_;
  for (std::size_t i = known == 0 ? 0 : known - 1; i < skipped + run.steps.size(); ++i) {
    const step_entry &step = run.steps[i - skipped];
    const auto cells = run.cells_of(step);
    if (i < known) {
      stack_[i].touched.assign(cells.begin(), cells.end());
      if (asks)
        stack_[i].answers = answers_in(run, i);
      continue;
    }
    node &added = push();
    const node *const before = i == 0 ? nullptr : &stack_[i - 1];
    const auto ready = run.ready_at(step);
    added.ready.assign(ready.begin(), ready.end());
    added.chosen = step.chosen;
    added.touched.assign(cells.begin(), cells.end());
    if (asks)
      added.answers = answers_in(run, i);
    for (std::size_t k = 0; footprints_ && before && k < before->sleeping; ++k)
      if (!conflict(before->sleepers[k].cells, before->touched))
        added.add_sleeper(before->sleepers[k].task, before->sleepers[k].cells);
  }
  keep_to_part();
  exhausted_ = !backtrack();
}

bool exhaustive::backtrack() {
  for (; depth_ > 0; --depth_) {
    node &top = stack_[depth_ - 1];
    if (!top.answers.empty() || !top.touched_before.empty())
      join(top.touched, top.touched_before);
    if (answer_otherwise(top)) {
      std::swap(top.touched_before, top.touched);
      top.touched.clear();
      return true;
    }
    top.touched_before.clear();
    top.tried.push_back(top.chosen);
    if (footprints_)
      top.add_sleeper(top.chosen, top.touched);
    top.touched.clear();
    for (task_key each : top.ready) {
      const auto end = top.sleepers.begin() + static_cast<std::ptrdiff_t>(top.sleeping);
      const bool sleeps = std::any_of(top.sleepers.begin(), end, [&](const sleeper &s) { return s.task == each; });
      if (!sleeps && !contains(top.tried, each)) {
        top.chosen = each;
        return true;
      }
    }
  }
  return false;
}

} // namespace corace::schedule
