// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/directed.h"

#include "detect/candidates.h"
#include "explore/hold.h"

#include <algorithm>

namespace corace::schedule {

bool order_hold_picker::conflicts(std::span<const detect::footprint::cell> with) const noexcept {
  for (std::size_t i = 0; i + 1 < touched_.size(); i += 2)
    for (const detect::footprint::cell &each : with)
      if (each.key == touched_[i] && (each.written || touched_[i + 1]))
        return true;
  return false;
}

std::size_t order_hold_picker::pick(const choice &now) {
  if (now.last == task_ && now.last_segments == segments_)
    for (const detect::footprint::cell &each : now.last_footprint) {
      touched_.push(each.key);
      touched_.push(each.written);
    }
  else if (now.last && now.last != task_)
    released_ |= conflicts(now.last_footprint);
  const auto held = [&](const ready_task &each) {
    return each.key == task_ && each.segments == segments_ && now.step < patience_;
  };
  const auto order = static_cast<base_order>(base_);
  if (released_)
    for (std::size_t i = 0; i < now.ready.size(); ++i)
      if (held(now.ready[i]))
        return i;
  const std::size_t index = first_in(now, order, [&](const ready_task &each) { return !held(each); });
  return index == give_up ? first_in(now, order, [](const ready_task &) { return true; }) : index;
}

bool directed::is_suspension(const knowledge::await_site &at) const {
  return std::any_of(of_.begin(), of_.end(), [&](const detect::candidate *each) {
    if (!detect::same_file(each->file, at.at.file_name()))
      return false;
    const auto stands_in = [&](std::uint32_t first, std::uint32_t last) {
      return std::any_of(known_.sites().begin(), known_.sites().end(), [&](const knowledge::await_site &other) {
        return other.at.line() >= first && other.at.line() <= last &&
               detect::same_file(each->file, other.at.file_name());
      });
    };
    const std::uint32_t line = each->suspension_line;
    if (stands_in(line, line))
      return at.at.line() == line;
    return at.at.line() >= each->first_line && at.at.line() <= each->second_end_line;
  });
}

std::vector<std::uint64_t> directed::suspensions() const {
  std::vector<std::uint64_t> all;
  for (const knowledge::await_site &each : known_.sites())
    if (is_suspension(each))
      all.push_back(each.site);
  return all;
}

bool directed::reached() const { return !suspensions().empty(); }

bool directed::fresh(std::uint64_t how, std::uint64_t base, std::uint64_t what, std::uint64_t segments) {
  return done_.emplace(how, base, what, segments).second;
}

bool directed::next(plan &out) {
  const auto hold = static_cast<std::uint64_t>(picker_kind::hold);
  if (first_runs_ < base_orders) { // to see who comes where
    out = {hold, first_runs_++, known_.patience(), 0};
    return true;
  }
  const auto sites = suspensions();
  if (sites.empty())
    return false;
  for (std::uint64_t base = 0; base < base_orders; ++base)
    for (std::uint64_t site : sites)
      if (fresh(0, base, site, 0)) {
        out = {hold, base, known_.patience(), 1, site};
        return true;
      }
  const auto is_there = [&](const knowledge::occurrence &each) {
    return std::any_of(sites.begin(), sites.end(),
                       [&](auto site) { return site == each.site || site == each.own_site; });
  };
  for (const bool until_conflict : {false, true})
    for (std::uint64_t base = 0; base < base_orders; ++base)
      for (const knowledge::occurrence &each : known_.occurrences())
        if (is_there(each) && fresh(1 + until_conflict, base, each.task, each.segments)) {
          if (until_conflict)
            out = {static_cast<std::uint64_t>(picker_kind::order_hold), base, known_.patience(), each.task,
                   each.segments};
          else
            out = {hold, base, known_.patience(), 0, each.task, each.segments};
          return true;
        }
  return drawn_.next(out);
}

bool directed::is_at_stake(const knowledge::hot_object &object) const {
  const auto sites = suspensions();
  return std::any_of(known_.occurrences().begin(), known_.occurrences().end(), [&](const auto &each) {
    const auto cells = known_.touched_before(each);
    return std::any_of(sites.begin(), sites.end(),
                       [&](auto site) { return site == each.site || site == each.own_site; }) &&
           std::any_of(cells.begin(), cells.end(), [&](const auto &c) { return c.key == object.cells.front(); });
  });
}

} // namespace corace::schedule
