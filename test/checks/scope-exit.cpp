// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the end of a local writes: destructors that put an old value back, and guards that run a lambda.
#include "mock.h"
#include <optional>
#include <utility>

template <typename T> class restore {
public:
  restore(T &place, T value) : place_(place), old_(place) { place_ = value; }
  ~restore() { place_ = old_; }

private:
  T &place_;
  T old_;
};
template <typename T> struct restore_pointer {
  explicit restore_pointer(T *p) : p(p), old(*p) {}
  ~restore_pointer() { *p = old; }
  T *p;
  T old;
};
template <typename F> class on_exit {
public:
  explicit on_exit(F f) : f_(std::move(f)) {}
  on_exit(const on_exit &) = delete;
  void dismiss() { active_ = false; }
  ~on_exit() {
    if (active_)
      run();
  }

private:
  void run() { f_(); }
  F f_;
  bool active_ = true;
};
template <typename F> on_exit<F> defer(F f) { return on_exit<F>(std::move(f)); }
/// Keeps its callable and never calls it.
template <typename F> struct keeper {
  F f;
  ~keeper() {}
};
template <typename F> keeper(F) -> keeper<F>;

int depth, users;
bool busy;

mock::task<> restore_bad() {
  restore<int> r(depth, 1);
  // EXPECT: 'depth' may be overwritten
  co_await mock::sleep();
}
mock::task<> restore_pointer_bad() {
  restore_pointer<int> r(&depth);
  // EXPECT: 'depth' may be overwritten
  co_await mock::sleep();
}
mock::task<> restore_ok() {
  co_await mock::sleep();
  restore<int> r(depth, 1);
}
mock::task<> restore_local_ok() {
  int own = 0;
  restore<int> r(own, 1);
  co_await mock::sleep();
}

mock::mutex m;
mock::task<> restore_under_lock_ok() {
  auto guard = co_await m.scoped_lock();
  restore<int> r(depth, 1);
  co_await mock::sleep();
}
// The guard is declared last and ends first.
mock::task<> restore_after_lock_bad() {
  restore<int> r(depth, 1);
  // EXPECT: 'depth' may be overwritten
  auto guard = co_await m.scoped_lock();
}

mock::task<> lambda_bad() {
  int before = depth;
  on_exit back([&] { depth = before; });
  // EXPECT: 'depth' may be overwritten
  co_await mock::sleep();
}
mock::task<> lambda_from_function_bad() {
  auto back = defer([before = depth] { depth = before; });
  // EXPECT: 'depth' may be overwritten
  co_await mock::sleep();
}
mock::task<> lambda_tests_ok() {
  int before = depth;
  on_exit back([&] {
    if (depth == before + 1)
      depth = before;
  });
  co_await mock::sleep();
}
mock::task<> counts_ok() {
  ++users;
  on_exit back([] { --users; });
  co_await mock::sleep();
}
mock::task<> flag_ok() {
  if (busy)
    co_return;
  busy = true;
  on_exit back([] { busy = false; });
  co_await mock::sleep();
}
mock::task<> never_called_ok() {
  int before = depth;
  keeper k{[&] { depth = before; }};
  co_await mock::sleep();
}
