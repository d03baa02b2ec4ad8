// RUN: %check_corace %s corace-read-await-write --models %S/Inputs/annotations.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same as annotations.cpp, said in a models file.
#include "mock.h"

int n;
struct session {
  int count = 0;
};
struct frame {
  frame();
  ~frame();
};
mock::task<> remember();
bool still_good();

struct account {
  int lock = 0, balance = 0, scratch = 0;
  mock::task<> guarded_bad() {
    int v = balance;
    co_await mock::sleep();
    balance = v + 1;
    // EXPECT: 'balance' may be overwritten
    // EXPECT-NOTE -4: 'balance' is declared to be guarded by 'lock'
  }
  mock::task<> confined_ok() {
    int v = scratch;
    co_await mock::sleep();
    scratch = v + 1;
  }
};
mock::task<> confined_ok(session &s) {
  int v = s.count;
  co_await mock::sleep();
  s.count = v + 1;
}
mock::task<> never_yields_ok() {
  int v = n;
  co_await remember();
  n = v + 1;
}
mock::task<> revalidates_ok() {
  int v = n;
  co_await mock::sleep();
  if (still_good())
    n = v + 1;
}
mock::task<> must_not_suspend_bad() {
  frame f;
  co_await mock::sleep();
  // EXPECT: 'f' lives across a suspension: it keeps a frame of the interpreter [corace-hostile-lock-across-await]
}
