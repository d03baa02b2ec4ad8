// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// one of two rolling paths forgot the rolling lock: two segments with the same base offset
#include "mini.hpp"
namespace bad {
struct log { std::vector<int> segs; int next = 0; async_mutex roll; task<> release_appender(); task<> new_segment(int);
  task<> maybe_roll() { auto u = co_await roll.lock(); int off = next; co_await release_appender(); co_await new_segment(off); next = off + 1; }
  task<> force_roll() { int off = next; co_await release_appender(); co_await new_segment(off); next = off + 1; } }; // EXPECT LCK
}
namespace good {
struct log { std::vector<int> segs; int next = 0; async_mutex roll; task<> release_appender(); task<> new_segment(int);
  task<> maybe_roll() { auto u = co_await roll.lock(); int off = next; co_await release_appender(); co_await new_segment(off); next = off + 1; }
  task<> force_roll() { auto u = co_await roll.lock(); int off = next; co_await release_appender(); co_await new_segment(off); next = off + 1; } };
}
