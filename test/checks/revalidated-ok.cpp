// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A test after the last suspension, a marker, or a lock makes the act safe.
#include "mock.h"
#include <cassert>
#include <set>

int n;
bool busy, verbose;
mock::mutex a;
std::set<int> in_flight;

mock::task<> tested_again_ok() {
  if (n == 0) {
    co_await mock::work();
    if (n == 0)
      n = 1;
  }
}

mock::task<> awaited_again_bad() {
  if (n == 0) {
    co_await mock::work();
    if (n == 0) {
      co_await mock::work();
      n = 1;
      // EXPECT: 'n' is written after a test that may no longer hold: tested on line {-4}
    }
  }
}

mock::task<> loop_tests_ok(mock::event &e) {
  while (busy)
    co_await e.wait();
  busy = true;
}

mock::task<> marked_ok() {
  if (busy)
    co_return;
  busy = true;
  int v = n;
  co_await mock::work();
  n = v + 1;
  busy = false;
}

mock::task<> mark_inserted_ok(int key) {
  if (in_flight.insert(key).second) {
    int v = n;
    co_await mock::work();
    n = v + 1;
    in_flight.erase(key);
  }
}

mock::task<> locked_ok() {
  auto lock = co_await a.scoped_lock();
  if (n == 0) {
    co_await mock::work();
    n = 1;
  }
}

mock::task<> asserted_ok() {
  assert(n == 0);
  co_await mock::work();
  n = 1;
}

mock::task<> unrelated_ok() {
  if (verbose)
    use(n);
  co_await mock::work();
  verbose = false;
}

mock::task<> own_flag_ok() {
  while (busy) {
    if (co_await mock::fetch() == 0)
      busy = false;
  }
}

mock::task<> double_checked_ok() {
  if (n == 0) {
    auto lock = co_await a.scoped_lock();
    if (n == 0) {
      co_await mock::work();
      n = 1;
    }
  }
}

mock::task<> checked_outside_bad() {
  if (n == 0) {
    auto lock = co_await a.scoped_lock();
    n = 1;
    // EXPECT: 'n' is written after a test that may no longer hold: tested on line {-2}, and other tasks can run at the 'co_await' on line {-1}
  }
}
