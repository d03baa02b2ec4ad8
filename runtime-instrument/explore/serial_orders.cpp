// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The serial orders: for a test with a result, whether one of them has it (see oracle.h); for a race, what a raced
// variable holds at the end of every serial order, and what it holds at the end of the reported schedule. Said only
// where it is sure: all serial orders agree, and each of them was one.
#include "explore/search.h"

#include "explore/replay.h"
#include "explore/serial.h"

#include <algorithm>
#include <numeric>

namespace corace::schedule {

namespace {
/// With more children of the main task than this, only the first and the last of all orders are run.
constexpr std::size_t few = 4;

/// The main task's child that a task descends from; 0: it is the main task, or it stands in another loop.
[[nodiscard]] std::uint64_t child_of(const run_memory &run, task_key key) {
  for (const task_entry &each : run.tasks.all())
    if (each.key == key)
      if (const auto place = from_label(each.label); place && place->loop == 1 && !place->path.empty())
        return place->path.front();
  return 0;
}

[[nodiscard]] std::vector<std::uint64_t> children(const run_memory &run) {
  std::vector<std::uint64_t> all;
  for (const task_entry &each : run.tasks.all())
    if (const std::uint64_t child = child_of(run, each.key);
        child && std::find(all.begin(), all.end(), child) == all.end())
      all.push_back(child);
  std::sort(all.begin(), all.end());
  return all;
}

/// Each child, with all that descends from it, ran without another one in between.
[[nodiscard]] bool was_serial(const run_memory &run) {
  std::vector<std::uint64_t> order;
  for (const step_entry &step : run.steps.all()) {
    const std::uint64_t child = child_of(run, step.chosen);
    if (!child || (!order.empty() && order.back() == child))
      continue;
    if (std::find(order.begin(), order.end(), child) != order.end())
      return false;
    order.push_back(child);
  }
  return true;
}
} // namespace

void search::compare_with_serial_orders() {
  std::vector<finding *> asked;
  memory_.samples.clear();
  for (finding &each : result_.findings)
    if (each.race && each.verified && runner_.stable_addresses() && each.race->second.size <= 8 &&
        memory_.samples.push({each.race->second.address, each.race->second.size, false, 0}))
      asked.push_back(&each);
  if (asked.empty() || elapsed() >= options_.seconds) {
    memory_.samples.clear();
    return;
  }
  // The schedules first: a serial run overwrites nothing that is needed then.
  std::vector<std::optional<std::uint64_t>> here(asked.size()), serially(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    plan p;
    replay(asked[i]->schedule).next(p);
    run(p, {});
    if (memory_.samples[i].known && memory_.flags[0].finished)
      here[i] = memory_.samples[i].value;
  }
  std::vector<bool> sure(asked.size(), true);
  const auto try_order = [&](const std::vector<std::uint64_t> &order) {
    plan p;
    serial(order).next(p);
    run(p, {});
    const bool serial_run = memory_.flags[0].finished && was_serial(memory_);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const sample_entry &sample = memory_.samples[i];
      sure[i] = sure[i] && serial_run && sample.known && (!serially[i] || *serially[i] == sample.value);
      serially[i] = sample.value;
    }
    return serial_run;
  };
  const auto in_time = [&] { return elapsed() < options_.seconds * (1 + grace); };
  bool go_on = in_time() && try_order({});
  std::vector<std::uint64_t> order = children(memory_);
  if (order.size() > few) {
    std::reverse(order.begin(), order.end());
    go_on = go_on && in_time() && try_order(order);
  } else {
    while (go_on && std::next_permutation(order.begin(), order.end()))
      go_on = in_time() && try_order(order);
  }
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (go_on && sure[i] && here[i] && asked[i]->race->object[0])
      asked[i]->value = end_value{asked[i]->race->object, *serially[i], *here[i], asked[i]->race->second.size};
  memory_.samples.clear();
}

bool search::asked_serial_orders() {
  if (!runner_.result() || oracle_.knows(*runner_.result()) || oracle_.done())
    return false;
  const std::string asked = *runner_.result();
  const auto try_order = [&](const std::vector<std::uint64_t> &order) {
    plan p;
    serial(order).next(p);
    run(p, {.detect = !runner_.cheap()});
    if (runner_.result())
      oracle_.add(*runner_.result());
  };
  if (!oracle_.began()) {
    try_order({});
    oracle_.begin(children(memory_));
  }
  std::vector<std::uint64_t> order;
  while (!oracle_.knows(asked) && oracle_.next(order)) {
    if (elapsed() >= options_.seconds)
      oracle_.give_up();
    else
      try_order(order);
  }
  if (const std::string reservation = oracle_.reservation(asked); !reservation.empty())
    add_note(reservation);
  return true;
}

void search::judge_run() {
  const auto fail = [&](race_kind kind, const std::string &message) {
    failure_entry entry{.kind = kind, .site = nullptr, .line = 0, .file = {}, .function = {}, .message = {}};
    message.copy(entry.message, sizeof(entry.message) - 1);
    memory_.failures.push(entry);
  };
  if (const std::string *result = runner_.result(); result && oracle_.refutes(*result))
    fail(race_kind::wrong_result, oracle_.words(*result));
  const run_flags &flags = memory_.flags[0];
  if (options_.fail_at_step_limit && flags.cut_off && !flags.slow && memory_.failures.empty())
    fail(race_kind::step_limit, "the run had not ended after " + std::to_string(options_.steps) + " steps");
}

} // namespace corace::schedule
