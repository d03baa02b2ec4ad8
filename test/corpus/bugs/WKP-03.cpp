// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// broadcast() has no memory; consumer drains queue under mutex, releases, then waits without predicate
#include "mini.hpp"
namespace bad {
struct wk { std::deque<int> q; cond_var cv; async_mutex mu; task<> make(int);
  task<> drain() { auto u = co_await mu.lock(); while (!q.empty()) { int x = q.front(); q.pop_front(); co_await make(x); } }
  void add(int x) { q.push_back(x); cv.broadcast(); }
  task<> loop() { for (;;) { co_await drain();
      co_await cv.wait(); } } }; // EXPECT WKP
}
namespace good {
struct wk { std::deque<int> q; cond_var cv; async_mutex mu; task<> make(int);
  task<> drain() { auto u = co_await mu.lock(); while (!q.empty()) { int x = q.front(); q.pop_front(); co_await make(x); } }
  void add(int x) { q.push_back(x); cv.broadcast(); }
  task<> loop() { for (;;) { co_await drain();
      co_await cv.wait([this] { return !q.empty(); }); } } };
}
