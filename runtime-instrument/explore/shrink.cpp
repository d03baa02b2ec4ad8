// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/shrink.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace corace::schedule {

namespace {
using schedule = shrinker::schedule;

/// What is tried of schedules that consist of few deviations: those with up to this many.
constexpr std::size_t few = 2;
/// So many steps are run for schedules that are no parts of the one to shrink.
constexpr std::uint64_t most_other_steps = 2'000'000;

/// The less the better: deviations, tasks, characters. The text decides between equals, so that a search ends with the
/// same token whatever it began with.
[[nodiscard]] auto cost(const schedule &s) {
  std::set<std::string> tasks;
  for (const deviation &each : s) {
    tasks.insert(to_label(each.after));
    if (!each.choice)
      tasks.insert(to_label(each.to));
  }
  std::string text = to_string(token{"", s});
  return std::tuple(s.size(), tasks.size(), text.size(), std::move(text));
}

[[nodiscard]] schedule without(const schedule &s, std::size_t begin, std::size_t end) {
  schedule rest(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(begin));
  rest.insert(rest.end(), s.begin() + static_cast<std::ptrdiff_t>(end), s.end());
  return rest;
}

/// The same schedule with the first children of the main task in the places of those that it speaks of: where tasks are
/// alike, A and B read better than C and G.
[[nodiscard]] schedule with_first_children(schedule s) {
  std::set<std::uint32_t> used;
  const auto each_place = [&](auto act) {
    for (deviation &d : s)
      for (task_place *place : {&d.after, &d.to})
        if (!place->path.empty())
          act(place->path.front());
  };
  each_place([&](std::uint32_t &child) { used.insert(child); });
  each_place([&](std::uint32_t &child) {
    child = static_cast<std::uint32_t>(std::distance(used.begin(), used.find(child))) + 1;
  });
  return s;
}
} // namespace

schedule shrinker::shrink(schedule from) {
  best_ = std::move(from);
  ++removals_;
  if (!shows_(best_))
    return best_;
  best_ = deviations_of(last_);
  most_.others = std::min(most_.others, most_other_steps / (last_.steps.size() + 1));
  remove_parts();
  try_the_shortest();
  exchange();
  name_first_children();
  return best_;
}

bool shrinker::improves(const schedule &s, std::uint64_t &counter) {
  ++counter;
  if (!shows_(s))
    return false;
  schedule taken = deviations_of(last_); // what did not apply is gone
  if (cost(taken) >= cost(best_))
    return false;
  best_ = std::move(taken);
  return true;
}

// ddmin (Zeller and Hildebrandt, 2002) over the deviations.
void shrinker::remove_parts() {
  std::size_t parts = 2;
  while (!best_.empty()) {
    const std::size_t size = (best_.size() + parts - 1) / parts;
    bool smaller = false;
    for (std::size_t begin = 0; begin < best_.size() && !smaller; begin += size) {
      if (spent(removals_, most_.removals))
        return;
      smaller = improves(without(best_, begin, std::min(begin + size, best_.size())), removals_);
    }
    if (smaller) {
      parts = std::max<std::size_t>(parts - 1, 2);
      continue;
    }
    if (size == 1)
      return;
    parts = std::min(parts * 2, best_.size());
  }
}

schedule shrinker::alternatives(bool all) const {
  std::unordered_map<task_key, task_place> places;
  for (const task_entry &each : last_.tasks.all())
    places.emplace(each.key, from_label(each.label).value_or(task_place{}));
  const auto steps = last_.steps.all();
  std::size_t begin = steps.size();
  while (begin > 0 && (all || !steps[begin - 1].deviates))
    --begin;
  schedule found;
  for (const step_entry &step : steps.subspan(begin)) {
    if (!step.last || step.ready_count < 2)
      continue;
    const task_key usual = canonical(last_.ready_at(step), step.last);
    for (task_key each : last_.ready_at(step))
      if (each != usual && places.contains(each) && found.size() < most_.others)
        found.push_back({.after = places[step.last], .segments = step.last_segments, .to = places[each]});
  }
  return found;
}

// All schedules with no deviation, then those with one, then those with two, as long as they are no longer than the
// best: what is left after parts were removed is only a local minimum, and may speak of more tasks than it needs.
void shrinker::try_the_shortest() {
  std::deque<schedule> waiting{{}};
  while (!waiting.empty() && !spent(others_, most_.others)) {
    const schedule now = std::move(waiting.front());
    waiting.pop_front();
    if (now.size() > best_.size())
      return;
    (void)improves(now, others_);
    if (now.size() >= std::min(few, best_.size()))
      continue;
    for (deviation &each : alternatives(/*all=*/false)) {
      if (others_ + waiting.size() >= most_.others)
        break;
      waiting.push_back(now);
      waiting.back().push_back(std::move(each));
    }
  }
}

// Up to two deviations that can be replaced by a single one, wherever in the schedule. One for one leads to a token
// that reads better, and often out of a local minimum.
void shrinker::exchange() {
  for (bool changed = true; changed && best_.size() > few;) {
    changed = false;
    for (std::size_t apart = 1; apart < best_.size() && !changed; ++apart) // neighbours first
      for (std::size_t i = 0; i + apart < best_.size() && !changed; ++i)
        changed = exchange(without(without(best_, i + apart, i + apart + 1), i, i + 1));
    for (std::size_t i = 0; i < best_.size() && !changed; ++i)
      changed = exchange(without(best_, i, i + 1));
    if (spent(others_, most_.others))
      return;
  }
}

bool shrinker::exchange(const schedule &rest) {
  if (spent(others_, most_.others))
    return false;
  if (improves(rest, others_))
    return true;
  for (deviation &each : alternatives(/*all=*/true)) {
    if (spent(others_, most_.others))
      return false;
    schedule with = rest;
    with.push_back(std::move(each));
    if (improves(with, others_))
      return true;
  }
  return false;
}

void shrinker::name_first_children() {
  if (const schedule renamed = with_first_children(best_);
      to_string(token{"", renamed}) != to_string(token{"", best_}) && !most_.late())
    (void)improves(renamed, others_);
}

} // namespace corace::schedule
