// RUN: %check_corace %s corace-lock-order --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three and more locks, each pair of them in one order only.
#include "mock.h"

mock::mutex a, b, c;

mock::task<> first() {
  auto x = co_await a.scoped_lock();
  auto y = co_await b.scoped_lock();
}
mock::task<> second() {
  auto x = co_await b.scoped_lock();
  auto y = co_await c.scoped_lock();
}
mock::task<> third_bad() {
  auto x = co_await c.scoped_lock();
  auto y = co_await a.scoped_lock();
  // EXPECT: 'a' is asked for while 'c' is held, and 'first' takes it before 'b': 3 tasks may wait for each other in a circle, for ever
  // EXPECT-NOTE -1: 'c' is taken here
  // EXPECT-NOTE -9: 'first' takes 'a' first, here
  // EXPECT-NOTE -8: and then asks for 'b'
  // EXPECT-NOTE -5: 'second' takes 'b' first, here
  // EXPECT-NOTE -4: and then asks for 'c'
  // EXPECT-NOTE 0: to mend it: take them in one order everywhere
}

// The last one asks in the order of the others.
mock::mutex d, e, f;
mock::task<> first_ok() {
  auto x = co_await d.scoped_lock();
  auto y = co_await e.scoped_lock();
}
mock::task<> second_ok() {
  auto x = co_await e.scoped_lock();
  auto y = co_await f.scoped_lock();
}
mock::task<> third_ok() {
  auto x = co_await d.scoped_lock();
  auto y = co_await f.scoped_lock();
}

// Two of the three run one after the other.
mock::mutex g, h, i, gate;
mock::task<> gated_first_ok() {
  auto z = co_await gate.scoped_lock();
  auto x = co_await g.scoped_lock();
  auto y = co_await h.scoped_lock();
}
mock::task<> gated_second_ok() {
  auto x = co_await h.scoped_lock();
  auto y = co_await i.scoped_lock();
}
mock::task<> gated_third_ok() {
  auto z = co_await gate.scoped_lock();
  auto x = co_await i.scoped_lock();
  auto y = co_await g.scoped_lock();
}

// Readers do not keep each other out: the third waits for nobody.
mock::shared_mutex r;
mock::mutex k, l;
mock::task<> reads_first_ok() {
  auto x = co_await r.read();
  auto y = co_await k.scoped_lock();
}
mock::task<> reads_second_ok() {
  auto x = co_await k.scoped_lock();
  auto y = co_await l.scoped_lock();
}
mock::task<> reads_third_ok() {
  auto x = co_await l.scoped_lock();
  auto y = co_await r.read();
}

// Members, through calls, and four of them.
struct store {
  mock::mutex data, index, log, cache;
  mock::task<> put() {
    auto lock = co_await data.scoped_lock();
    co_await note();
  }
  mock::task<> note() { auto lock = co_await log.scoped_lock(); }
  mock::task<> trim() {
    auto lock = co_await log.scoped_lock();
    auto more = co_await index.scoped_lock();
  }
  mock::task<> evict() {
    auto lock = co_await index.scoped_lock();
    auto more = co_await cache.scoped_lock();
  }
  mock::task<> fill_bad() {
    auto lock = co_await cache.scoped_lock();
    co_await put();
    // EXPECT: 'log' is asked for while 'cache' is held, and 'trim' takes it before 'index': 3 tasks may
  }
};
