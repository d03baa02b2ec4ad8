// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rvalue-reference std::function parameter used across awaits in a coroutine (callers believe they gave it away)
#include "mini.hpp"
namespace bad {
struct qp { task<std::vector<int>> page();
  task<> for_each(std::function<task<bool>(int)>&& f) { for (;;) { auto v = co_await page(); for (int r : v) if (co_await f(r)) co_return; } } // EXPECT CAP
  task<> query(std::function<task<bool>(int)> f) { return for_each(std::move(f)); } };
}
namespace good {
struct qp { task<std::vector<int>> page();
  task<> for_each(std::function<task<bool>(int)> f) { for (;;) { auto v = co_await page(); for (int r : v) if (co_await f(r)) co_return; } }
  task<> query(std::function<task<bool>(int)> f) { return for_each(std::move(f)); } };
}
