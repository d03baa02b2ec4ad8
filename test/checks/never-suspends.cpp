// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Awaitables that never suspend, by structure, by model and by the body of the awaited coroutine.
#include "mock.h"

int n;

struct always_ready {
  constexpr bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
struct refuses {
  bool await_ready() const noexcept;
  bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
  void await_resume() const noexcept {}
};
struct may_refuse {
  bool await_ready() const noexcept;
  bool await_suspend(std::coroutine_handle<>) const noexcept;
  void await_resume() const noexcept {}
};
mock::task<int> no_await() { co_return 1; }
mock::task<int> only_ready() { co_await always_ready{}; co_return co_await no_await(); }
mock::task<int> sleeps() { co_await mock::sleep(); co_return 1; }
mock::task<int> recursive(int depth) { co_return depth == 0 ? 0 : co_await recursive(depth - 1); }

template <typename Awaitable> mock::task<> around(Awaitable) { co_return; }

mock::task<> ready_ok() { int v = n; co_await always_ready{}; n = v + 1; }
mock::task<> standard_ok() { int v = n; co_await std::suspend_never{}; n = v + 1; }
mock::task<> refuses_ok() { int v = n; co_await refuses{}; n = v + 1; }
mock::task<> body_ok() { int v = n; co_await no_await(); n = v + 1; }
mock::task<> body_of_body_ok() { int v = n; co_await only_ready(); n = v + 1; }
mock::task<> recursive_ok() { int v = n; co_await recursive(3); n = v + 1; }

mock::task<> may_refuse_bad() {
  int v = n;
  co_await may_refuse{};
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
mock::task<> body_bad() {
  int v = n;
  co_await sleeps();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: 'sleeps' has an await in its body that may suspend
}
mock::task<> unknown_body_bad() {
  int v = n;
  co_await mock::work();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: the body of 'work' is not visible here
}
mock::generator<int> yield_bad() {
  int v = n;
  co_yield v;
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the 'co_yield' on line {-1}
}

// A virtual call, where no override can run in its place.
struct job {
  virtual ~job() = default;
  virtual mock::task<> go() { co_return; }
};
struct last_job final : job {
  mock::task<> go() override { co_return; }
};
struct other_job : job {
  mock::task<> go() override { co_await mock::sleep(); }
};
int jobs;
mock::task<> of_a_final_class_ok(last_job &j) {
  int v = jobs;
  co_await j.go();
  jobs = v + 1;
}
mock::task<> by_name_ok(job &j) {
  int v = jobs;
  co_await j.job::go();
  jobs = v + 1;
}
mock::task<> of_an_object_ok() {
  job j;
  int v = jobs;
  co_await j.go();
  jobs = v + 1;
}
mock::task<> of_any_bad(job &j) {
  int v = jobs;
  co_await j.go();
  jobs = v + 1;
  // EXPECT: 'jobs' may be overwritten
}
