// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// waiter is woken because a slot is free, but another coroutine takes the slot before the waiter actually resumes
#include "mini.hpp"
namespace bad {
struct pool { int avail = 1; std::deque<std::shared_ptr<event>> waiters;
  task<> acquire() { if (avail == 0) { auto e = std::make_shared<event>(); waiters.push_back(e); co_await e->wait(); }
    --avail; } // EXPECT CTA
  void release() { ++avail; if (!waiters.empty()) { auto e = waiters.front(); waiters.pop_front(); e->set(); } } };
}
namespace good {
struct pool { int avail = 1; std::deque<std::shared_ptr<event>> waiters;
  task<> acquire() { while (avail == 0) { auto e = std::make_shared<event>(); waiters.push_back(e); co_await e->wait(); } --avail; }
  void release() { ++avail; if (!waiters.empty()) { auto e = waiters.front(); waiters.pop_front(); e->set(); } } };
}
