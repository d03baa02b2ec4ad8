// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small coroutine library in declarations, for tests of the checker; mock.yaml says what it means.
#pragma once

#include <coroutine>
#include <utility>

namespace mock {

template <typename Derived, typename T> struct promise_base {
  Derived get_return_object();
  std::suspend_always initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
  void return_value(T);
};
template <typename Derived> struct promise_base<Derived, void> {
  Derived get_return_object();
  std::suspend_always initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
  void return_void();
};

/// Lazy; awaiting it jumps into its body.
template <typename T = void> struct [[nodiscard]] task {
  struct promise_type : promise_base<task, T> {};
  task(task &&) noexcept;
  task &operator=(task &&) noexcept;
  ~task();
  bool await_ready() const noexcept;
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>);
  T await_resume();
};

template <typename T> struct generator {
  struct promise_type {
    generator get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void unhandled_exception();
    void return_void();
    std::suspend_always yield_value(T);
  };
  ~generator();
};

template <typename T = void> struct awaiter {
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  T await_resume();
};

struct guard {
  guard();
  guard(guard &&) noexcept;
  guard &operator=(guard &&) noexcept;
  ~guard();
  void unlock();
};

struct mutex {
  awaiter<guard> scoped_lock();
  awaiter<> lock();
  void unlock();
};

struct shared_mutex {
  awaiter<guard> read();
  awaiter<guard> write();
};

struct semaphore {
  explicit semaphore(int count);
  awaiter<guard> acquire(int units = 1);
};

struct event {
  awaiter<> wait();
  void set();
};

awaiter<> sleep();
task<> work(); // its body is not visible
task<int> fetch(int key = 0);
void spawn(task<>);
template <typename... Tasks> awaiter<> when_all(Tasks &&...);
template <typename... Tasks> awaiter<> gather(Tasks &&...); // ends at the first failure
template <typename... Tasks> awaiter<> race(Tasks &&...);   // ends with the first, and cancels the others

} // namespace mock

void use(int);
