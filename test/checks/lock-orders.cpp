// RUN: %check_corace %s corace-lock-order --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two locks in opposite orders.
#include "mock.h"

mock::mutex a, b, c, d, gate;
mock::shared_mutex r, s;

mock::task<> forth() {
  auto x = co_await a.scoped_lock();
  auto y = co_await b.scoped_lock();
}
mock::task<> back_bad() {
  auto x = co_await b.scoped_lock();
  auto y = co_await a.scoped_lock();
  // EXPECT: 'a' is asked for while 'b' is held, and 'forth' takes them the other way round
  // EXPECT-NOTE -1: 'b' is taken here
  // EXPECT-NOTE -5: 'forth' takes 'a' first, here
  // EXPECT-NOTE -4: and then asks for 'b'
}

mock::task<> gated_forth_ok() {
  auto g = co_await gate.scoped_lock();
  auto x = co_await c.scoped_lock();
  auto y = co_await d.scoped_lock();
}
mock::task<> gated_back_ok() {
  auto g = co_await gate.scoped_lock();
  auto x = co_await d.scoped_lock();
  auto y = co_await c.scoped_lock();
}

mock::task<> readers_forth_ok() {
  auto x = co_await r.read();
  auto y = co_await s.read();
}
mock::task<> readers_back_ok() {
  auto x = co_await s.read();
  auto y = co_await r.read();
}

struct journal;
struct store {
  mock::mutex m;
  journal *log;
  mock::task<> put();
  mock::task<> trim() {
    auto lock = co_await m.scoped_lock();
    co_await mock::sleep();
  }
};
struct journal {
  mock::mutex m;
  store *owner;
  mock::task<> append() {
    auto lock = co_await m.scoped_lock();
    co_await mock::sleep();
  }
  mock::task<> rotate() {
    auto lock = co_await m.scoped_lock();
    co_await owner->trim();
  }
};
mock::task<> store::put() {
  auto lock = co_await m.scoped_lock();
  co_await log->append();
  // EXPECT: 'log->m' is asked for while 'm' is held, and 'rotate' takes them the other way round
}

struct pair {
  mock::mutex first, second;
  mock::task<> both() {
    auto x = co_await first.scoped_lock();
    auto y = co_await second.scoped_lock();
  }
  mock::task<> one_by_one_ok() {
    { auto y = co_await second.scoped_lock(); }
    auto x = co_await first.scoped_lock();
  }
};
