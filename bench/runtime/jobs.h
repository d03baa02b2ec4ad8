// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jobs that every library's program does, and in which sizes. A library registers what it has; what it lacks is a
// dash in the table. Each job runs as a coroutine around google-benchmark's loop, so that no loop is started in it, and
// counts its operations as items. All work of a program is done by one thread.
//
//   switch           two tasks yield in turn; an operation is one resumption
//   create_join      a task is made, goes through the ready queue, returns a number, and is waited for
//   mutex            a free lock is taken and given back
//   mutex_contended  lockers take turns at a lock, and each yields while it holds it: all others wait in line
//   queue            a number goes to another task through one queue and comes back through a second one
//   gather           a thousand tasks that return a number, and a wait for all; an operation is one of them
//   gather_yield     the same, and each yields once
//   timers           a thousand tasks sleep, each for another time, and a wait for all; the times are so short that
//                    nobody really waits
//   memory           heap bytes for a task that waits, ten thousand of them
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace runtime_bench {

inline constexpr int lockers = 16;
inline constexpr int gathered = 1000;
inline constexpr int sleepers = 1000;
inline constexpr int parked = 10000;

/// How long the sleeper with this number sleeps: all are different, and in no order.
[[nodiscard]] constexpr std::chrono::nanoseconds nap(int number) {
  static_assert(sleepers % 7 != 0);
  return std::chrono::nanoseconds(1 + number * 7 % sleepers);
}

/// Each library's own: calls `add` for each job that the library has.
void register_jobs(void (*add)(const char *name, void (*job)(benchmark::State &)));

/// Bytes that the heap has given out.
[[nodiscard]] std::size_t heap_in_use();

inline void report_memory(benchmark::State &state, std::size_t before, std::size_t after) {
  state.counters["bytes"] = static_cast<double>(after - before) / parked;
}

inline void count(benchmark::State &state, std::int64_t operations) { state.SetItemsProcessed(operations); }
inline void count_each(benchmark::State &state, std::int64_t operations) {
  count(state, static_cast<std::int64_t>(state.iterations()) * operations);
}

} // namespace runtime_bench
