// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/pct.h"

#include "explore/random.h"

namespace corace::schedule {

namespace {
/// Of a task that has not fallen, the priority is at least this.
constexpr std::uint64_t ordinary = std::uint64_t{1} << 63;
/// Who has fallen at the i-th place has this one and i; who goes round has one below.
constexpr std::uint64_t fallen = std::uint64_t{1} << 62;
constexpr std::uint64_t many_rounds = 50;
constexpr std::uint64_t depths[] = {1, 2, 3, 5};
} // namespace

std::uint64_t pct_picker::priority(task_key task) const noexcept {
  for (std::size_t i = 0; i < fallen_.size(); i += 2)
    if (fallen_[i] == task)
      return fallen_[i + 1];
  return mix(seed_, task) | ordinary;
}

void pct_picker::lower(task_key task, std::uint64_t to) noexcept {
  for (std::size_t i = 0; i < fallen_.size(); i += 2)
    if (fallen_[i] == task) {
      fallen_[i + 1] = to;
      return;
    }
  if (fallen_.size() + 2 <= fallen_.capacity()) {
    fallen_.push(task);
    fallen_.push(to);
  }
}

std::size_t pct_picker::highest(const choice &now) const noexcept {
  std::size_t found = 0;
  std::uint64_t best = priority(now.ready[0].key);
  for (std::size_t i = 1; i < now.ready.size(); ++i)
    if (const std::uint64_t own = priority(now.ready[i].key); own > best)
      best = own, found = i;
  return found;
}

std::size_t pct_picker::pick(const choice &now) {
  if (now.ready.size() == 1)
    return 0;
  ++choices_;
  std::size_t index = highest(now);
  for (std::size_t i = 0; i < falls_.size(); ++i)
    if (falls_[i] == choices_) {
      lower(now.ready[index].key, fallen + i);
      index = highest(now);
    }
  const auto round_again = [&] {
    return now.ready[index].key == now.last && now.ready[index].site == site_ && ++rounds_ >= many_rounds;
  };
  if (round_again()) {
    lower(now.last, --lowest_);
    index = highest(now);
  }
  if (now.ready[index].key != now.last || now.ready[index].site != site_)
    rounds_ = 0;
  site_ = now.ready[index].site;
  return index;
}

bool pct::next(plan &out) {
  const std::uint64_t run = runs_++, seed = run_seed(seed_, run);
  const std::uint64_t depth = depth_ ? depth_ : depths[run % std::size(depths)];
  out = {static_cast<std::uint64_t>(picker_kind::pct), seed};
  for (std::uint64_t i = 1; i < depth; ++i)
    out.push_back(1 + below(std::max<std::uint64_t>(known_.choices(), 1), mix(seed, i)));
  return true;
}

} // namespace corace::schedule
