// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The smallest coroutine types that make a program: a loop, an eager detached coroutine, a lazy one with symmetric
// transfer. Nothing here knows of corace; the run is reported by report.cpp, which is not instrumented.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace mini {

/// A loop that takes what is ready, first in, first out.
void post(std::coroutine_handle<> h);
void run();
/// From begin() to end() the detector watches; end() prints the violations.
void begin();
void end(const char *title);

struct yield {
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) { post(h); }
  void await_resume() noexcept {}
};

struct eager {
  struct promise_type {
    eager get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

struct lazy {
  struct promise_type {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr error;
    lazy get_return_object() { return lazy(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct last {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
        return h.promise().continuation;
      }
      void await_resume() noexcept {}
    };
    last final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
  };
  explicit lazy(std::coroutine_handle<promise_type> h) : handle(h) {}
  lazy(lazy &&other) noexcept : handle(std::exchange(other.handle, {})) {}
  ~lazy() {
    if (handle)
      handle.destroy();
  }
  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) noexcept {
    handle.promise().continuation = h;
    return handle;
  }
  void await_resume() {
    if (handle.promise().error)
      std::rethrow_exception(handle.promise().error);
  }
  std::coroutine_handle<promise_type> handle;
};

} // namespace mini
