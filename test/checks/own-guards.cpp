// RUN: %check_corace %s corace-ineffective-lock -- -isystem %source_dir -isystem %source_dir/runtime-instrument/include
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The guards of the project's own primitives.
#include <corace/corace.h>

using namespace std::chrono_literals;

corace::mutex lock;
corace::counting_semaphore units(1);
int n = 0;

corace::task<> dropped_bad() {
  co_await lock.lock();
  // EXPECT: 'lock' is given back at the end of this statement: its guard is a temporary
  ++n;
  co_await corace::sleep_for(0s);
  --n;
}
corace::task<> kept_ok() {
  auto guard = co_await lock.lock();
  ++n;
  co_await corace::sleep_for(0s);
  --n;
}
corace::task<> unit_dropped_bad() {
  co_await units.acquire();
  // EXPECT: 'units' is given back at the end of this statement: its guard is a temporary
  ++n;
  co_await corace::sleep_for(0s);
  --n;
}
corace::task<> unit_kept_ok() {
  auto unit = co_await units.acquire();
  ++n;
  co_await corace::sleep_for(0s);
  --n;
}
