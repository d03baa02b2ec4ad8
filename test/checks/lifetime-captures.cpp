// RUN: %check_corace %s corace-detached-lifetime --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -std=c++23 -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The captures of a lambda coroutine live in the closure.
#include "lifetime.h"

#include <utility>
#include <vector>

using mock::task;

task<> kept_bad(int k) {
  auto t = [k]() -> task<> { co_await mock::sleep(); use(k); }();
  // EXPECT: the lambda is a temporary, and is gone with its captures when its coroutine uses 'k' on this line: the task is kept in 't'
  // EXPECT-NOTE 0: used here; nothing of the coroutine runs before it is awaited or started
  // EXPECT-NOTE 0: to mend it: give the lambda parameters by value instead of captures, or await its task while the lambda lives
  co_await std::move(t);
}
task<> awaited_ok(int k) {
  co_await [k]() -> task<> { co_await mock::sleep(); use(k); }();
  co_await mock::when_all([&]() -> task<> { co_await mock::sleep(); use(k); }(), mock::work());
  lib::block_on([&]() -> task<> { co_await mock::sleep(); use(k); }());
}
task<> parameters_ok(int k) {
  auto t = [](int n) -> task<> { co_await mock::sleep(); use(n); }(k);
  co_await std::move(t);
}
task<> captures_unused_ok(int k) {
  auto t = [&]() -> task<> { co_await mock::sleep(); }();
  co_await std::move(t);
  use(k);
}

struct object {
  int n = 0;
  void spawned_bad() {
    mock::spawn([this]() -> task<> { co_await mock::sleep(); use(n); }());
    // EXPECT: the lambda is a temporary, and is gone with its captures when its coroutine uses 'this' on this line: nobody waits for the task here
  }
};

task<> returned_bad(int k) {
  auto w = [k]() -> task<> { co_await mock::sleep(); use(k); };
  return w();
  // EXPECT: 'w' is gone with its captures when its coroutine uses 'k' on line {-1}: the task is returned
}
task<> local_ok(int k) {
  auto w = [k]() -> task<> { co_await mock::sleep(); use(k); };
  auto t = w();
  co_await std::move(t);
}
task<> in_a_loop_bad(int n) {
  std::vector<task<>> all;
  for (int i = 0; i < n; ++i)
    all.push_back([&, i]() -> task<> { co_await mock::sleep(); use(i + n); }());
    // EXPECT: is gone with its captures when its coroutine uses 'i' on this line: the task goes into 'all'
  for (auto &t : all)
    co_await std::move(t);
}

// Itself by value is in the frame, by reference not.
task<> explicit_object(int k) {
  auto a = [k](this auto) -> task<> { co_await mock::sleep(); use(k); }();
  auto b = [k](this const auto &) -> task<> { co_await mock::sleep(); use(k); }();
  // EXPECT: is gone with its captures when its coroutine uses 'k'
  co_await std::move(a);
  co_await std::move(b);
}

// An eager coroutine runs inside the call up to its first suspension.
void eager_bad(int k) {
  lib::eager<> t = [k]() -> lib::eager<> { co_await mock::sleep(); use(k); }();
  // EXPECT: is gone with its captures when its coroutine uses 'k' on this line: the task is kept in 't'
  // EXPECT-NOTE 0: used here, where the coroutine may have been suspended
  (void)t;
}
void eager_ok(int k) {
  lib::eager<> t = [k]() -> lib::eager<> { int own = k; co_await mock::sleep(); use(own); }();
  (void)t;
}
void eager_round_bad(int k) {
  [k]() -> lib::forget { for (;;) { use(k); co_await mock::sleep(); } }();
  // EXPECT: is gone with its captures when its coroutine uses 'k' on this line: nobody waits for the task here
}
