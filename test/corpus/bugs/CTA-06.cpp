// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// existence verified, then wait for the per-entry lock, then insert as if it still existed
#include "mini.hpp"
namespace bad {
struct goss { std::map<int, std::string> eps; async_mutex mu;
  task<> apply(int host, std::string delta) { if (!eps.contains(host)) co_return;
    auto u = co_await mu.lock();
    eps[host] += delta; } // EXPECT CTA
  task<> remove(int host) { auto u = co_await mu.lock(); eps.erase(host); } };
}
namespace good {
struct goss { std::map<int, std::string> eps; async_mutex mu;
  task<> apply(int host, std::string delta) { auto u = co_await mu.lock(); auto it = eps.find(host); if (it == eps.end()) co_return; it->second += delta; }
  task<> remove(int host) { auto u = co_await mu.lock(); eps.erase(host); } };
}
