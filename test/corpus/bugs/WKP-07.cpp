// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// shutdown sets a flag and pops all waiters without the mutex that acquire uses to enqueue
#include "mini.hpp"
namespace bad {
struct sem { async_mutex mu; bool down = false; std::vector<std::shared_ptr<event>> waiters; int n = 0;
  task<bool> acquire() { { auto u = co_await mu.lock(); if (down) co_return false; if (n > 0) { --n; co_return true; } }
    auto e = std::make_shared<event>(); waiters.push_back(e); co_await e->wait(); co_return !down; } // EXPECT WKP
  void shutdown() { down = true; for (auto& e : waiters) e->set(); waiters.clear(); } };
}
namespace good {
struct sem { async_mutex mu; bool down = false; std::vector<std::shared_ptr<event>> waiters; int n = 0;
  task<bool> acquire() { auto e = std::make_shared<event>(); { auto u = co_await mu.lock(); if (down) co_return false; if (n > 0) { --n; co_return true; } waiters.push_back(e); }
    co_await e->wait(); co_return !down; }
  task<> shutdown() { auto u = co_await mu.lock(); down = true; for (auto& e : waiters) e->set(); waiters.clear(); } };
}
