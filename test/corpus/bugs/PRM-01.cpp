// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// permit acquired in one term is used in another: waiting for the permit spans a leadership change
#include "mini.hpp"
namespace bad {
struct fsm { int term = 1; async_sem mem{10}; task<units> permit() { co_return co_await mem.acquire(); } void add(units, int); };
struct srv { fsm f; task<> add_entry(int e) { auto p = co_await f.permit();
    f.add(std::move(p), e); } }; // EXPECT PRM
}
namespace good {
struct fsm { int term = 1; async_sem mem{10}; task<units> permit() { co_return co_await mem.acquire(); } void add(units, int); };
struct srv { fsm f; task<> add_entry(int e) { units p; for (;;) { int t = f.term; p = co_await f.permit(); if (t == f.term) break; p.release(); }
    f.add(std::move(p), e); } };
}
