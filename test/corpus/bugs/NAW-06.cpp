// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LAZY lock coroutine called as a statement/without co_await: with lazy tasks it never even starts
#include "mini.hpp"
namespace bad {
struct lazy_units { struct promise_type { lazy_units get_return_object(); std::suspend_always initial_suspend(); std::suspend_always final_suspend() noexcept; void return_void(); void unhandled_exception(); };
  bool await_ready(); void await_suspend(std::coroutine_handle<>); units await_resume(); };
struct spin { lazy_units scoped_lock(); }; struct q { spin l; std::deque<int> d;
  task<> push(int x) { l.scoped_lock(); // EXPECT NAW
    co_await io(); d.push_back(x); } };
}
namespace good {
struct lazy_units { struct promise_type { lazy_units get_return_object(); std::suspend_always initial_suspend(); std::suspend_always final_suspend() noexcept; void return_void(); void unhandled_exception(); };
  bool await_ready(); void await_suspend(std::coroutine_handle<>); units await_resume(); };
struct spin { lazy_units scoped_lock(); }; struct q { spin l; std::deque<int> d;
  task<> push(int x) { auto u = co_await l.scoped_lock();
    co_await io(); d.push_back(x); } };
}
