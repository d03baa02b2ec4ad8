// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// counting semaphore says 'an item is available', but the non-blocking queue read may fail and its result is ignored
#include "mini.hpp"
namespace bad {
template<class T> struct mpmc { bool try_read(T&); bool try_write(T); };
struct bq { mpmc<int> q; async_sem items{0}, space{8};
  task<int> dequeue() { co_await items.wait(); int x = 0; q.try_read(x); space.signal(); co_return x; } }; // EXPECT PRM
}
namespace good {
template<class T> struct mpmc { bool try_read(T&); bool try_write(T); };
struct bq { mpmc<int> q; async_sem items{0}, space{8};
  task<int> dequeue() { co_await items.wait(); int x = 0; while (!q.try_read(x)) co_await yield_now(); space.signal(); co_return x; } };
}
