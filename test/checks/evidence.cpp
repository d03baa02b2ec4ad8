// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What speaks for a rival. Without any sign of one a finding stays, because the coroutine may be its own; where all is in
// sight and nobody can come between, there is none.
#include "mock.h"

int n, k;

// Started once, by main.
mock::task<> only_once_ok() {
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> root() {
  co_await only_once_ok();
}

// The helper is a part of the task that waits for it.
int steps;
mock::task<> helper() {
  steps = 1;
  co_return;
}
mock::task<> with_helper_ok() {
  int v = steps;
  co_await helper();
  steps = v + 1;
}

mock::task<> in_a_loop_bad() {
  int v = k;
  co_await mock::sleep();
  k = v + 1;
  // EXPECT: 'k' may be overwritten
  // EXPECT-NOTE +9: another 'in_a_loop_bad' may run meanwhile and write it: it is called in a loop here
}

int main() {
  mock::spawn(root());
  mock::spawn(with_helper_ok());
  for (int i = 0; i < 2; ++i)
    mock::spawn(in_a_loop_bad());
}

struct state {
  int sum = 0;
};
// Two calls, but one after the other, and each on the caller's own object.
mock::task<> add_ok(state &s, int x) {
  int v = s.sum;
  co_await mock::sleep();
  s.sum = v + x;
}
mock::task<> fold(int a, int b) {
  state s;
  co_await add_ok(s, a);
  co_await add_ok(s, b);
}
mock::task<> add_bad(state &s, int x) {
  int v = s.sum;
  co_await mock::sleep();
  s.sum = v + x;
  // EXPECT: 's.sum' may be overwritten
}
mock::task<> fork(int a, int b) {
  state s;
  co_await mock::when_all(add_bad(s, a), add_bad(s, b));
}

struct cell {
  int value = 0;
  mock::task<> alone_in_sight_bad() {
    int v = value;
    co_await mock::sleep();
    value = v + 1;
    // EXPECT: 'value' may be overwritten
    // EXPECT-NOTE -3: no rival is in sight, but another 'alone_in_sight_bad' on the same object may run meanwhile
  }
};

/// Only the constructor starts the loop: there is one for each object.
class started_once {
  int value = 0;
  mock::task<> loop_ok() {
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }

public:
  started_once() { mock::spawn(loop_ok()); }
};
class started_again {
  int value = 0;
  mock::task<> loop_bad() {
    int v = value;
    co_await mock::sleep();
    value = v + 1;
    // EXPECT: 'value' may be overwritten with a stale value
  }

public:
  started_again() { mock::spawn(loop_bad()); }
  void start() { mock::spawn(loop_bad()); }
};
