// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the small stand-ins for libraries are made of: only names and shapes matter to the built-in models.
#pragma once

#include <coroutine>
#include <exception>
#include <mutex>
#include <utility>

namespace blocks {

template <typename T> struct result {
  void return_value(T);
};
template <> struct result<void> {
  void return_void();
};
template <typename Task, typename T, typename Initial> struct promise : result<T> {
  Task get_return_object();
  Initial initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
};
/// Runs when it is awaited.
template <typename Self, typename T> struct lazy {
  using promise_type = promise<Self, T, std::suspend_always>;
  bool await_ready() const noexcept;
  std::coroutine_handle<> await_suspend(std::coroutine_handle<>);
  T await_resume();
};
/// Runs when it is called.
template <typename Self, typename T> struct eager {
  using promise_type = promise<Self, T, std::suspend_never>;
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  T await_resume();
};
template <typename T = void> struct awaiter {
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  T await_resume();
};
struct guard {
  guard(guard &&) noexcept;
  guard &operator=(guard &&) noexcept;
  ~guard();
  void unlock();
};

} // namespace blocks

inline int n; // what the tasks of a test share
