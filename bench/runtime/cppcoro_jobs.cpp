// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jobs on cppcoro. Tasks run on its thread pool with one thread: on Linux its io_service pays a system call for
// each resumption. It has no queue; timers need its io_service.

#include "jobs.h"

#include <cppcoro/async_manual_reset_event.hpp>
#include <cppcoro/async_mutex.hpp>
#include <cppcoro/async_scope.hpp>
#include <cppcoro/io_service.hpp>
#include <cppcoro/schedule_on.hpp>
#include <cppcoro/static_thread_pool.hpp>
#include <cppcoro/sync_wait.hpp>
#include <cppcoro/task.hpp>
#include <cppcoro/when_all.hpp>

#include <utility>
#include <vector>

namespace {

using cppcoro::task;
using pool = cppcoro::static_thread_pool;

task<void> yield_until(pool &on, const bool &over) {
  while (!over)
    co_await on.schedule();
}

task<int> answer(pool &, int number) { co_return number; }

task<int> yield_once(pool &on, int number) {
  co_await on.schedule();
  co_return number;
}

task<void> switching(pool &on, benchmark::State &state) {
  bool over = false;
  cppcoro::async_scope others;
  others.spawn(yield_until(on, over));
  for (auto step : state) {
    (void)step;
    co_await on.schedule();
  }
  over = true;
  co_await others.join();
  runtime_bench::count_each(state, 2);
}

task<void> create_join(pool &on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    benchmark::DoNotOptimize(co_await cppcoro::schedule_on(on, answer(on, 42)));
  }
  runtime_bench::count_each(state, 1);
}

task<void> mutex(pool &, benchmark::State &state) {
  cppcoro::async_mutex m;
  for (auto step : state) {
    (void)step;
    auto lock = co_await m.scoped_lock_async();
    benchmark::ClobberMemory();
  }
  runtime_bench::count_each(state, 1);
}

struct shared_lock {
  cppcoro::async_mutex m;
  std::int64_t turns = 0;
  bool over = false;
};

task<void> take_turns(pool &on, shared_lock &shared) {
  while (!shared.over) {
    auto lock = co_await shared.m.scoped_lock_async();
    ++shared.turns;
    co_await on.schedule();
  }
}

task<void> mutex_contended(pool &on, benchmark::State &state) {
  shared_lock shared;
  cppcoro::async_scope others;
  for (int i = 1; i < runtime_bench::lockers; ++i)
    others.spawn(take_turns(on, shared));
  for (auto step : state) {
    (void)step;
    auto lock = co_await shared.m.scoped_lock_async();
    ++shared.turns;
    co_await on.schedule();
  }
  runtime_bench::count(state, shared.turns);
  shared.over = true;
  co_await others.join();
}

template <task<int> (*Make)(pool &, int)> task<void> gather(pool &on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    std::vector<task<int>> all;
    all.reserve(runtime_bench::gathered);
    for (int i = 0; i < runtime_bench::gathered; ++i)
      all.push_back(Make(on, i));
    benchmark::DoNotOptimize(co_await cppcoro::when_all(std::move(all)));
  }
  runtime_bench::count_each(state, runtime_bench::gathered);
}

task<void> wait_for(cppcoro::async_manual_reset_event &event) { co_await event; }

task<void> memory(pool &, benchmark::State &state) {
  cppcoro::async_manual_reset_event event;
  cppcoro::async_scope all;
  for (auto step : state)
    (void)step;
  const auto before = runtime_bench::heap_in_use();
  for (int i = 0; i < runtime_bench::parked; ++i)
    all.spawn(wait_for(event));
  runtime_bench::report_memory(state, before, runtime_bench::heap_in_use());
  event.set();
  co_await all.join();
}

task<void> sleep(cppcoro::io_service &on, int number) { co_await on.schedule_after(runtime_bench::nap(number)); }

task<void> timers(cppcoro::io_service &on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    std::vector<task<void>> all;
    all.reserve(runtime_bench::sleepers);
    for (int i = 0; i < runtime_bench::sleepers; ++i)
      all.push_back(sleep(on, i));
    co_await cppcoro::when_all(std::move(all));
  }
  runtime_bench::count_each(state, runtime_bench::sleepers);
}

template <task<void> (*Job)(pool &, benchmark::State &)> void run(benchmark::State &state) {
  pool on(1);
  cppcoro::sync_wait(cppcoro::schedule_on(on, Job(on, state)));
}

void run_timers(benchmark::State &state) {
  cppcoro::io_service on;
  auto main = [](cppcoro::io_service &service, benchmark::State &of) -> task<void> {
    cppcoro::io_work_scope ends(service);
    co_await timers(service, of);
  }(on, state);
  auto events = [](cppcoro::io_service &service) -> task<void> {
    service.process_events();
    co_return;
  }(on);
  cppcoro::sync_wait(cppcoro::when_all(std::move(main), std::move(events)));
}

} // namespace

void runtime_bench::register_jobs(void (*add)(const char *, void (*)(benchmark::State &))) {
  add("switch", run<switching>);
  add("create_join", run<create_join>);
  add("mutex", run<mutex>);
  add("mutex_contended", run<mutex_contended>);
  add("gather", run<gather<answer>>);
  add("gather_yield", run<gather<yield_once>>);
  add("timers", run_timers);
  add("memory", run<memory>);
}
