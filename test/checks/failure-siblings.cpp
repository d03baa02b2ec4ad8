// RUN: %check_corace %s corace-unobserved-failure --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One of several tasks fails, and the others are left running with what they were lent.
#include "lifetime.h"

bool broken();
void put(int &);

mock::task<> fails() {
  co_await mock::sleep();
  if (broken())
    throw 1;
}
mock::task<> fine() noexcept {
  co_await mock::sleep();
}
mock::task<> fills(int &out) {
  co_await mock::sleep();
  put(out);
}
mock::task<> takes(int value) {
  co_await mock::sleep();
  put(value);
}

mock::task<> gathered_bad() {
  int n = 0;
  co_await mock::gather(fails(), fills(n));
  // EXPECT: if 'fails' fails, 'gather' ends and leaves 'fills' running, which goes on with 'n' when that is gone
  // EXPECT-NOTE -16: thrown here, and caught nowhere on the way out of 'fails'
  // EXPECT-NOTE -9: 'fills' uses it here
  // EXPECT-NOTE 0: to mend it: wait for 'fills' as well before the failure leaves the function
}
mock::task<> by_capture_bad() {
  int n = 0;
  auto work = [&]() -> mock::task<> {
    co_await mock::sleep();
    put(n);
  };
  co_await mock::gather(work(), fails());
  // EXPECT: if 'fails' fails, 'gather' ends and leaves the lambda running, which goes on with
}
mock::task<> in_a_block_bad() {
  try {
    int n = 0;
    co_await mock::gather(fails(), fills(n));
    // EXPECT: if 'fails' fails, 'gather' ends and leaves 'fills' running
  } catch (...) {
  }
}

mock::task<> waits_for_all_ok() {
  int n = 0;
  co_await mock::when_all(fails(), fills(n));
}
mock::task<> given_away_ok() {
  int n = 0;
  co_await mock::gather(fails(), takes(n));
}
mock::task<> alone_ok() {
  int n = 0;
  co_await mock::gather(fills(n), fine());
}
mock::task<> lent_by_the_caller_ok(int &n) { co_await mock::gather(fails(), fills(n)); }
mock::task<> caught_here_ok() {
  int n = 0;
  try {
    co_await mock::gather(fails(), fills(n));
  } catch (...) {
  }
  co_await mock::sleep();
}

// By hand.
lib::eager<> runs_and_fails() {
  co_await mock::sleep();
  if (broken())
    throw 1;
}
lib::eager<> runs_and_fills(int &out) {
  co_await mock::sleep();
  put(out);
}
lib::eager<> fills_at_once(int &out) {
  put(out);
  co_await mock::sleep();
}

mock::task<> one_after_the_other_bad() {
  int n = 0;
  auto a = runs_and_fills(n);
  auto b = runs_and_fails();
  co_await b;
  // EXPECT: if 'runs_and_fails' fails here, 'runs_and_fills' is left running and goes on with 'n' when that is gone
  co_await a;
}
mock::task<> between_bad() {
  int n = 0;
  auto a = runs_and_fills(n);
  co_await fails();
  // EXPECT: if 'fails' fails here, 'runs_and_fills' is left running
  co_await a;
}
mock::task<> the_other_way_round_ok() {
  int n = 0;
  auto a = runs_and_fills(n);
  auto b = runs_and_fails();
  co_await a;
  co_await b;
}
mock::task<> used_at_once_ok() {
  int n = 0;
  auto a = fills_at_once(n);
  co_await fails();
  co_await a;
}
mock::task<> failure_kept_ok() {
  int n = 0;
  auto a = runs_and_fills(n);
  try {
    co_await fails();
  } catch (...) {
  }
  co_await a;
}
mock::task<> lazy_ok() { // has not started: it goes with the frame
  int n = 0;
  auto a = fills(n);
  co_await fails();
  co_await a;
}
