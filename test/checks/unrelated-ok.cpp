// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads and writes that have nothing to do with each other are silent.
#include "mock.h"

int n, m;
int constant();

mock::task<> blind_ok() { n = co_await mock::fetch(); }

mock::task<> unused_ok() {
  (void)n;
  co_await mock::sleep();
  n = 1;
}

mock::task<> logged_ok() {
  use(n);
  co_await mock::sleep();
  n = constant();
}

mock::task<> read_again_ok() {
  int v = n;
  co_await mock::sleep();
  v = n;
  n = v + 1;
}

mock::task<> other_state_ok() {
  int v = m;
  co_await mock::sleep();
  n = v;
}

mock::task<> before_ok() {
  int v = n;
  n = v + 1;
  co_await mock::sleep();
}

const int limit = constant();
mock::task<> constant_ok() {
  int v = limit;
  co_await mock::sleep();
  n = v;
}

mock::task<> accumulate_ok() {
  int sum = 0;
  for (int i = 0; i < 3; ++i)
    sum += co_await mock::fetch(i);
  n += sum;
}
