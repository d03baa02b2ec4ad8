// RUN: %check_corace %s corace-read-await-write -- -isystem %source_dir -isystem %source_dir/runtime-instrument/include
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's own condition variable and reader-writer lock: a wait gives the lock up, and readers exclude nobody.
#include <corace/corace.h>

static int count = 0;

corace::task<> read_before_wait_bad(corace::condition_variable &c) {
  auto lock = co_await c.lock();
  int before = count;
  co_await c.wait();
  count = before + 1;
  // EXPECT: 'count' may be overwritten with a stale value: read on line {-2}
  // EXPECT-NOTE -2: read here
  // EXPECT-NOTE -1: may suspend here
}
corace::task<> read_after_wait_ok(corace::condition_variable &c) {
  auto lock = co_await c.lock();
  co_await c.wait([] { return count > 0; });
  int before = count;
  co_await corace::yield();
  count = before - 1;
}
corace::task<> writer_ok(corace::shared_mutex &m) {
  auto lock = co_await m.lock();
  int before = count;
  co_await corace::yield();
  count = before + 1;
}
