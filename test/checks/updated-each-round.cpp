// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that bring a place up to date at the head of every round, test it, and wait for another round. The test does
// not decide about the next update, only that there is another round.
#include "mock.h"
#include <algorithm>

struct bucket {
  int tokens = 10, rate = 2;

  mock::task<> adds_ok() {
    for (;;) {
      tokens += rate;
      if (tokens >= 1) {
        --tokens;
        co_return;
      }
      co_await mock::sleep();
    }
  }
  mock::task<> increments_ok() {
    while (true) {
      ++tokens;
      if (tokens >= 1)
        co_return;
      co_await mock::sleep();
    }
  }
  mock::task<> assigns_ok() {
    for (;;) {
      tokens = std::min(10, tokens + rate);
      if (tokens >= 1) {
        tokens -= 1;
        co_return;
      }
      co_await mock::sleep();
    }
  }

  // The test decides about the update.
  mock::task<> in_the_test_bad() {
    for (;;) {
      if (tokens < 1) {
        co_await mock::sleep();
        tokens += rate;
        // EXPECT: 'tokens' is written after a test that may no longer hold
      } else {
        co_return;
      }
    }
  }
  // It comes after the test.
  mock::task<> after_the_test_bad() {
    for (;;) {
      if (tokens >= 1)
        co_return;
      co_await mock::sleep();
      tokens += rate;
      // EXPECT: 'tokens' is written after a test that may no longer hold
    }
  }
  // What was there is thrown away.
  mock::task<> sets_bad() {
    for (;;) {
      tokens = rate;
      // EXPECT: 'tokens' is written after a test that may no longer hold
      if (tokens >= 3)
        co_return;
      co_await mock::sleep();
    }
  }
  // Not in every round.
  mock::task<> sometimes_bad(bool refill) {
    for (;;) {
      if (refill)
        tokens += rate;
      // EXPECT: 'tokens' is written after a test that may no longer hold
      if (tokens >= 1)
        co_return;
      co_await mock::sleep();
    }
  }
};
mock::task<> both(bucket &b) {
  co_await mock::when_all(b.adds_ok(), b.adds_ok(), b.assigns_ok(), b.sets_bad());
}
