// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomics are state like any other: load, await, store loses updates; one step does not.
#include "mock.h"
#include <atomic>
#include <utility>

std::atomic<int> n;
int plain;

mock::task<> load_store_bad() {
  int v = n.load();
  co_await mock::sleep();
  n.store(v + 1);
  // EXPECT: 'n' may be overwritten
}

mock::task<> one_step_ok() {
  n.fetch_add(co_await mock::fetch());
  n += co_await mock::fetch();
}

mock::task<> compare_and_swap_ok() {
  int old = n.load();
  int d = co_await mock::fetch();
  while (!n.compare_exchange_weak(old, old + d)) {
  }
}

mock::task<> version_ok() {
  int v = plain;
  co_await mock::sleep();
  if (plain == v)
    plain = v + 1;
}

mock::task<> exchanged_ok() {
  int mine = std::exchange(plain, 0);
  mine += co_await mock::fetch();
  plain = mine;
}
