// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `c ? a : b` as a place: either of the two is read or set.
#include "mock.h"

int n, m, other;

mock::task<> set_bad(bool c) {
  int v = n;
  co_await mock::sleep();
  (c ? n : m) = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}
}
mock::task<> read_bad(bool c) {
  int v = c ? n : m;
  co_await mock::sleep();
  m = v + 1;
  // EXPECT: 'm' may be overwritten with a stale value: read on line {-2}
}
mock::task<> added_bad(bool c) {
  (c ? n : m) = (c ? n : m) + co_await mock::fetch();
  // EXPECT: 'm' may be overwritten
  // EXPECT: 'n' may be overwritten
}
mock::task<> nested_bad(int c) {
  int v = m;
  co_await mock::sleep();
  (c == 0 ? other : c == 1 ? n : m) = v;
  // EXPECT: 'm' may be overwritten
}
mock::task<> kept_bad(bool c) {
  int v = n, w = 0;
  (c ? v : w) = 0;
  co_await mock::sleep();
  n = v;
  // EXPECT: 'n' may be overwritten
}

mock::task<> updated_ok(bool c) {
  (c ? n : m) += co_await mock::fetch();
  ++(c ? n : m);
}
mock::task<> elsewhere_ok(bool c) {
  int v = other;
  co_await mock::sleep();
  (c ? n : m) = v;
}
mock::task<> fresh_ok(bool c) {
  co_await mock::sleep();
  int v = c ? n : m;
  (c ? n : m) = v + 1;
}
