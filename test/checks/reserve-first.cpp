// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Count first, test, back out. What a task has counted it counts back, whatever it has tested.
#include "mock.h"
#include <atomic>
#include <string>
#include <utility>

template <typename F> struct at_end {
  F f;
  ~at_end() { f(); }
};
template <typename F> at_end(F) -> at_end<F>;
struct counter {
  explicit counter(int &n) : n(n) { ++n; }
  ~counter() { --n; }
  int &n;
};

struct server {
  int active = 0, budget = 100, limit = 10;
  std::atomic<int> running = 0;
  void enter() { ++active; }
  void leave() { --active; }

  mock::task<bool> prefix_ok() {
    if (++active > 10) {
      --active;
      co_return false;
    }
    co_await mock::sleep();
    --active;
    co_return true;
  }
  mock::task<bool> variable_ok() {
    active++;
    const bool full = active > limit;
    if (full) {
      active--;
      co_return false;
    }
    co_await mock::sleep();
    active--;
    co_return true;
  }
  mock::task<bool> mixed_ok() {
    active += 1;
    if (active > limit) {
      --active;
      co_return false;
    }
    try {
      co_await mock::sleep();
    } catch (...) {
      active -= 1;
      throw;
    }
    active -= 1;
    co_return true;
  }
  mock::task<bool> amount_ok(int cost) {
    budget -= cost;
    if (budget < 0) {
      budget += cost;
      co_return false;
    }
    co_await mock::sleep();
    budget += cost;
    co_return true;
  }
  mock::task<> size_ok(std::string message) {
    budget -= message.size();
    if (budget < 0) {
      budget += message.size();
      co_return;
    }
    co_await mock::sleep();
    budget += message.size();
  }
  mock::task<> methods_ok() {
    enter();
    if (active > limit) {
      leave();
      co_return;
    }
    co_await mock::sleep();
    leave();
  }
  mock::task<> scope_exit_ok() {
    ++active;
    at_end back{[this] { --active; }};
    if (active > limit)
      co_return;
    co_await mock::sleep();
  }
  mock::task<> guard_ok() {
    counter c(active);
    if (active > limit)
      co_return;
    co_await mock::sleep();
  }
  mock::task<> atomic_ok() {
    ++running;
    if (running > limit) {
      --running;
      co_return;
    }
    co_await mock::sleep();
    running.fetch_sub(1);
  }

  // Nothing was counted.
  mock::task<> no_reserve_bad() {
    if (active > 10) {
      co_await mock::sleep();
      --active;
      // EXPECT: 'active' is written after a test that may no longer hold
    }
  }
  // Not on every way.
  mock::task<> sometimes_bad(bool count) {
    if (count)
      ++active;
    if (active > 10) {
      co_await mock::sleep();
      --active;
      // EXPECT: 'active' is written after a test that may no longer hold
    }
  }
  // Another amount.
  mock::task<> amount_bad(int cost) {
    budget -= cost;
    if (budget < 0) {
      co_await mock::sleep();
      budget += 100;
      // EXPECT: 'budget' is written after a test that may no longer hold
    }
  }
  mock::task<> changed_amount_bad(int cost) {
    budget -= cost;
    cost = 5;
    if (budget < 0) {
      co_await mock::sleep();
      budget += cost;
      // EXPECT: 'budget' is written after a test that may no longer hold
    }
  }
  // The same way again.
  mock::task<> more_bad() {
    ++active;
    if (active < 10) {
      co_await mock::sleep();
      ++active;
      // EXPECT: 'active' is written after a test that may no longer hold
    }
  }
  // Given back once, taken away twice.
  mock::task<> twice_bad() {
    ++active;
    --active;
    if (active > 3) {
      co_await mock::sleep();
      --active;
      // EXPECT: 'active' is written after a test that may no longer hold
    }
  }
  mock::task<> loop_bad() {
    ++active;
    for (int i = 0; i < 3; ++i) {
      if (active > 3) {
        co_await mock::sleep();
        --active;
        // EXPECT: 'active' is written after a test that may no longer hold
      }
    }
  }
  // Set to something else meanwhile.
  mock::task<> set_bad() {
    ++active;
    active = 7;
    if (active > 3) {
      co_await mock::sleep();
      --active;
      // EXPECT: 'active' is written after a test that may no longer hold
    }
  }
  // No giving back.
  mock::task<> reset_bad() {
    ++active;
    if (active > 3) {
      co_await mock::sleep();
      active = 0;
      // EXPECT: 'active' is written after a test that may no longer hold
    }
  }
};
mock::task<> both(server &s) {
  co_await mock::when_all(s.prefix_ok(), s.more_bad(), s.amount_ok(1), s.atomic_ok());
}
