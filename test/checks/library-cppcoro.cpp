// RUN: %check_corace %s corace-read-await-write -- -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// cppcoro by its names: inline wake-ups, a lock with a guard, a join that returns the failures.
#include "blocks.h"

namespace cppcoro {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
struct async_mutex_lock : blocks::guard {};
struct async_mutex {
  blocks::awaiter<async_mutex_lock> scoped_lock_async();
  blocks::awaiter<> lock_async();
  void unlock();
};
struct async_manual_reset_event {
  void set();
};
struct static_thread_pool {
  blocks::awaiter<> schedule();
};
struct inline_scheduler {
  blocks::awaiter<> schedule();
};
template <typename... T> blocks::awaiter<int> when_all_ready(T &&...);
template <typename... T> blocks::awaiter<> when_all(T &&...);
template <typename T> void sync_wait(T &&);
} // namespace cppcoro

using cppcoro::task;
cppcoro::async_manual_reset_event ready;
cppcoro::async_mutex m;
cppcoro::static_thread_pool pool;
cppcoro::inline_scheduler here;
task<> rival() { n = 0; co_return; }
task<> fails() { throw 1; co_return; }

task<> set_bad() {
  int v = n;
  ready.set();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the call of 'async_manual_reset_event::set' on line {-1}
  co_return;
}
task<> unlock_bad() {
  co_await m.lock_async();
  int v = n;
  m.unlock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the call of 'async_mutex::unlock' on line {-1}
}
task<> schedule_bad() {
  int v = n;
  co_await pool.schedule();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
void sync_wait_bad() {
  int v = n;
  cppcoro::sync_wait(rival());
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
task<> joined_bad() {
  co_await cppcoro::when_all_ready(rival(), fails());
  // EXPECT: 'when_all_ready' returns the failures of its tasks, and the result is dropped: 'fails' may fail on line 36 [corace-unobserved-failure]
}

task<> guarded_ok() {
  auto guard = co_await m.scoped_lock_async();
  int v = n;
  co_await pool.schedule();
  n = v + 1;
}
task<> inline_scheduler_ok() {
  int v = n;
  co_await here.schedule();
  n = v + 1;
}
task<> elsewhere();
task<> joined_elsewhere_bad() {
  co_await cppcoro::when_all_ready(elsewhere(), elsewhere());
  // EXPECT: 'when_all_ready' returns the failures of its tasks, and the result is dropped [corace-unobserved-failure]
}
task<> joined_in_sight_ok() { co_await cppcoro::when_all_ready(schedule_bad(), elsewhere()); }
void joined_in_a_test_ok() { cppcoro::sync_wait(cppcoro::when_all_ready(elsewhere())); }
task<> joined_ok() {
  co_await cppcoro::when_all(rival(), fails());
  int results = co_await cppcoro::when_all_ready(rival(), fails());
  (void)results;
}
