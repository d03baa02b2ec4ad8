// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// reference to strategy state held across candidate retrieval; ALTER replaces the state object
#include "mini.hpp"
namespace bad {
struct lstate { int n = 0; };
struct view { std::unique_ptr<lstate> st; lstate& state() { return *st; } void alter() { st = std::make_unique<lstate>(); } };
struct strat { task<int> candidates(view&);
  task<int> pick(view& v) { auto& s = v.state();
    int c = co_await candidates(v);
    co_return c + s.n; } }; // EXPECT REF
}
namespace good {
struct lstate { int n = 0; };
struct view { std::shared_ptr<lstate> st; std::shared_ptr<lstate> state() { return st; } void alter() { st = std::make_shared<lstate>(); } };
struct strat { task<int> candidates(view&);
  task<int> pick(view& v) { auto s = v.state();
    int c = co_await candidates(v);
    co_return c + s->n; } };
}
