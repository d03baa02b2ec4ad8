// RUN: %check_corace %s corace-detached-lifetime --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Awaiters written by hand that go to other threads before they are complete.
#include "mock.h"
#include <atomic>

struct node {
  std::atomic<node *> *head;
  std::coroutine_handle<> waiter;
  node *next = nullptr;
  int result = 0;
  std::atomic<int> state;
  bool await_ready();
  int await_resume();
};

struct loop_bad : node {
  void await_suspend(std::coroutine_handle<> h) {
    next = head->load();
    while (!head->compare_exchange_weak(next, this)) {
    }
    waiter = h;
    // EXPECT: 'waiter' is set after other threads can have the awaiter: one may resume the coroutine before, without it
    // EXPECT-NOTE -2: the awaiter is put where others find it here
    // EXPECT-NOTE 0: to mend it: set all members first
  }
};
struct branch_bad : node {
  bool await_suspend(std::coroutine_handle<> h) {
    node *old = nullptr;
    if (!head->compare_exchange_strong(old, this))
      return false;
    waiter = h;
    // EXPECT: 'waiter' is set after other threads can have the awaiter
    return true;
  }
};
struct store_bad : node {
  void await_suspend(std::coroutine_handle<> h) {
    head->store(this, std::memory_order_release);
    waiter = h;
    // EXPECT: 'waiter' is set after other threads can have the awaiter
  }
};

struct first_ok : node {
  void await_suspend(std::coroutine_handle<> h) {
    waiter = h;
    node *old = head->load();
    do {
      next = old;
    } while (!head->compare_exchange_weak(old, this));
  }
};
struct failed_ok : node {
  bool await_suspend(std::coroutine_handle<> h) {
    waiter = h;
    node *old = nullptr;
    if (head->compare_exchange_strong(old, this))
      return true;
    result = 1;
    return false;
  }
};
struct forever_ok : node {
  bool await_suspend(std::coroutine_handle<> h) {
    waiter = h;
    node *old = head->load();
    for (;;) {
      if (old == nullptr) {
        result = 1;
        return false;
      }
      next = old;
      if (head->compare_exchange_weak(old, this))
        return true;
    }
  }
};
struct handshake_ok : node {
  bool await_suspend(std::coroutine_handle<> h) {
    head->store(this);
    waiter = h;
    return state.exchange(1) == 0;
  }
};

// One thread only: nobody comes between.
struct list {
  node *first = nullptr;
  void push(node *);
};
struct single_ok : node {
  list *all;
  void await_suspend(std::coroutine_handle<> h) {
    all->push(this);
    waiter = h;
  }
};
