// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// helper returning a lock future (function call, not a member of the mutex) not awaited
#include "mini.hpp"
namespace bad {
struct goss { std::set<int> live; async_mutex sem; task<units> lock_endpoints() { co_return co_await sem.lock(); } task<> replicate();
  task<> reset() { auto lock = lock_endpoints(); // EXPECT NAW
    live.clear(); co_await replicate(); } };
}
namespace good {
struct goss { std::set<int> live; async_mutex sem; task<units> lock_endpoints() { co_return co_await sem.lock(); } task<> replicate();
  task<> reset() { auto lock = co_await lock_endpoints();
    live.clear(); co_await replicate(); } };
}
