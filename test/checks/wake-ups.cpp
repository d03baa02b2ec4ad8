// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wake-up that comes before the wait is lost where the primitive remembers nothing.
#include "mock.h"
#include <deque>

struct condition {
  mock::awaiter<> wait();
  template <typename P> mock::awaiter<> wait(P) { return {}; }
  void notify_all();
};

struct worker {
  std::deque<int> items;
  condition more;
  mock::event remembers;
  bool has_work() const;
  void add(int i) {
    items.push_back(i);
    more.notify_all();
    remembers.set();
  }
  mock::task<> drain();

  mock::task<> loop_bad() {
    for (;;) {
      co_await drain();
      co_await more.wait();
      // EXPECT: this wait for 'more' may miss its wake-up: that can come at the 'co_await' on line {-1}, and nothing tests 'items'
    }
  }
  mock::task<> tested_before_bad() {
    bool idle = items.empty();
    co_await mock::sleep();
    if (idle)
      co_await more.wait();
    // EXPECT: this wait for 'more' may miss its wake-up
  }
  mock::task<> loop_ok() {
    for (;;) {
      co_await drain();
      while (items.empty())
        co_await more.wait();
    }
  }
  mock::task<> unknown_test_ok() {
    for (;;) {
      co_await drain();
      if (!has_work())
        co_await more.wait();
    }
  }
  mock::task<> drained_here_ok() {
    for (;;) {
      while (!items.empty()) {
        items.pop_front();
        co_await mock::sleep();
      }
      co_await more.wait();
    }
  }
  mock::task<> predicate_ok() {
    co_await drain();
    co_await more.wait([this] { return !items.empty(); });
  }
  mock::task<> event_ok() {
    co_await drain();
    co_await remembers.wait();
  }
  // Nothing runs between one wake-up and the next wait.
  mock::task<> only_waits_ok() {
    for (;;) {
      co_await more.wait();
      use(1);
    }
  }
};

// Nobody sets anything when waking: a pulse.
struct pulse {
  condition tick;
  void fire() { tick.notify_all(); }
  mock::task<> each_ok() {
    for (;;) {
      co_await mock::sleep();
      co_await tick.wait();
    }
  }
};
