// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jobs on Boost.Asio's awaitables, in the build that its documentation gives for one thread: without locks and
// atomics. The executor's type is written out, so that nothing is type-erased; `deferred` awaits an operation without a
// frame of its own.
//
// Asio has no lock and no queue. Its experimental channel stands in for both: a buffer of one is a lock that is held
// while it is full.

#define BOOST_ASIO_DISABLE_THREADS

#include "jobs.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <vector>

namespace asio = boost::asio;

namespace {

using executor = asio::io_context::executor_type;
template <class T> using task = asio::awaitable<T, executor>;
template <class... T>
using channel = asio::experimental::basic_channel<executor, asio::experimental::channel_traits<>,
                                                  void(boost::system::error_code, T...)>;
using timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, executor>;

auto yield(executor on) { return asio::post(on, asio::deferred); }

void rethrow(std::exception_ptr error) {
  if (error)
    std::rethrow_exception(error);
}

task<void> yield_until(executor on, const bool &over) {
  while (!over)
    co_await yield(on);
}

task<int> answer(executor, int number) { co_return number; }

task<int> yield_once(executor on, int number) {
  co_await yield(on);
  co_return number;
}

task<void> switching(executor on, benchmark::State &state) {
  bool over = false;
  asio::co_spawn(on, yield_until(on, over), rethrow);
  for (auto step : state) {
    (void)step;
    co_await yield(on);
  }
  over = true;
  co_await yield(on);
  runtime_bench::count_each(state, 2);
}

// In Boost 1.81 an awaited co_spawn() of a coroutine with a value does not compile with `deferred`.
task<void> answer_into(int &result) {
  result = 42;
  co_return;
}

task<void> create_join(executor on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    int result = 0;
    co_await asio::co_spawn(on, answer_into(result), asio::deferred);
    benchmark::DoNotOptimize(result);
  }
  runtime_bench::count_each(state, 1);
}

task<void> mutex(executor on, benchmark::State &state) {
  channel<> lock(on, 1);
  for (auto step : state) {
    (void)step;
    co_await lock.async_send(boost::system::error_code(), asio::deferred);
    benchmark::ClobberMemory();
    lock.try_receive([](boost::system::error_code) {});
  }
  runtime_bench::count_each(state, 1);
}

struct shared_lock {
  explicit shared_lock(executor on) : lock(on, 1) {}
  channel<> lock;
  std::int64_t turns = 0;
  bool over = false;
};

task<void> take_turn(executor on, shared_lock &shared) {
  co_await shared.lock.async_send(boost::system::error_code(), asio::deferred);
  ++shared.turns;
  co_await yield(on);
  shared.lock.try_receive([](boost::system::error_code) {});
}

task<void> take_turns(executor on, shared_lock &shared) {
  while (!shared.over) {
    co_await shared.lock.async_send(boost::system::error_code(), asio::deferred);
    ++shared.turns;
    co_await yield(on);
    shared.lock.try_receive([](boost::system::error_code) {});
  }
}

task<void> mutex_contended(executor on, benchmark::State &state) {
  shared_lock shared(on);
  using one = decltype(asio::co_spawn(on, take_turns(on, shared), asio::deferred));
  std::vector<one> others;
  for (int i = 1; i < runtime_bench::lockers; ++i)
    others.push_back(asio::co_spawn(on, take_turns(on, shared), asio::deferred));
  channel<> ended(on, 1);
  asio::experimental::make_parallel_group(std::move(others))
      .async_wait(asio::experimental::wait_for_all(), [&](auto...) { ended.try_send(boost::system::error_code()); });
  for (auto step : state) {
    (void)step;
    co_await take_turn(on, shared);
  }
  runtime_bench::count(state, shared.turns);
  shared.over = true;
  co_await ended.async_receive(asio::deferred);
}

task<void> echo(channel<int> &from, channel<int> &to) {
  for (int number = 1; number != 0;) {
    number = co_await from.async_receive(asio::deferred);
    co_await to.async_send(boost::system::error_code(), number, asio::deferred);
  }
}

task<void> queue(executor on, benchmark::State &state) {
  channel<int> there(on, 1), back(on, 1);
  asio::co_spawn(on, echo(there, back), rethrow);
  for (auto step : state) {
    (void)step;
    co_await there.async_send(boost::system::error_code(), 1, asio::deferred);
    benchmark::DoNotOptimize(co_await back.async_receive(asio::deferred));
  }
  co_await there.async_send(boost::system::error_code(), 0, asio::deferred);
  co_await back.async_receive(asio::deferred);
  runtime_bench::count_each(state, 1);
}

template <class Make> auto together(executor on, int count, Make make) {
  std::vector<decltype(asio::co_spawn(on, make(0), asio::deferred))> all;
  all.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    all.push_back(asio::co_spawn(on, make(i), asio::deferred));
  return asio::experimental::make_parallel_group(std::move(all))
      .async_wait(asio::experimental::wait_for_all(), asio::deferred);
}

template <task<int> (*Make)(executor, int)> task<void> gather(executor on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    benchmark::DoNotOptimize(
        co_await together(on, runtime_bench::gathered, [on](int number) { return Make(on, number); }));
  }
  runtime_bench::count_each(state, runtime_bench::gathered);
}

task<void> sleep(executor on, int number) {
  timer alarm(on, runtime_bench::nap(number));
  co_await alarm.async_wait(asio::deferred);
}

task<void> timers(executor on, benchmark::State &state) {
  for (auto step : state) {
    (void)step;
    co_await together(on, runtime_bench::sleepers, [on](int number) { return sleep(on, number); });
  }
  runtime_bench::count_each(state, runtime_bench::sleepers);
}

// Many tasks wait at one timer: what Asio's examples use for an event.
task<void> wait_for(timer &event) { co_await event.async_wait(asio::deferred); }

task<void> memory(executor on, benchmark::State &state) {
  timer event(on, timer::time_point::max());
  for (auto step : state)
    (void)step;
  const auto before = runtime_bench::heap_in_use();
  for (int i = 0; i < runtime_bench::parked; ++i)
    asio::co_spawn(on, wait_for(event), asio::detached); // cancelled in the end: they all throw
  co_await yield(on);
  runtime_bench::report_memory(state, before, runtime_bench::heap_in_use());
  event.cancel();
}

template <task<void> (*Job)(executor, benchmark::State &)> void run(benchmark::State &state) {
  asio::io_context context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  asio::co_spawn(context, Job(context.get_executor(), state), rethrow);
  context.run();
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
  add("timers", run<timers>);
  add("memory", run<memory>);
}
