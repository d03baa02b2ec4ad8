// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// waiter node published to the lock's list before its coroutine handle field is set
#include "mini.hpp"
namespace bad {
struct node { std::atomic<node*>* head; std::coroutine_handle<> h; node* next = nullptr; bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> c) { next = head->load(); while (!head->compare_exchange_weak(next, this)) {} h = c; } // EXPECT AWT
  void await_resume() {} };
}
namespace good {
struct node { std::atomic<node*>* head; std::coroutine_handle<> h; node* next = nullptr; bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> c) { h = c; next = head->load(); while (!head->compare_exchange_weak(next, this)) {} }
  void await_resume() {} };
}
