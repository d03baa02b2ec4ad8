// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++17 order of evaluation: what is read before the await in one expression, and what after it.
#include "mock.h"

int n;
int add(int, int), add_ref(const int &, int);

mock::task<> compound_ok() { n += co_await mock::fetch(); }

mock::task<> left_operand_bad() {
  n = n + co_await mock::fetch();
  // EXPECT: 'n' may be overwritten with a stale value: read on this line
  // EXPECT-NOTE 0: the order of the operands of '+' is unspecified by the standard; Clang evaluates the left one first
}

mock::task<> by_value_argument_bad() {
  n = add(n, co_await mock::fetch());
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE 0: the order of arguments is unspecified by the standard
}

mock::task<> by_reference_argument_ok() { n = add_ref(n, co_await mock::fetch()); }

mock::task<> into_local_ok() {
  int d = co_await mock::fetch();
  n = n + d;
}

struct text {
  text &operator+=(const text &);
  friend text operator+(const text &, const text &);
};
text t;
mock::task<text> more();
mock::task<> class_type_ok() {
  t = t + co_await more();
  t += co_await more();
}
