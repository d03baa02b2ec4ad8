// RUN: %check_corace %s corace-hostile-lock-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thread locks without a guard, and guards that are a part of something.
#include "mock.h"

#include <memory>
#include <mutex>
#include <optional>

bool c();
std::mutex m, m2;

mock::task<> by_hand_bad() {
  m.lock();
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
  // EXPECT-NOTE -1: to mend it: release 'm' before line
  m.unlock();
}
mock::task<> by_hand_ok() {
  m.lock();
  m.unlock();
  co_await mock::sleep();
}
mock::task<> other_unlocked_bad() {
  m.lock();
  m2.unlock();
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> several_by_hand_bad() {
  std::lock(m, m2);
  m2.unlock();
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> tried_bad() {
  if (m.try_lock()) {
    co_await mock::sleep();
    // EXPECT: 'm', which belongs to a thread
    m.unlock();
  }
}
mock::task<> tried_ok() {
  while (!m.try_lock())
    co_await mock::sleep();
  m.unlock();
}
mock::task<> tried_into_a_variable_ok() {
  const bool taken = m.try_lock();
  if (!taken)
    co_await mock::sleep();
}
mock::task<> conditional_bad(bool k) {
  if (k)
    m.lock();
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
  if (k)
    m.unlock();
}
mock::task<> excluded_ok(const bool k) {
  if (k)
    m.lock();
  if (!k)
    co_await mock::sleep();
  if (k)
    m.unlock();
}

struct account {
  std::mutex lock;
  int balance = 0;
  void add(int n) {
    std::lock_guard guard(lock);
    balance += n;
  }
  mock::task<> update() {
    std::lock_guard guard(this->lock);
    co_await mock::work();
    // EXPECT: 'lock', which belongs to a thread
    // EXPECT-NOTE -5: 'add' locks it here, and blocks its thread if it runs meanwhile
  }
};

struct holder {
  std::lock_guard<std::mutex> lock;
  holder() : lock(m) {}
};
struct aggregate {
  std::unique_lock<std::mutex> lock;
  int n;
};
struct idle {
  std::unique_lock<std::mutex> lock;
};
mock::task<> member_bad() {
  holder h;
  co_await mock::sleep();
  // EXPECT: the lock of 'h', which belongs to a thread
}
mock::task<> aggregate_bad() {
  aggregate a{std::unique_lock(m), 1};
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> aggregate_ok() {
  aggregate a{std::unique_lock(m), 1};
  a.lock.unlock();
  idle i;
  co_await mock::sleep();
}
mock::task<> on_the_heap_bad() {
  auto lock = std::make_unique<std::lock_guard<std::mutex>>(m);
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> on_the_heap_ok() {
  auto lock = std::make_unique<std::lock_guard<std::mutex>>(m);
  lock.reset();
  co_await mock::sleep();
}
mock::task<> optional_bad() {
  std::optional<std::lock_guard<std::mutex>> lock;
  lock.emplace(m);
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> optional_ok() {
  std::optional<std::lock_guard<std::mutex>> lock(std::in_place, m);
  lock = std::nullopt;
  co_await mock::sleep();
}
mock::task<> in_a_closure_ok() {
  std::unique_lock lock(m);
  auto later = [lock = std::move(lock)]() mutable { lock.unlock(); };
  later();
  co_await mock::sleep();
}

/// A lock of one's own: what std::lock_guard is made of is a thread's lock unless it can be awaited.
struct spin {
  void lock();
  void unlock();
};
struct nothing {
  void lock() {}
  void unlock() {}
};
struct coroutine_lock {
  void lock();
  void unlock();
  mock::awaiter<> async_lock();
};
spin s;
nothing n;
coroutine_lock cl;
mock::task<> own_lock_bad() {
  std::lock_guard lock(s);
  co_await mock::sleep();
  // EXPECT: 's', which belongs to a thread
}
mock::task<> own_lock_ok() {
  std::lock_guard a(n);
  co_await cl.async_lock();
  std::lock_guard b(cl, std::adopt_lock);
  co_await mock::sleep();
}

template <typename F> struct finally {
  F f;
  ~finally() { f(); }
};
template <typename F> finally(F) -> finally<F>;
mock::task<> released_by_a_scope_guard_ok() {
  {
    m.lock();
    finally end{[] { m.unlock(); }};
  }
  co_await mock::sleep();
}

struct session {
  explicit session(std::mutex &m) : lock_(m) {}
  std::mutex &lock_;
  std::unique_lock<std::mutex> held;
};
mock::task<> knows_a_lock_ok() {
  auto s = std::make_unique<session>(m);
  std::optional<session> o(std::in_place, m);
  co_await mock::sleep();
}

struct waiting {
  std::unique_lock<std::mutex> &lock;
  bool await_ready() { return lock.unlock(), false; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() { lock.lock(); }
};
mock::task<> given_to_an_awaiter_ok() {
  std::unique_lock lock(m);
  co_await waiting{lock};
}
