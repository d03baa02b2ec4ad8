// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// drain loop yields until the buffer is empty although consumers may have been shut down (state can leave 'draining')
#include "mini.hpp"
namespace bad {
struct q { std::deque<int> d; enum st { run, draining, stopped } s = run; 
  task<> shutdown_drain() { s = draining; while (!d.empty()) co_await yield_now(); s = stopped; } // EXPECT DLK
  void shutdown() { s = stopped; } };
}
namespace good {
struct q { std::deque<int> d; enum st { run, draining, stopped } s = run;
  task<> shutdown_drain() { s = draining; while (!d.empty() && s == draining) co_await yield_now(); s = stopped; }
  void shutdown() { s = stopped; } };
}
