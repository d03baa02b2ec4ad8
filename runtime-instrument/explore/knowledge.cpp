// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/knowledge.h"

#include "explore/await_site.h"
#include "explore/label.h"
#include "explore/random.h"

#include <algorithm>
#include <map>

namespace corace::schedule {

namespace {
/// What is remembered of a large program: so much that no strategy comes to an end of it.
constexpr std::size_t most_places = std::size_t{1} << 16;
constexpr std::size_t most_tasks = std::size_t{1} << 16;
/// After this many, a segment that always came when nobody else could run has no choice.
constexpr std::uint64_t enough_runs = 8;
/// How much the last run counts for the average.
constexpr double news = 0.25;
} // namespace

void knowledge::learn(const run_memory &run) {
  ++runs_;
  learn_places(run);
  const run_flags &flags = run.flags[0];
  const auto stops = [](const failure_entry &each) { return each.kind == race_kind::deadlock; };
  const auto failures = run.failures.all();
  if (!flags.cut_off && !flags.abandoned && std::none_of(failures.begin(), failures.end(), stops)) {
    longest_ = std::max<std::uint64_t>(longest_, run.steps.size());
    learn_tasks(run);
  }
  if (flags.footprints)
    learn_footprints(run);
}

std::size_t knowledge::profile_of(task_key task) {
  const auto [at, fresh] = profile_at_.try_emplace(task, profiles_.size());
  if (fresh)
    profiles_.push_back({.key = task, .segments = {}});
  return at->second;
}

// A task that was run while no other could have been would have been run then under every strategy.
void knowledge::learn_places(const run_memory &run) {
  std::unordered_map<task_key, std::uint32_t> segments;
  std::uint64_t choices = 0;
  for (const step_entry &step : run.steps.all()) {
    const std::uint32_t n = segments[step.chosen]++;
    if (step.ready_count < 2)
      continue;
    ++choices;
    if (occurrences_.size() >= most_places)
      continue;
    const std::uint64_t own = site_of(step.own_at);
    for (const await_site &each : {await_site{own, step.own_at}, await_site{step.site, step.at}})
      if (each.site && known_sites_.insert(each.site).second)
        sites_.push_back(each);
    if (known_occurrences_.insert(mix(step.chosen, n)).second)
      occurrences_.push_back({step.chosen, n, step.site, own});
  }
  choices_ = std::max(choices_, choices);
}

void knowledge::learn_tasks(const run_memory &run) {
  const auto tasks = run.tasks.all();
  if (profiles_.size() > most_tasks)
    return;
  for (profile &each : profiles_)
    each.now = 0;
  std::size_t fresh = 0; // tasks are enrolled in the order in which they become ready
  for (const step_entry &step : run.steps.all()) {
    const auto ready = run.ready_at(step);
    for (; fresh < tasks.size() && std::find(ready.begin(), ready.end(), tasks[fresh].key) != ready.end(); ++fresh) {
      auto place = from_label(tasks[fresh].label);
      if (!place || place->path.empty()) {
        (void)profile_of(tasks[fresh].key);
        continue;
      }
      place->path.pop_back();
      const std::size_t parent = profile_of(key_of(*place));
      profile &child = profiles_[profile_of(tasks[fresh].key)];
      child.parent = parent;
      child.created_at = profiles_[parent].now;
    }
    ++profiles_[profile_of(step.chosen)].now;
  }
  for (profile &each : profiles_)
    each.average = each.average == 0 ? each.now : (1 - news) * each.average + news * each.now;
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
    if (n >= most_places || profiles_.size() > most_tasks)
      continue;
    auto &known = profiles_[profile_of(step.chosen)].segments;
    if (known.size() <= n)
      known.resize(n + 1);
    known[n].assign(cells.begin(), cells.end());
  }
}

bool knowledge::is_hot(std::uintptr_t cell) const {
  const auto found = objects_.find(cell);
  return found != objects_.end() && found->second.hot();
}

std::span<const detect::footprint::cell> knowledge::touched_before(const occurrence &at) const {
  const auto found = profile_at_.find(at.task);
  if (found == profile_at_.end() || at.segments == 0)
    return {};
  const auto &segments = profiles_[found->second].segments;
  return at.segments > segments.size() ? std::span<const detect::footprint::cell>() : segments[at.segments - 1];
}

bool knowledge::exposed(const occurrence &at) const {
  const auto cells = touched_before(at);
  return std::any_of(cells.begin(), cells.end(), [&](const auto &each) { return is_hot(each.key); });
}

bool knowledge::contended(std::size_t task, std::size_t segment) const noexcept {
  return runs_ < enough_runs || known_occurrences_.contains(mix(profiles_[task].key, segment));
}

// Cells that are touched alike are one object, so it does not matter in which order addresses come.
std::vector<knowledge::hot_object> knowledge::hot_objects() const {
  struct use {
    std::size_t task, segment;
    bool written;
    auto operator<=>(const use &) const = default;
  };
  std::unordered_map<std::uintptr_t, std::vector<use>> uses;
  for (std::size_t task = 0; task < profiles_.size(); ++task)
    for (std::size_t n = 0; n < profiles_[task].segments.size(); ++n)
      for (const detect::footprint::cell &each : profiles_[task].segments[n])
        if (is_hot(each.key) && contended(task, n))
          uses[each.key].push_back({task, n, each.written});
  std::map<std::vector<use>, hot_object> alike;
  for (const auto &[cell, of] : uses)
    alike[of].cells.push_back(cell);
  std::vector<hot_object> all;
  for (auto &[of, hot] : alike) {
    std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> by_task; // all, reads
    std::uint64_t total = 0, reads = 0;
    for (const use &each : of) {
      ++by_task[each.task].first, ++total;
      by_task[each.task].second += !each.written, reads += !each.written;
    }
    // Twice the pairs of different tasks, less those that only read.
    for (const auto &[task, counts] : by_task)
      hot.pairs += counts.first * (total - counts.first) - counts.second * (reads - counts.second);
    hot.pairs /= 2;
    if (hot.pairs > 0)
      all.push_back(std::move(hot));
  }
  return all;
}

knowledge::rows knowledge::to_come(const std::function<std::uint64_t(std::size_t, std::size_t)> &weight) const {
  rows all(profiles_.size());
  std::vector<std::vector<std::pair<std::uint32_t, std::uint64_t>>> created(profiles_.size());
  for (std::size_t task = profiles_.size(); task-- > 0;) { // children first
    const profile &each = profiles_[task];
    auto &[key, numbers] = all[task];
    key = each.key;
    numbers.assign(length(task), 0);
    auto &children = created[task];
    std::sort(children.begin(), children.end(), std::greater<>());
    std::uint64_t sum = 0;
    std::size_t next = 0;
    for (std::size_t n = numbers.size(); n-- > 0;) {
      for (; next < children.size() && children[next].first > n; ++next)
        sum += children[next].second;
      numbers[n] = sum += weight(task, n);
    }
    if (each.parent < task)
      created[each.parent].emplace_back(each.created_at, sum);
  }
  return all;
}

} // namespace corace::schedule
