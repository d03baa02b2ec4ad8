// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the text of an awaiter says about suspending, and why an awaited body may suspend.
#include "mock.h"

int n;
bool c();

struct several_returns {
  bool await_ready() const noexcept {
    if (c())
      return true;
    return true;
  }
  void await_suspend(std::coroutine_handle<>) const noexcept;
  void await_resume() const noexcept;
};
struct gives_back {
  bool await_ready() const noexcept;
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) const noexcept { return h; }
  void await_resume() const noexcept;
};
struct resumes_at_once {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) const noexcept { h.resume(); }
  void await_resume() const noexcept;
};
struct parks {
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept { return std::noop_coroutine(); }
  void await_resume() const noexcept;
};
struct mixed {
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) const noexcept {
    if (c())
      return h;
    return std::noop_coroutine();
  }
  void await_resume() const noexcept;
};

mock::task<> several_returns_ok() { int v = n; co_await several_returns{}; n = v + 1; }
mock::task<> gives_back_ok() { int v = n; co_await gives_back{}; n = v + 1; }
mock::task<> resumes_at_once_ok() { int v = n; co_await resumes_at_once{}; n = v + 1; }
mock::task<> parks_bad() {
  int v = n;
  co_await parks{};
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: 'parks' always suspends
}
mock::task<> mixed_bad() {
  int v = n;
  co_await mixed{};
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

// Eager without a model: it has run by the time it is awaited.
struct eager {
  struct promise_type {
    eager get_return_object();
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept;
    void unhandled_exception();
    void return_void();
  };
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
eager runs_through() { co_return; }
eager stops() { co_await mock::sleep(); }
mock::task<> eager_ok() { int v = n; co_await runs_through(); n = v + 1; }
mock::task<> eager_bad() {
  int v = n;
  co_await stops();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

mock::task<> inner() { co_await mock::sleep(); }
mock::task<> middle() { co_await inner(); }
mock::task<> chain_bad() {
  int v = n;
  co_await middle();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: 'middle' has an await in its body that may suspend: 'inner' on line {-4}, and in it 'sleep' on line {-5}
}
