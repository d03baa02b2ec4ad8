// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/surw.h"

#include <algorithm>
#include <bit>

namespace corace::schedule {

surw_picker::surw_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept
    : seed_(numbers[0]), state_(numbers[0]), patience_(numbers[1]), to_come_(numbers.subspan(2)), progress_(marks) {
  for (std::size_t i = 0; i < to_come_.slots(); ++i)
    progress_.push(0);
}

task_key surw_picker::draw_turn() noexcept {
  const auto left = [&](std::size_t slot) {
    return progress_[slot] ? to_come_.number(slot, progress_[slot] - 1) / 2 : 0;
  };
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < progress_.size(); ++i)
    sum += left(i);
  if (sum == 0)
    return 0;
  std::uint64_t drawn = below(sum, mix(state_ += golden));
  for (std::size_t i = 0;; ++i) {
    if (drawn < left(i))
      return to_come_.task_at(i);
    drawn -= left(i);
  }
}

// All who could run are about to touch the object, and it is the turn of somebody who cannot: one of them is drawn.
task_key surw_picker::draw_turn(const choice &now) noexcept {
  std::uint64_t sum = 0;
  for (const ready_task &each : now.ready)
    sum += at(each) / 2;
  std::uint64_t drawn = below(sum, mix(state_ += golden));
  for (const ready_task &each : now.ready) {
    if (drawn < at(each) / 2)
      return each.key;
    drawn -= at(each) / 2;
  }
  return now.ready[0].key;
}

bool surw_picker::look(const choice &now) noexcept {
  bool news = false;
  if (const std::size_t slot = now.last ? to_come_.slot_of(now.last) : task_table::none; slot < progress_.size()) {
    progress_[slot] = now.last_segments + 1;
    news = now.last == turn_ && to_come_.number(slot, now.last_segments) < 2;
  }
  for (const ready_task &each : now.ready)
    if (const std::size_t slot = to_come_.slot_of(each.key); slot < progress_.size() && !progress_[slot]) {
      progress_[slot] = each.segments + 1;
      news = true;
    }
  return news;
}

std::size_t surw_picker::pick(const choice &now) {
  if (now.step >= patience_) // somebody polls for what others are kept from doing
    return below(now.ready.size(), mix(state_ += golden));
  // A new task takes its part of what its parent was drawn for.
  if (look(now) || due_)
    turn_ = draw_turn();
  due_ = false;
  const auto best = [&] {
    std::size_t found = give_up;
    std::uint64_t highest = 0;
    for (std::size_t i = 0; i < now.ready.size(); ++i) {
      const ready_task &each = now.ready[i];
      if (turn_ && each.key != turn_ && at(each) % 2)
        continue;
      const std::uint64_t own = mix(mix(seed_, each.key), each.segments) | 1;
      if (own > highest)
        highest = own, found = i;
    }
    return found;
  };
  std::size_t index = best();
  if (index == give_up) {
    turn_ = draw_turn(now);
    index = best();
  }
  due_ = now.ready[index].key == turn_ && at(now.ready[index]) % 2;
  return index;
}

void surw::prepare() {
  learned_ = known_.runs();
  objects_ = known_.hot_objects();
  if (wanted_ && std::any_of(objects_.begin(), objects_.end(), wanted_))
    std::erase_if(objects_, [&](const knowledge::hot_object &each) { return !wanted_(each); });
  plans_.assign(std::max<std::size_t>(objects_.size(), 1), {});
}

namespace {
/// An object that is fought for more often is drawn more often, but none hides the others.
[[nodiscard]] std::uint64_t importance(const knowledge::hot_object &object) {
  return static_cast<std::uint64_t>(std::bit_width(object.pairs));
}
} // namespace

bool surw::next(plan &out) {
  if (plans_.empty() || learned_ != known_.runs())
    prepare();
  const std::uint64_t seed = run_seed(seed_, runs_++);
  std::uint64_t sum = 0;
  for (const auto &each : objects_)
    sum += importance(each);
  std::uint64_t drawn = below(sum, mix(seed));
  std::size_t which = 0;
  while (which + 1 < objects_.size() && drawn >= importance(objects_[which]))
    drawn -= importance(objects_[which++]);
  plan &made = plans_[which];
  if (made.empty()) {
    const auto touches = [&](std::size_t task, std::size_t n) -> std::uint64_t {
      if (objects_.empty() || n >= known_.touched(task).size() || !known_.contended(task, n))
        return 0;
      const auto &cells = known_.touched(task)[n];
      return std::any_of(cells.begin(), cells.end(),
                         [&](const auto &each) { return each.key == objects_[which].cells.front(); });
    };
    auto rows = known_.to_come(touches);
    for (std::size_t task = 0; task < rows.size(); ++task)
      for (std::size_t n = 0; n < rows[task].second.size(); ++n)
        rows[task].second[n] = 2 * rows[task].second[n] + touches(task, n);
    made = {static_cast<std::uint64_t>(picker_kind::surw), 0, known_.patience()};
    task_table::append(made, rows);
  }
  made[1] = seed;
  out = made;
  return true;
}

} // namespace corace::schedule
