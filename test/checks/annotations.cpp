// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs \
// RUN:   -I%source_dir/runtime-instrument/include
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the code says of itself; each function has a twin without the annotation, which is reported.
#include "mock.h"

#include <corace/annotations.h>

int n;

struct own_guard {
  own_guard(own_guard &&) noexcept;
  ~own_guard();
};
struct CORACE_LOCK own_mutex {
  mock::awaiter<own_guard> scoped_lock();
  mock::awaiter<> lock();
  void unlock();
};
struct unknown_mutex {
  mock::awaiter<own_guard> scoped_lock();
};
own_mutex m;
unknown_mutex u;

mock::task<> lock_ok() {
  auto held = co_await m.scoped_lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> lock_by_hand_ok() {
  co_await m.lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  m.unlock();
}
mock::task<> lock_given_back_bad() {
  co_await m.lock();
  int v = n;
  m.unlock();
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
mock::task<> unknown_lock_bad() {
  auto held = co_await u.scoped_lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

struct account {
  own_mutex lock;
  int balance CORACE_GUARDED_BY(lock) = 0;
  int scratch CORACE_CONFINED = 0;
  mock::task<> guarded_bad() {
    int v = balance;
    co_await mock::sleep();
    balance = v + 1;
    // EXPECT: 'balance' may be overwritten
    // EXPECT-NOTE -5: 'balance' is declared to be guarded by 'lock', which is not held all the way
  }
  mock::task<> guarded_ok() {
    auto held = co_await lock.scoped_lock();
    int v = balance;
    co_await mock::sleep();
    balance = v + 1;
  }
  mock::task<> confined_ok() {
    int v = scratch;
    co_await mock::sleep();
    scratch = v + 1;
  }
};

struct CORACE_CONFINED session {
  int count = 0;
  mock::task<> member_ok() {
    int v = count;
    co_await mock::sleep();
    count = v + 1;
  }
};
mock::task<> confined_class_ok(session &s) {
  int v = s.count;
  co_await mock::sleep();
  s.count = v + 1;
}
int confined CORACE_CONFINED;
mock::task<> confined_variable_ok() {
  int v = confined;
  co_await mock::sleep();
  confined = v + 1;
}

CORACE_NEVER_YIELDS mock::task<> remember();
struct CORACE_NEVER_YIELDS current {
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>) const noexcept;
  void await_resume() const noexcept;
};
mock::task<> never_yields_ok() {
  int v = n;
  co_await remember();
  co_await current{};
  n = v + 1;
}
mock::task<> yields_bad() {
  int v = n;
  co_await mock::work();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

CORACE_REVALIDATES bool still_good();
bool other();
mock::task<> revalidates_ok() {
  int v = n;
  co_await mock::sleep();
  if (!still_good())
    co_return;
  n = v + 1;
}
mock::task<> revalidates_too_early_bad() {
  int v = n;
  if (!still_good())
    co_return;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
mock::task<> other_test_bad() {
  int v = n;
  co_await mock::sleep();
  if (!other())
    co_return;
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
