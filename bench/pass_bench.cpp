// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What explore_bench.cpp measures, with the detector at work: this file is compiled with the pass. Every access to the
// counter is a segment of its own, so that 2 tasks with 2 increments each run in 10 segments and 34 classes.
// The first argument is the number of tasks, the second the number of increments each.

#include <corace/corace.h>

#include <benchmark/benchmark.h>

#include <vector>

namespace {

corace::task<void> increment(int &counter, int times) {
  for (int i = 0; i < times; ++i) {
    if (i != 0)
      co_await corace::yield();
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

void explore_with(benchmark::State &state, const char *strategy, bool footprints) {
  corace::explore_options options;
  options.strategy = strategy;
  options.runs = 20000;
  options.footprints = footprints;
  options.stop_at_first = false;
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

void random_search(benchmark::State &state) { explore_with(state, "random", false); }
void random_with_footprints(benchmark::State &state) { explore_with(state, "random", true); }
void exhaustive_search(benchmark::State &state) { explore_with(state, "exhaustive", true); }

BENCHMARK(random_search)->Args({2, 1})->Args({2, 2})->Args({3, 3})->Unit(benchmark::kMillisecond);
BENCHMARK(random_with_footprints)->Args({2, 2})->Args({3, 3})->Unit(benchmark::kMillisecond);
BENCHMARK(exhaustive_search)->Args({2, 2})->Args({3, 1})->Args({3, 2})->Unit(benchmark::kMillisecond);

} // namespace
