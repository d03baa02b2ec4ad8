// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that are there and do not help, and the note that says why.
#include "mock.h"
#include <mutex>

int n;
mock::mutex a;
mock::shared_mutex rw;
mock::semaphore one{1}, four{4};
std::mutex thread_mutex;

mock::task<> never_taken_bad() {
  auto lock = a.scoped_lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -3: the lock is never taken: 'co_await' is missing here
}

mock::task<> temporary_guard_bad() {
  co_await a.scoped_lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -3: the guard is a temporary: the lock is released at the end of this statement
}

mock::task<> counted_bad() {
  auto unit = co_await four.acquire();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -3: a semaphore that lets 4 tasks in is not a lock
}

mock::task<> reader_bad() {
  auto lock = co_await rw.read();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -3: a lock that is taken for reading is shared
}

mock::task<> thread_mutex_bad() {
  std::unique_lock lock(thread_mutex);
  int v = n;
  co_await mock::sleep();
  // EXPECT: 'thread_mutex', which belongs to a thread [corace-hostile-lock-across-await]
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

mock::task<> all_units_ok() {
  auto units = co_await four.acquire(4);
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}

mock::task<> binary_ok() {
  auto unit = co_await one.acquire();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}

struct counted_member {
  mock::semaphore two{2};
  int value = 0;
  mock::task<> member_bad() {
    auto unit = co_await two.acquire();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
    // EXPECT: 'value' may be overwritten
  }
};
