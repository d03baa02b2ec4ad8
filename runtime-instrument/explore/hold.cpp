// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/hold.h"

#include "explore/await_site.h"

#include <algorithm>

namespace corace::schedule {

namespace {
/// Who has gone round at one await this many times, while others could have run, polls.
constexpr std::uint64_t many_rounds = 50;

[[nodiscard]] plan first_run(const knowledge &known) {
  return {static_cast<std::uint64_t>(picker_kind::hold), 0, known.patience(), 0};
}
} // namespace

bool hold_picker::held(const ready_task &task) const noexcept {
  if (std::any_of(sites_.begin(), sites_.end(), [&](std::uint64_t each) { return stands_at(*task.state, each); }))
    return true;
  for (std::size_t i = 0; i + 1 < occurrences_.size(); i += 2)
    if (occurrences_[i] == task.key && occurrences_[i + 1] == task.segments)
      return true;
  return false;
}

std::size_t hold_picker::pick(const choice &now) {
  if (now.ready.size() == 1)
    return 0;
  const auto all = [](const ready_task &) { return true; };
  if (now.step >= patience_)
    return first_in(now, base_order::fair, all);
  const bool polls = rounds_ >= many_rounds;
  const auto passed_by = [&](const ready_task &task) { return polls && task.key == polls_; };
  std::size_t index = first_in(now, base_, [&](const ready_task &each) { return !held(each) && !passed_by(each); });
  if (index == give_up)
    index = first_in(now, base_, [&](const ready_task &each) { return !passed_by(each); });
  const ready_task &chosen = now.ready[index];
  rounds_ = chosen.key == polls_ && chosen.site == site_ ? rounds_ + 1 : 0;
  polls_ = chosen.key;
  site_ = chosen.site;
  return index;
}

bool site_hold::next(plan &out) {
  out = first_run(known_);
  if (known_.runs() == 0)
    return true;
  const auto &sites = known_.sites();
  for (std::uint64_t base = 0; base < base_orders; ++base) {
    if (done_[base] == sites.size())
      continue;
    out = {out[0], base, out[2], 1, sites[done_[base]++].site};
    return true;
  }
  if (!pairs_)
    return false;
  for (; pair_base_ < base_orders; ++pair_base_, first_ = 0, second_ = 1)
    for (; second_ < sites.size(); ++second_, first_ = 0)
      if (first_ < second_) {
        out = {out[0], pair_base_, out[2], 2, sites[first_++].site, sites[second_].site};
        return true;
      }
  return false;
}

bool task_hold::next(plan &out) {
  out = first_run(known_);
  if (known_.runs() == 0)
    return true;
  const auto &all = known_.occurrences();
  for (const bool exposed : {true, false})
    for (std::uint64_t base = 0; base < base_orders; ++base)
      for (std::size_t &at = looked_at_[exposed ? 0 : 1][base]; at < all.size();) {
        const std::size_t i = at++;
        if ((exposed && !known_.exposed(all[i])) || !done_.emplace(base, i).second)
          continue;
        out = {out[0], base, out[2], 0, all[i].task, all[i].segments};
        return true;
      }
  return false;
}

} // namespace corace::schedule
