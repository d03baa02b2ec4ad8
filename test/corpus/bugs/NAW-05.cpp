// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// free function get_units(sem, n) not awaited; concurrency limiter ineffective
#include "mini.hpp"
namespace bad {
task<units> get_units(async_sem&, int);
struct trainer { async_sem lim{1}; task<> sample(); task<> tick(std::vector<int> tabs) { for (int t : tabs) { if (t < 0) continue;
      auto ticket = get_units(lim, 1); // EXPECT NAW
      co_await sample(); } } };
}
namespace good {
task<units> get_units(async_sem&, int);
struct trainer { async_sem lim{1}; task<> sample(); task<> tick(std::vector<int> tabs) { for (int t : tabs) { if (t < 0) continue;
      auto ticket = co_await get_units(lim, 1);
      co_await sample(); } } };
}
