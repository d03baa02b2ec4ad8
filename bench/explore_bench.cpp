// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedules a second of the explorer in one process, on tasks that increment a counter with an await in between.
// The first argument is the number of tasks, the second the number of increments each. The code here is not
// instrumented: what is measured is the event loop, the strategies and the creation and destruction of tasks.

#include <corace/corace.h>

#include <benchmark/benchmark.h>

#include <vector>

namespace {

corace::task<void> increment(int &counter, int times) {
  for (int i = 0; i < times; ++i) {
    const int value = counter;
    co_await corace::yield();
    counter = value + 1;
  }
}

corace::task<void> increment_concurrently(int tasks, int times) {
  int counter = 0;
  std::vector<corace::task<void>> all;
  for (int i = 0; i < tasks; ++i)
    all.push_back(increment(counter, times));
  co_await corace::gather(std::move(all));
}

void explore_with(benchmark::State &state, const char *strategy) {
  corace::explore_options options;
  options.strategy = strategy;
  options.runs = 20000;
  options.footprints = false;
  std::uint64_t runs = 0;
  for (auto step : state) {
    (void)step;
    const auto result = corace::explore(
        [&] { return increment_concurrently(static_cast<int>(state.range(0)), static_cast<int>(state.range(1))); },
        options);
    runs += result.runs + result.blocked;
  }
  state.counters["schedules/s"] = benchmark::Counter(static_cast<double>(runs), benchmark::Counter::kIsRate);
}

void random_search(benchmark::State &state) { explore_with(state, "random"); }
void exhaustive_search(benchmark::State &state) { explore_with(state, "exhaustive"); }

BENCHMARK(random_search)->Args({2, 1})->Args({2, 2})->Args({3, 3})->Unit(benchmark::kMillisecond);
BENCHMARK(exhaustive_search)->Args({2, 2})->Args({3, 1})->Args({3, 2})->Unit(benchmark::kMillisecond);

} // namespace
