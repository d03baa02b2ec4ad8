// RUN: %check_corace %s corace-read-await-write -- -isystem %source_dir -isystem %source_dir/runtime-instrument/include
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The project's own mutex, taken without a guard: it is held until unlock().
#include <corace/corace.h>

using namespace std::chrono_literals;

corace::mutex lock;
int n = 0;

corace::task<> held_ok() {
  co_await lock.lock_manual();
  int k = n;
  co_await corace::sleep_for(0s);
  n = k + 1;
  lock.unlock();
}

corace::task<> given_back_bad() {
  co_await lock.lock_manual();
  int k = n;
  lock.unlock();
  co_await corace::sleep_for(0s);
  n = k + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}
