// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// registry look-up after an await assumed to succeed because the object existed before it
#include "mini.hpp"
namespace bad {
struct part { void start(); };
struct svc { std::map<int, std::shared_ptr<part>> parts; gate g;
  std::shared_ptr<part> get(int k) { auto it = parts.find(k); return it == parts.end() ? nullptr : it->second; }
  task<> add(int k) { if (g.closed()) co_return; co_await download(k);
    get(k)->start(); } // EXPECT CTA
  task<> stop() { co_await g.close(); parts.clear(); } };
}
namespace good {
struct part { void start(); };
struct svc { std::map<int, std::shared_ptr<part>> parts; gate g;
  std::shared_ptr<part> get(int k) { auto it = parts.find(k); return it == parts.end() ? nullptr : it->second; }
  task<> add(int k) { if (g.closed()) co_return; auto h = g.hold(); co_await download(k);
    auto p = get(k); if (!p) co_return; p->start(); }
  task<> stop() { co_await g.close(); parts.clear(); } };
}
