// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// condition checked before waiting for the mutex and not re-checked after acquisition
#include "mini.hpp"
namespace bad {
struct hm { std::optional<int> leader; async_mutex mu; task<> refresh(int l);
  task<int> update() { if (!leader) co_return -1;
    auto u = co_await mu.lock();
    co_await refresh(*leader); co_return 0; } // EXPECT CTA
};
}
namespace good {
struct hm { std::optional<int> leader; async_mutex mu; task<> refresh(int l);
  task<int> update() { if (!leader) co_return -1;
    auto u = co_await mu.lock(); if (!leader) co_return -1;
    co_await refresh(*leader); co_return 0; } };
}
