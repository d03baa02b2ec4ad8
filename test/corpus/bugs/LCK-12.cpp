// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// unlock executed on a path where the interruptible lock acquisition failed (not taken)
#include "mini.hpp"
namespace bad {
struct obc { bool held = false; task<> lock(); void unlock();
  task<> with(task<> (*f)()) { std::exception_ptr e; try { co_await lock(); co_await f(); } catch (...) { e = std::current_exception(); }
    unlock(); if (e) std::rethrow_exception(e); } }; // EXPECT LCK
}
namespace good {
struct obc { bool held = false; task<> lock(); void unlock();
  task<> with(task<> (*f)()) { co_await lock(); std::exception_ptr e; try { co_await f(); } catch (...) { e = std::current_exception(); }
    unlock(); if (e) std::rethrow_exception(e); } };
}
