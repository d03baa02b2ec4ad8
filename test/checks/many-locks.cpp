// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// More critical sections in one function than are told apart: nothing that a lock protects is reported.
#include "mock.h"

int n;
mock::mutex a, b;

#define SECTION { auto lock = co_await b.scoped_lock(); }
#define EIGHT SECTION SECTION SECTION SECTION SECTION SECTION SECTION SECTION

mock::task<> many_ok() {
  EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
  auto outer = co_await a.scoped_lock();
  int v = n;
  SECTION
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> few_bad() {
  EIGHT
  int v = n;
  SECTION
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
