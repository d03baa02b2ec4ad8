// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that never end: a test in the loop decides what follows it, not what runs in any case.
#include "mock.h"
#include <map>

bool finished;
int n;
std::map<int, int> table;

mock::task<> server_ok(mock::event &e) {
  for (;;) {
    finished = false;
    co_await mock::work();
    if (!finished)
      co_await e.wait();
  }
}

mock::task<> server_bad() {
  while (true) {
    if (n == 0) {
      co_await mock::work();
      n = 1;
      // EXPECT: 'n' is written after a test that may no longer hold: tested on line {-2}
    }
    co_await mock::sleep();
  }
}

mock::task<> nested_ok() {
  for (;;) {
    do {
      n = 0;
      co_await mock::work();
    } while (finished);
    for (;;) {
      co_await mock::work();
      if (n == 2)
        break;
      n = 1;
    }
  }
}

mock::task<> elements_bad() {
  for (auto &[key, value] : table)
    if (value == 0) {
      co_await mock::work();
      value = 1;
      // EXPECT: 'table[...]' is written after a test
    }
}
