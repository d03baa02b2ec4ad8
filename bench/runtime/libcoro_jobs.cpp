// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jobs on libcoro. Tasks run on its thread pool with one thread, the fastest of its executors; timers need its
// scheduler (in libraries that are built with LIBCORO_FEATURE_NETWORKING), here driven by hand on one thread too.

#include "jobs.h"

#include <optional> // for a header of libcoro, which forgets it

#include <coro/event.hpp>
#include <coro/mutex.hpp>
#include <coro/queue.hpp>
#include <coro/scheduler.hpp>
#include <coro/sync_wait.hpp>
#include <coro/task.hpp>
#include <coro/task_group.hpp>
#include <coro/thread_pool.hpp>
#include <coro/when_all.hpp>

#include <memory>
#include <vector>

namespace {

using coro::task;
using pool = coro::thread_pool;

task<void> yield_until(pool &on, const bool &over) {
  while (!over)
    co_await on.yield();
}

task<int> answer(pool &, int number) { co_return number; }

task<int> yield_once(pool &on, int number) {
  co_await on.yield();
  co_return number;
}

task<void> switching(pool &on, benchmark::State &state) {
  bool over = false;
  auto other = on.spawn_joinable(yield_until(on, over));
  for (auto step : state) {
    (void)step;
    co_await on.yield();
  }
  over = true;
  co_await other;
  runtime_bench::count_each(state, 2);
}

task<void> create_join(pool &on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    benchmark::DoNotOptimize(co_await on.schedule(answer(on, 42)));
  }
  runtime_bench::count_each(state, 1);
}

task<void> mutex(pool &, benchmark::State &state) {
  coro::mutex m;
  for (auto step : state) {
    (void)step;
    auto lock = co_await m.scoped_lock();
    benchmark::ClobberMemory();
  }
  runtime_bench::count_each(state, 1);
}

struct shared_lock {
  coro::mutex m;
  std::int64_t turns = 0;
  bool over = false;
};

task<void> take_turns(pool &on, shared_lock &shared) {
  while (!shared.over) {
    auto lock = co_await shared.m.scoped_lock();
    ++shared.turns;
    co_await on.yield();
  }
}

task<void> mutex_contended(pool &on, benchmark::State &state) {
  shared_lock shared;
  std::vector<task<void>> others;
  for (int i = 1; i < runtime_bench::lockers; ++i)
    others.push_back(on.spawn_joinable(take_turns(on, shared)));
  for (auto step : state) {
    (void)step;
    auto lock = co_await shared.m.scoped_lock();
    ++shared.turns;
    co_await on.yield();
  }
  runtime_bench::count(state, shared.turns);
  shared.over = true;
  co_await coro::when_all(std::move(others));
}

task<void> echo(coro::queue<int> &from, coro::queue<int> &to) {
  for (int number = 1; number != 0;) {
    number = *co_await from.pop();
    co_await to.push(number);
  }
}

task<void> queue(pool &on, benchmark::State &state) {
  coro::queue<int> there, back;
  auto other = on.spawn_joinable(echo(there, back));
  for (auto step : state) {
    (void)step;
    co_await there.push(1);
    benchmark::DoNotOptimize(*co_await back.pop());
  }
  co_await there.push(0);
  co_await back.pop();
  co_await other;
  runtime_bench::count_each(state, 1);
}

template <task<int> (*Make)(pool &, int)> task<void> gather(pool &on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    std::vector<task<int>> all;
    all.reserve(runtime_bench::gathered);
    for (int i = 0; i < runtime_bench::gathered; ++i)
      all.push_back(Make(on, i));
    std::vector<int> numbers;
    numbers.reserve(runtime_bench::gathered);
    auto ended = co_await coro::when_all(std::move(all));
    for (auto &each : ended)
      numbers.push_back(each.return_value());
    benchmark::DoNotOptimize(numbers);
  }
  runtime_bench::count_each(state, runtime_bench::gathered);
}

task<void> wait_for(coro::event &event) { co_await event; }

task<void> memory(pool &on, benchmark::State &state) {
  coro::event event;
  coro::task_group<pool> all(&on);
  for (auto step : state)
    (void)step;
  const auto before = runtime_bench::heap_in_use();
  for (int i = 0; i < runtime_bench::parked; ++i)
    (void)all.start(wait_for(event));
  co_await on.yield();
  runtime_bench::report_memory(state, before, runtime_bench::heap_in_use());
  event.set();
  co_await all;
}

task<void> timers(coro::scheduler &on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    std::vector<task<void>> all;
    all.reserve(runtime_bench::sleepers);
    for (int i = 0; i < runtime_bench::sleepers; ++i)
      all.push_back(on.schedule_after(runtime_bench::nap(i)));
    co_await coro::when_all(std::move(all));
  }
  runtime_bench::count_each(state, runtime_bench::sleepers);
}

task<void> on_pool(pool &on, task<void> job) {
  co_await on.schedule();
  co_await job;
}

template <task<void> (*Job)(pool &, benchmark::State &)> void run(benchmark::State &state) {
  auto on = pool::make_unique(pool::options{.thread_count = 1});
  coro::sync_wait(on_pool(*on, Job(*on, state)));
}

void run_timers(benchmark::State &state) {
  auto on = coro::scheduler::make_unique(
      coro::scheduler::options{.thread_strategy = coro::scheduler::thread_strategy_t::manual,
                               .execution_strategy = coro::scheduler::execution_strategy_t::process_tasks_inline});
  on->spawn_detached(timers(*on, state));
  while (on->process_events(std::chrono::seconds(1)) > 0) {
  }
}

} // namespace

void runtime_bench::register_jobs(void (*add)(const char *, void (*)(benchmark::State &))) {
  add("switch", run<switching>);
  add("create_join", run<create_join>);
  add("mutex", run<mutex>);
  add("mutex_contended", run<mutex_contended>);
  add("queue", run<queue>);
  add("gather", run<gather<answer>>);
  add("gather_yield", run<gather<yield_once>>);
  add("timers", run_timers);
  add("memory", run<memory>);
}
