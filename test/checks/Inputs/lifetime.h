// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the lifetime tests need beside mock.h: eager and detached coroutines, and ways to run callables.
#pragma once

#include "mock.h"

#include <string>
#include <string_view>

namespace lib {

template <typename T = void> struct eager {
  struct promise_type : mock::promise_base<eager, T> {
    std::suspend_never initial_suspend() noexcept;
  };
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  T await_resume();
};

struct forget {
  struct promise_type {
    forget get_return_object();
    std::suspend_never initial_suspend() noexcept;
    std::suspend_never final_suspend() noexcept;
    void unhandled_exception();
    void return_void();
  };
};

struct detached_t {};
struct use_awaitable_t {};
inline constexpr detached_t detached;
inline constexpr use_awaitable_t use_awaitable;
struct executor {};
template <typename F, typename Token> auto co_spawn(executor, F &&, Token) -> mock::awaiter<> { return {}; }

struct future {
  template <typename F> future then(F &&) { return {}; }
};
template <typename F> eager<> with_gate(int &, F &&f) { return f(); }
template <typename F> mock::task<> invoke(F f) { co_await f(); }
template <typename T> void block_on(T &&) {}

struct scope {
  void spawn(mock::task<>);
  mock::awaiter<> join();
};

} // namespace lib

void use(std::string_view);
