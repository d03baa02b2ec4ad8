// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One finding for one second access: the value comes first, the test is the same window.
#include "mock.h"

int n;

mock::task<> both_bad() {
  int v = n;
  if (v == 0) {
    co_await mock::sleep();
    n = v + 1;
    // EXPECT: 'n' may be overwritten
  }
}

mock::task<> two_reads_bad(bool c) {
  int v;
  if (c)
    v = n;
  else
    v = n + 1;
  co_await mock::sleep();
  n = v;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-4}
}
