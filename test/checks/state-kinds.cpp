// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which state is shared: globals, statics, members, reference parameters, captures. Locals are not.
#include "mock.h"

int global;
mock::task<> global_bad() {
  int v = global;
  co_await mock::sleep();
  global = v + 1;
  // EXPECT: 'global' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the 'co_await' on line {-1}
  // EXPECT-NOTE -2: read here into 'v'
  // EXPECT-NOTE -1: may suspend here: 'sleep' always suspends
  // EXPECT-NOTE -2: no lock is held from line {-2} to line {+0}
  // EXPECT-NOTE -2: to mend it
}

mock::task<> function_static_bad() {
  static int calls = 0;
  int v = calls;
  co_await mock::sleep();
  calls = v + 1;
  // EXPECT: 'calls' may be overwritten
}

struct object {
  int member = 0;
  static int shared_member;
  int *pointer;
  mock::task<> member_bad() {
    int v = member;
    co_await mock::sleep();
    member = v + 1;
    // EXPECT: 'member' may be overwritten
  }
  mock::task<> static_member_bad() {
    int v = shared_member;
    co_await mock::sleep();
    shared_member = v + 1;
    // EXPECT: 'shared_member' may be overwritten
  }
  mock::task<> pointee_bad() {
    int v = *pointer;
    co_await mock::sleep();
    *pointer = v + 1;
    // EXPECT: '*pointer' may be overwritten
  }
};

mock::task<> reference_parameter_bad(object &o) {
  int v = o.member;
  co_await mock::sleep();
  o.member = v + 1;
  // EXPECT: 'o.member' may be overwritten
}

mock::task<> local_ok() {
  int n = 0;
  int &alias = n;
  int v = n;
  co_await mock::sleep();
  alias = v + 1;
}

mock::task<> by_value_parameter_ok(object o) {
  int v = o.member;
  co_await mock::sleep();
  o.member = v + 1;
}

thread_local int per_thread;
mock::task<> thread_local_bad() {
  int v = per_thread;
  co_await mock::sleep();
  per_thread = v + 1;
  // EXPECT: 'per_thread' is set to what was read on line {-2} [corace-thread-local-across-await]
}
