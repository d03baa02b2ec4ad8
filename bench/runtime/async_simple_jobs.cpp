// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jobs on async_simple. It leaves executors to its users and says so; the one here is the least that its interface
// asks for, a queue that one thread runs. Timers are the executor's too, so it has no row for them; and it has no queue
// for coroutines.

#include "jobs.h"

#include <async_simple/Executor.h>
#include <async_simple/coro/Collect.h>
#include <async_simple/coro/ConditionVariable.h>
#include <async_simple/coro/Lazy.h>
#include <async_simple/coro/Mutex.h>

#include <deque>
#include <utility>
#include <vector>

namespace {

namespace coro = async_simple::coro;
using coro::Lazy;

class run_queue final : public async_simple::Executor {
public:
  bool schedule(Func work) override {
    waiting_.push_back(std::move(work));
    return true;
  }
  [[nodiscard]] bool currentThreadInExecutor() const override { return true; }
  void run() {
    while (!waiting_.empty()) {
      Func work = std::move(waiting_.front());
      waiting_.pop_front();
      work();
    }
  }

private:
  std::deque<Func> waiting_;
};

Lazy<void> yield_until(const bool &over) {
  while (!over)
    co_await coro::Yield{};
}

Lazy<int> answer(int number) { co_return number; }

Lazy<int> yield_once(int number) {
  co_await coro::Yield{};
  co_return number;
}

Lazy<void> switching(run_queue &on, benchmark::State &state) {
  bool over = false;
  yield_until(over).via(&on).detach();
  for (auto step : state) {
    (void)step;
    co_await coro::Yield{};
  }
  over = true;
  co_await coro::Yield{};
  runtime_bench::count_each(state, 2);
}

// A Lazy cannot await what was started with via(); so the one that is awaited goes through the executor on its own.
Lazy<void> create_join(run_queue &, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    benchmark::DoNotOptimize(co_await yield_once(42));
  }
  runtime_bench::count_each(state, 1);
}

Lazy<void> mutex(run_queue &, benchmark::State &state) {
  coro::Mutex m;
  for (auto step : state) {
    (void)step;
    auto lock = co_await m.coScopedLock();
    benchmark::ClobberMemory();
  }
  runtime_bench::count_each(state, 1);
}

struct shared_lock {
  coro::Mutex m;
  std::int64_t turns = 0;
  bool over = false;
};

Lazy<void> take_turns(shared_lock &shared) {
  while (!shared.over) {
    auto lock = co_await shared.m.coScopedLock();
    ++shared.turns;
    co_await coro::Yield{};
  }
}

Lazy<void> mutex_contended(run_queue &on, benchmark::State &state) {
  shared_lock shared;
  int left = runtime_bench::lockers - 1;
  for (int i = 1; i < runtime_bench::lockers; ++i)
    take_turns(shared).via(&on).start([&](async_simple::Try<void> &&) { --left; });
  for (auto step : state) {
    (void)step;
    auto lock = co_await shared.m.coScopedLock();
    ++shared.turns;
    co_await coro::Yield{};
  }
  runtime_bench::count(state, shared.turns);
  shared.over = true;
  while (left != 0)
    co_await coro::Yield{};
}

// collectAll() starts them one after another in this thread, each up to its first suspension.
template <Lazy<int> (*Make)(int)> Lazy<void> gather(run_queue &, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    std::vector<Lazy<int>> all;
    all.reserve(runtime_bench::gathered);
    for (int i = 0; i < runtime_bench::gathered; ++i)
      all.push_back(Make(i));
    std::vector<int> numbers;
    numbers.reserve(runtime_bench::gathered);
    for (auto &each : co_await coro::collectAll(std::move(all)))
      numbers.push_back(each.value());
    benchmark::DoNotOptimize(numbers);
  }
  runtime_bench::count_each(state, runtime_bench::gathered);
}

Lazy<void> wait_for(coro::Notifier &event) { co_await event.wait(); }

Lazy<void> memory(run_queue &on, benchmark::State &state) {
  coro::Notifier event;
  for (auto step : state)
    (void)step;
  const auto before = runtime_bench::heap_in_use();
  for (int i = 0; i < runtime_bench::parked; ++i)
    wait_for(event).via(&on).detach();
  co_await coro::Yield{};
  runtime_bench::report_memory(state, before, runtime_bench::heap_in_use());
  event.notify();
}

template <Lazy<void> (*Job)(run_queue &, benchmark::State &)> void run(benchmark::State &state) {
  run_queue on;
  Job(on, state).via(&on).detach();
  on.run();
}

} // namespace

void runtime_bench::register_jobs(void (*add)(const char *, void (*)(benchmark::State &))) {
  add("switch", run<switching>);
  add("create_join", run<create_join>);
  add("mutex", run<mutex>);
  add("mutex_contended", run<mutex_contended>);
  add("gather", run<gather<answer>>);
  add("gather_yield", run<gather<yield_once>>);
  add("memory", run<memory>);
}
