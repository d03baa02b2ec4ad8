// RUN: %check_corace %s corace-ineffective-lock --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both sides hold a lock, and not the same one.
#include "mock.h"

struct odd_one {
  mock::mutex a, b;
  int value = 0;
  mock::task<> add_bad() {
    auto lock = co_await a.scoped_lock();
    // EXPECT: 'a' keeps nobody out who writes 'value': the others hold 'b' for it
    // EXPECT-NOTE +7: reads here
    // EXPECT-NOTE +8: lets other tasks run here
    // EXPECT-NOTE +13: 'set' writes it with 'b' held, here
    // EXPECT-NOTE +9: and goes on here as if nobody had written
    // EXPECT-NOTE 0: to mend it: take 'b' here, or one lock everywhere
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  mock::task<> set(int n) {
    auto lock = co_await b.scoped_lock();
    value = n;
  }
  mock::task<> reset() {
    auto lock = co_await b.scoped_lock();
    value = 0;
  }
};

struct one_against_one {
  mock::mutex a, b;
  int value = 0;
  mock::task<> add() {
    auto lock = co_await a.scoped_lock();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  mock::task<> reset_bad() {
    auto lock = co_await b.scoped_lock();
    value = 0;
    // EXPECT: 'value' is written under 'b', which does not keep out 'add': that one relies on 'a'
  }
};

// The same lock, by another way; and one of two that are held.
struct same_one {
  mock::mutex a, b;
  int value = 0;
  mock::task<> add_ok() {
    auto lock = co_await a.scoped_lock();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  mock::task<> set_ok(int n) {
    auto &m = a;
    auto lock = co_await m.scoped_lock();
    value = n;
  }
};
struct both {
  mock::mutex a, b;
  int value = 0;
  mock::task<> add_ok() {
    auto first = co_await a.scoped_lock();
    auto second = co_await b.scoped_lock();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  mock::task<> set_ok(int n) {
    auto lock = co_await a.scoped_lock();
    value = n;
  }
  mock::task<> reset_ok() {
    auto lock = co_await b.scoped_lock();
    value = 0;
  }
};

// Others write in several ways: what 'a' is for is not known.
struct mixed {
  mock::mutex a, b;
  int value = 0;
  mock::task<> add_ok() {
    auto lock = co_await a.scoped_lock();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  mock::task<> set_ok(int n) {
    auto lock = co_await b.scoped_lock();
    value = n;
  }
  void reset_ok() { value = 0; }
};
