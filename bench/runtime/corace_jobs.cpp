// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jobs on corace's own runtime, with instrumentation off.

#include "jobs.h"

#include <corace/corace.h>

#include <vector>

namespace {

corace::task<void> yield_until(const bool &over) {
  while (!over)
    co_await corace::yield();
}

corace::task<int> answer(int number) { co_return number; }

corace::task<int> yield_once(int number) {
  co_await corace::yield();
  co_return number;
}

corace::task<void> switching(benchmark::State &state) {
  bool over = false;
  auto other = corace::create_task(yield_until(over));
  for (auto step : state) {
    (void)step;
    co_await corace::yield();
  }
  over = true;
  co_await other;
  runtime_bench::count_each(state, 2);
}

corace::task<void> create_join(benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    benchmark::DoNotOptimize(co_await corace::create_task(answer(42)));
  }
  runtime_bench::count_each(state, 1);
}

corace::task<void> mutex(benchmark::State &state) {
  corace::mutex m;
  for (auto step : state) {
    (void)step;
    auto lock = co_await m.lock();
    benchmark::ClobberMemory();
  }
  runtime_bench::count_each(state, 1);
}

struct shared_lock {
  corace::mutex m;
  std::int64_t turns = 0;
  bool over = false;
};

corace::task<void> take_turns(shared_lock &shared) {
  while (!shared.over) {
    auto lock = co_await shared.m.lock();
    ++shared.turns;
    co_await corace::yield();
  }
}

corace::task<void> mutex_contended(benchmark::State &state) {
  shared_lock shared;
  std::vector<corace::task_handle<void>> others;
  for (int i = 1; i < runtime_bench::lockers; ++i)
    others.push_back(corace::create_task(take_turns(shared)));
  for (auto step : state) {
    (void)step;
    auto lock = co_await shared.m.lock();
    ++shared.turns;
    co_await corace::yield();
  }
  runtime_bench::count(state, shared.turns);
  shared.over = true;
  for (auto &each : others)
    co_await each;
}

corace::task<void> echo(corace::queue<int> &in, corace::queue<int> &out) {
  while (const int number = co_await in.get())
    co_await out.put(number);
}

corace::task<void> queue(benchmark::State &state) {
  corace::queue<int> there(1), back(1);
  auto other = corace::create_task(echo(there, back));
  for (auto step : state) {
    (void)step;
    co_await there.put(42);
    benchmark::DoNotOptimize(co_await back.get());
  }
  co_await there.put(0);
  co_await other;
  runtime_bench::count_each(state, 1);
}

std::vector<corace::task<int>> thousand(corace::task<int> (*make)(int)) {
  std::vector<corace::task<int>> all;
  all.reserve(runtime_bench::gathered);
  for (int i = 0; i < runtime_bench::gathered; ++i)
    all.push_back(make(i));
  return all;
}

template <corace::task<int> (*Make)(int)> corace::task<void> gather(benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    benchmark::DoNotOptimize(co_await corace::gather(thousand(Make)));
  }
  runtime_bench::count_each(state, runtime_bench::gathered);
}

corace::task<void> sleep(int number) { co_await corace::sleep_for(runtime_bench::nap(number)); }

corace::task<void> timers(benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    std::vector<corace::task<void>> all;
    all.reserve(runtime_bench::sleepers);
    for (int i = 0; i < runtime_bench::sleepers; ++i)
      all.push_back(sleep(i));
    co_await corace::gather(std::move(all));
  }
  runtime_bench::count_each(state, runtime_bench::sleepers);
}

corace::task<void> wait_for(corace::event &event) { co_await event.wait(); }

corace::task<void> memory(benchmark::State &state) {
  corace::event event;
  std::vector<corace::task_handle<void>> all;
  all.reserve(runtime_bench::parked);
  for (auto step : state)
    (void)step;
  const auto before = runtime_bench::heap_in_use();
  for (int i = 0; i < runtime_bench::parked; ++i)
    all.push_back(corace::create_task(wait_for(event)));
  co_await corace::yield();
  runtime_bench::report_memory(state, before, runtime_bench::heap_in_use());
  event.set();
  for (auto &each : all)
    co_await each;
}

template <corace::task<void> (*Job)(benchmark::State &)> void run(benchmark::State &state) { corace::run(Job(state)); }

} // namespace

void runtime_bench::register_jobs(void (*add)(const char *, void (*)(benchmark::State &))) {
  add("switch", run<switching>);
  add("create_join", run<create_join>);
  add("mutex", run<mutex>);
  add("mutex_contended", run<mutex_contended>);
  add("queue", run<queue>);
  add("gather", run<gather<answer>>);
  add("gather_yield", run<gather<yield_once>>);
  add("timers", run<timers>);
  add("memory", run<memory>);
}
