// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// co_await member->stop(); member = {}; -- other fiber moves/stops the member while it is stopping
#include "mini.hpp"
namespace bad {
struct rd { std::unique_ptr<conn> seg;
  task<> set_end() { co_await seg->close();
    seg = {}; } // EXPECT DBL
  void on_abort() { if (seg) evict(std::move(seg)); } void evict(std::unique_ptr<conn>); };
}
namespace good {
struct rd { std::unique_ptr<conn> seg;
  task<> set_end() { if (!seg) co_return; auto s = std::move(seg);
    co_await s->close(); }
  void on_abort() { if (seg) evict(std::move(seg)); } void evict(std::unique_ptr<conn>); };
}
