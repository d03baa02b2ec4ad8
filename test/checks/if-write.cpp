// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A test of shared state decides a write behind an await.
#include "mock.h"

int n;
bool ready;

mock::task<> if_bad() {
  if (!ready) {
    co_await mock::work();
    ready = true;
    // EXPECT: 'ready' is written after a test that may no longer hold: tested on line {-2}, and other tasks can run at the 'co_await' on line {-1}
    // EXPECT-NOTE -2: tested here
    // EXPECT-NOTE -1: may suspend here
  }
}

mock::task<> early_return_bad() {
  if (ready)
    co_return;
  co_await mock::work();
  ready = true;
  // EXPECT: 'ready' is written after a test
}

mock::task<> in_a_local_bad() {
  bool idle = n == 0;
  co_await mock::work();
  if (idle)
    n = 1;
  // EXPECT: 'n' is written after a test
}

mock::task<> short_circuit_bad() {
  if (n == 0 && co_await mock::fetch())
    n = 1;
  // EXPECT: 'n' is written after a test
}

mock::task<> switch_bad() {
  switch (n) {
  case 0:
    co_await mock::work();
    n = 1;
    // EXPECT: 'n' is written after a test
    break;
  default: break;
  }
}

mock::task<> while_bad() {
  while (n > 0) {
    co_await mock::work();
    --n;
    // EXPECT: 'n' is written after a test
  }
}

mock::task<> choice_bad() {
  int next = n > 0 ? 1 : 2;
  co_await mock::work();
  n = next;
  // EXPECT: 'n' is written with a choice that may no longer hold
}

mock::task<> waits_once_bad(mock::event &e) {
  if (n == 0)
    co_await e.wait();
  --n;
  // EXPECT: 'n' is written after waiting once
}
