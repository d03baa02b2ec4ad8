// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stale value is followed through locals, arithmetic, branches, loops, calls and constructors.
#include "mock.h"

int n;
struct pair { int a, b; };
int add(int, int);

mock::task<> locals_bad() {
  int v = n;
  int w = v * 2;
  co_await mock::sleep();
  int x = w - 1;
  n = x;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-4}
}

mock::task<> branch_bad(bool c) {
  int v = 0;
  if (c)
    v = n;
  co_await mock::sleep();
  n = v;
  // EXPECT: 'n' may be overwritten
}

mock::task<> loop_bad() {
  int last = 0;
  for (;;) {
    n = last + 1;
    // EXPECT: 'n' may be overwritten with a stale value: read on line {+2}
    last = n;
    co_await mock::sleep();
  }
}

mock::task<> call_bad() {
  int v = n;
  co_await mock::sleep();
  n = add(v, 1);
  // EXPECT: 'n' may be overwritten
}

mock::task<> braces_bad() {
  pair p{n, co_await mock::fetch()};
  n = p.a + p.b;
  // EXPECT: 'n' may be overwritten
}

mock::task<> argument_bad() {
  n = co_await mock::fetch(n);
  // EXPECT: 'n' may be overwritten
}

mock::task<> other_branch_ok(bool c) {
  int v = 0;
  if (c)
    v = n;
  else
    co_await mock::sleep();
  n = v + 1;
}

mock::task<> same_condition_ok(bool k) {
  int v = 0;
  if (k)
    v = n;
  if (!k)
    co_await mock::sleep();
  if (k)
    n = v + 1;
}

// A version: in a loop that only the write ends, the test decides as well.
struct versioned {
  int version = 0, value = 0;
  mock::task<> until_done_ok() {
    for (;;) {
      int seen = version;
      int next = value;
      co_await mock::work();
      if (seen == version) {
        value = next + 1;
        ++version;
        co_return;
      }
    }
  }
  mock::task<> other_test_bad(bool go) {
    for (;;) {
      int next = value;
      co_await mock::work();
      if (go) {
        value = next + 1;
        // EXPECT: 'value' may be overwritten with a stale value
        co_return;
      }
    }
  }
};

// What takes anything prints it; what takes a reference to a type may set it.
template <typename... Args> void print(const char *format, Args &&...args);
template <typename A, typename B> void add_to(A &sum, const B &more);
mock::task<> printed_ok() {
  int id = 1;
  print("{} {}", id, n);
  co_await mock::sleep();
  n = id;
}
mock::task<> added_bad() {
  int sum = 1;
  add_to(sum, n);
  co_await mock::sleep();
  n = sum;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}
}
