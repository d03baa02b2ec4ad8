// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// cache status checked, then the download starts after a suspension: several fibers download the same object
#include "mini.hpp"
namespace bad {
struct cache { std::set<std::string> have; task<bool> in_progress(std::string k); };
struct seg { cache& c; async_sem& pool; std::string key;
  task<> hydrate() { if (c.have.contains(key)) co_return;
    auto u = co_await pool.acquire();
    auto data = co_await download(key); // EXPECT CTA
    c.have.insert(key); } };
}
namespace good {
struct cache { std::set<std::string> have; };
struct seg { cache& c; async_sem& pool; std::string key; std::map<std::string, std::shared_ptr<event>>& inflight;
  task<> hydrate() { if (c.have.contains(key)) co_return;
    if (auto it = inflight.find(key); it != inflight.end()) { auto e = it->second; co_await e->wait(); co_return; }
    auto e = inflight[key] = std::make_shared<event>();
    auto u = co_await pool.acquire(); auto data = co_await download(key); c.have.insert(key); inflight.erase(key); e->set(); } };
}
