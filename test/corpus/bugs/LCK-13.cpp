// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// guard object constructed before the lock was actually acquired; cancellation while waiting releases someone else's lock
#include "mini.hpp"
namespace bad {
struct lock_t { bool locked = false; event ev; struct guard { lock_t* l; ~guard() { l->locked = false; l->ev.set(); } };
  task<> run(task<> (*f)()) { guard g{this}; if (locked) co_await ev.wait();
    locked = true; co_await f(); } }; // EXPECT LCK
}
namespace good {
struct lock_t { bool locked = false; event ev; struct guard { lock_t* l; ~guard() { l->locked = false; l->ev.set(); } };
  task<> run(task<> (*f)()) { while (locked) { ev.reset(); co_await ev.wait(); }
    locked = true; guard g{this}; co_await f(); } };
}
