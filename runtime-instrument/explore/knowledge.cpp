// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/knowledge.h"

#include "explore/random.h"

#include <algorithm>

namespace corace::schedule {

namespace {
/// What is remembered of a large program: so much that no strategy comes to an end of it.
constexpr std::size_t most_places = std::size_t{1} << 16;
} // namespace

void knowledge::learn(const run_memory &run) {
  ++runs_;
  const run_flags &flags = run.flags[0];
  if (!flags.cut_off && !flags.abandoned)
    longest_ = std::max<std::uint64_t>(longest_, run.steps.size());
  learn_places(run);
  if (flags.footprints)
    learn_footprints(run);
}

// A task that was run while no other could have been would have been run then under every strategy.
void knowledge::learn_places(const run_memory &run) {
  std::unordered_map<task_key, std::uint32_t> segments;
  for (const step_entry &step : run.steps.all()) {
    const std::uint32_t n = segments[step.chosen]++;
    if (step.ready_count < 2 || occurrences_.size() >= most_places)
      continue;
    if (step.site && known_sites_.insert(step.site).second)
      sites_.push_back(step.site);
    if (known_occurrences_.insert(mix(step.chosen, n)).second)
      occurrences_.push_back({step.chosen, n});
  }
}

void knowledge::learn_footprints(const run_memory &run) {
  std::unordered_map<task_key, std::uint32_t> segments;
  for (const step_entry &step : run.steps.all()) {
    const std::uint32_t n = segments[step.chosen]++;
    const auto cells = run.cells_of(step);
    for (const detect::footprint::cell &each : cells) {
      object &o = objects_[each.key];
      o.task = o.task ? o.task : step.chosen;
      o.by_others |= o.task != step.chosen;
      o.written |= each.written;
    }
    auto &known = profiles_[step.chosen].segments;
    if (n >= most_places)
      continue;
    if (known.size() <= n)
      known.resize(n + 1);
    known[n].assign(cells.begin(), cells.end());
  }
}

bool knowledge::exposed(const occurrence &at) const {
  const auto found = profiles_.find(at.task);
  if (found == profiles_.end() || at.segments == 0 || at.segments > found->second.segments.size())
    return false;
  const auto &cells = found->second.segments[at.segments - 1];
  return std::any_of(cells.begin(), cells.end(), [&](const detect::footprint::cell &each) {
    const auto o = objects_.find(each.key);
    return o != objects_.end() && o->second.hot();
  });
}

} // namespace corace::schedule
