// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// long-lived reader hands resources back to a partition whose stop() already finished its cleanup pass
#include "mini.hpp"
namespace bad {
struct part { std::vector<std::shared_ptr<file>> evicted; gate g;
  void evict(std::shared_ptr<file> f) { evicted.push_back(f); }
  task<> stop() { auto v = std::exchange(evicted, {}); for (auto& f : v) co_await f->close(); co_await g.close(); } }; // EXPECT OBJ
struct reader { part& p; std::shared_ptr<file> f; task<> run() { co_await f->write("x"); p.evict(f); } };
}
namespace good {
struct part { std::vector<std::shared_ptr<file>> evicted; gate g;
  void evict(std::shared_ptr<file> f) { evicted.push_back(f); }
  task<> stop() { co_await g.close(); auto v = std::exchange(evicted, {}); for (auto& f : v) co_await f->close(); } };
struct reader { part& p; std::shared_ptr<file> f; task<> run() { auto h = p.g.hold(); co_await f->write("x"); p.evict(f); } };
}
