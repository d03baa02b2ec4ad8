// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/realisable.h"

#include "explore/fifo.h"

#include <algorithm>
#include <random>
#include <utility>

namespace corace::schedule {

namespace {
/// How long a segment takes by the virtual clock, in nanoseconds. Short beside the times that programs ask for.
constexpr std::int64_t segment = 1000;
/// How late a wait may be, in segments; beyond that, as late as another timer.
constexpr std::int64_t delays[] = {1, 2, 3, 5, 8, 13, 21};
constexpr std::size_t most_values = 24;

[[nodiscard]] plan fifo_plan(const std::vector<late_wait> &waits) {
  plan p{static_cast<std::uint64_t>(picker_kind::fifo), static_cast<std::uint64_t>(segment), 0};
  for (const late_wait &each : waits)
    p.insert(p.end(), {each.key, each.ordinal, static_cast<std::uint64_t>(each.late)});
  return p;
}

/// "3us", "1.5ms"
[[nodiscard]] std::string duration(std::int64_t nanoseconds) {
  constexpr std::pair<std::int64_t, const char *> units[] = {
      {1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}, {1, "ns"}};
  for (const auto &[size, name] : units) {
    if (nanoseconds < size)
      continue;
    std::string text = std::to_string(nanoseconds / size);
    if (const std::int64_t rest = nanoseconds % size * 1000 / size) {
      std::string digits = std::to_string(1000 + rest).substr(1);
      digits.erase(digits.find_last_not_of('0') + 1);
      text += '.' + digits;
    }
    return text + name;
  }
  return "0";
}

/// How late this one may be so that it ends after another, or soon after its time.
[[nodiscard]] std::vector<std::int64_t> values_for(const timer_entry &one, const std::vector<timer_entry> &all) {
  std::vector<std::int64_t> values;
  for (std::int64_t each : delays)
    values.push_back(each * segment);
  for (const timer_entry &other : all)
    if (other.due > one.due)
      for (std::int64_t after : {1, 4})
        values.push_back(other.due - one.due + after * segment);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  values.resize(std::min(values.size(), most_values));
  return values;
}

[[nodiscard]] late_wait to_wait(const timer_entry &timer, std::int64_t late) {
  return {
      .task = {}, .key = timer.task, .ordinal = timer.ordinal, .late = late, .file = timer.file, .line = timer.line};
}
} // namespace

std::string to_string(const realisability &r) {
  switch (r.is) {
  case realisability::verdict::unknown: return {};
  case realisability::verdict::fifo: return "yes, a FIFO queue shows it without any latency";
  case realisability::verdict::reordering:
    return "only under an executor that reorders: nothing that it awaits takes time, so under a FIFO queue the order "
           "of spawns decides";
  case realisability::verdict::not_found:
    return "only an executor that reorders is known to show it: no latencies under a FIFO queue did in " +
           std::to_string(r.runs) + (r.runs == 1 ? " run" : " runs");
  case realisability::verdict::latencies: break;
  }
  std::string text = "latencies ";
  for (const late_wait &each : r.waits) {
    if (&each != &r.waits.front())
      text += ", ";
    text +=
        (each.task.empty() ? "call-back" : each.task) + '.' + std::to_string(each.ordinal) + '=' + duration(each.late);
    if (!each.file.empty())
      text += " (" + each.file.substr(each.file.rfind('/') + 1) + ':' + std::to_string(each.line) + ')';
  }
  return text;
}

realisability latency_search::judge(const plan &failing) {
  const auto is = [this](realisability::verdict v) { return realisability{v, found_, runs_}; };
  if (try_these({})) // that segments take time may be enough
    return is(realisability::verdict::fifo);
  timers_.assign(last_.timers.all().begin(), last_.timers.all().end());
  outside_ = last_.flags[0].outside;
  if (timers_.empty() && !outside_)
    return is(realisability::verdict::reordering);
  if (!follow(failing) && !one_or_two() && !by_chance())
    return is(realisability::verdict::not_found);
  simplify();
  return is(realisability::verdict::latencies);
}

bool latency_search::try_these(const waits &each) {
  ++runs_;
  if (!shows_(fifo_plan(each)))
    return false;
  found_ = taken();
  return true;
}

// What was late in the last run: a wait that was not reached is gone.
latency_search::waits latency_search::taken() const {
  waits all;
  for (const timer_entry &each : last_.timers.all()) {
    if (!each.late)
      continue;
    all.push_back(to_wait(each, each.late));
    for (const task_entry &task : last_.tasks.all())
      if (task.key == each.task)
        all.back().task = task.label;
  }
  return all;
}

// Each wait ends when its task went on in the failing run. Where all that is forced there follows a timed wait, that
// gives the same order.
bool latency_search::follow(const plan &failing) {
  ++runs_;
  if (!shows_(failing))
    return false;
  plan p{static_cast<std::uint64_t>(picker_kind::fifo), static_cast<std::uint64_t>(segment), 1};
  const auto steps = last_.steps.all();
  for (const timer_entry &timer : last_.timers.all())
    for (std::size_t s = timer.step + 1; s < steps.size(); ++s)
      if (steps[s].chosen == timer.task) {
        if (steps[s].time >= timer.due) // else something else woke it
          p.insert(p.end(), {timer.task, timer.ordinal,
                             static_cast<std::uint64_t>(steps[s].time + static_cast<std::int64_t>(s) * 2 * segment)});
        break;
      }
  ++runs_;
  if (!shows_(p))
    return false;
  return try_these(taken()); // the same, by how late each is
}

bool latency_search::one_or_two() {
  std::vector<waits> single;
  for (const timer_entry &timer : timers_)
    for (std::int64_t late : values_for(timer, timers_)) {
      single.push_back({to_wait(timer, late)});
      if (spent())
        return false;
      if (try_these(single.back()))
        return true;
    }
  // Pairs take at most half of what is left: chance finds three.
  const std::uint64_t until = runs_ + (most_.runs - std::min(runs_, most_.runs)) / 2;
  for (std::size_t sum = 1; sum < 2 * single.size(); ++sum)
    for (std::size_t i = sum < single.size() ? 0 : sum - single.size() + 1; 2 * i < sum; ++i) {
      if (spent() || runs_ >= until)
        return false;
      if (single[i][0].key == single[sum - i][0].key && single[i][0].ordinal == single[sum - i][0].ordinal)
        continue;
      if (try_these({single[i][0], single[sum - i][0]}))
        return true;
    }
  return false;
}

bool latency_search::by_chance() {
  std::minstd_rand numbers(1);
  while (!timers_.empty() && !spent()) {
    waits some;
    for (const timer_entry &timer : timers_) {
      if (numbers() % 2)
        continue;
      const auto values = values_for(timer, timers_);
      some.push_back(to_wait(timer, values[numbers() % values.size()]));
    }
    if (try_these(some))
      return true;
  }
  return false;
}

// As few and as short as can be.
void latency_search::simplify() {
  for (std::size_t i = 0; i < found_.size() && !spent();) {
    waits fewer = found_;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!try_these(fewer))
      ++i;
  }
  for (std::size_t i = 0; i < found_.size(); ++i)
    for (std::int64_t each : delays) {
      if (spent() || i >= found_.size() || each * segment >= found_[i].late)
        break;
      waits shorter = found_;
      shorter[i].late = each * segment;
      if (try_these(shorter))
        break;
    }
}

} // namespace corace::schedule
