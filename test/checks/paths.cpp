// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fields, constant indexes and symbolic indexes tell places apart; aliases do not.
#include "mock.h"

struct pair { int a, b; };
pair p, grid[4];
int array[8];

mock::task<> same_field_bad() {
  int v = p.a;
  co_await mock::sleep();
  p.a = v + 1;
  // EXPECT: 'p.a' may be overwritten
}

mock::task<> other_field_ok() {
  int v = p.a;
  co_await mock::sleep();
  p.b = v + 1;
}

mock::task<> same_element_bad() {
  int v = array[2];
  co_await mock::sleep();
  array[2] = v + 1;
  // EXPECT: 'array[2]' may be overwritten
}

mock::task<> other_element_ok() {
  int v = array[1];
  co_await mock::sleep();
  array[2] = v + 1;
}

mock::task<> same_index_bad(int i) {
  int v = grid[i].a;
  co_await mock::sleep();
  grid[i].a = v + 1;
  // EXPECT: 'grid[i].a' may be overwritten
}

mock::task<> changed_index_ok(int i) {
  int v = array[i];
  co_await mock::sleep();
  ++i;
  array[i] = v;
}

mock::task<> alias_bad() {
  int &r = p.a;
  int v = r;
  co_await mock::sleep();
  p.a = v + 1;
  // EXPECT: 'p.a' may be overwritten
}

mock::task<> whole_object_bad() {
  pair copy = p;
  co_await mock::sleep();
  p = {copy.a + 1, copy.b};
  // EXPECT: 'p' may be overwritten
}
