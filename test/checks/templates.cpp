// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Templates are analysed as they are instantiated and reported once; macros at the expansion.
#include "mock.h"

template <typename T> struct counter {
  T value{};
  mock::task<> bump_bad() {
    T v = value;
    co_await mock::sleep();
    value = v + 1;
    // EXPECT: 'value' may be overwritten
  }
};
void instantiate(counter<int> &a, counter<long> &b) {
  mock::spawn(a.bump_bad());
  mock::spawn(b.bump_bad());
}

int n;
mock::task<> generic_bad() {
  auto step = [](auto by) -> mock::task<> {
    int v = n;
    co_await mock::sleep();
    n = v + by;
    // EXPECT: 'n' may be overwritten
  };
  co_await step(1);
  co_await step(2L);
}

#define BUMP(x)                                                                                                        \
  int v = x;                                                                                                           \
  co_await mock::sleep();                                                                                              \
  x = v + 1
mock::task<> macro_bad() {
  BUMP(n);
  // EXPECT: 'n' may be overwritten
}

template <typename T> mock::task<> never_instantiated(T &t) {
  auto v = t.value;
  co_await t.pause();
  t.value = v + 1;
}
