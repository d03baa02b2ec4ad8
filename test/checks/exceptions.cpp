// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The write stands in a handler that only an exception out of the await reaches.
#include "mock.h"

int n;

mock::task<> handler_bad() {
  int v = n;
  try {
    co_await mock::sleep();
  } catch (...) {
    n = v + 1;
    // EXPECT: 'n' may be overwritten
  }
}

mock::task<> handler_before_ok() {
  int v = n;
  try {
    use(v);
  } catch (...) {
    n = v + 1;
  }
  co_await mock::sleep();
}
