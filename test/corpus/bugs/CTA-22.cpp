// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// state machine resurrected: enable() runs while stop() is suspended because stop()'s early branch left the state unchanged
#include "mini.hpp"
namespace bad {
struct cm { enum st { none, running, stopped } s = none; task<> unregister();
  task<> stop() { if (s == none) { co_await unregister(); co_return; } s = stopped; co_await unregister(); } // EXPECT CTA
  void enable() { if (s == none) s = running; } };
}
namespace good {
struct cm { enum st { none, running, stopped } s = none; task<> unregister();
  task<> stop() { s = stopped; co_await unregister(); }
  void enable() { if (s == none) s = running; } };
}
