// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the promise of every task<T> has, whatever T is: who goes on when the coroutine ends, and where it was created.
#pragma once

#include <corace/detail/task_state.h>
#include <corace/errors.h>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <variant>

namespace corace::detail {

/// Where a coroutine was created: the call in another coroutine when the code is instrumented, and the coroutine
/// itself.
struct creation {
  const corace_site *call = nullptr;
  std::source_location coroutine;
};
[[nodiscard]] const corace_site *current_creation_call() noexcept;
void report_never_awaited(const creation &where) noexcept;

class promise_base {
public:
  explicit promise_base(std::source_location where) noexcept : created{current_creation_call(), where} {}

  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *frame, std::size_t size) noexcept { release_frame(frame, size); }

  /// Lazy: the body runs when somebody awaits it, or when it has become a task of its own and has its turn.
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct final_awaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise> std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      promise_base &promise = self.promise();
      if (promise.continuation)
        return promise.continuation;
      if (promise.owner)
        promise.owner->at_end = true; // the loop finishes it as soon as control is back there
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  final_awaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept {
    error = std::current_exception();
    if (!owner)
      return;
    try {
      throw;
    } catch (const cancelled_error &) {
      owner->was_cancelled = true;
    } catch (...) { // kept in `error`
    }
  }

  std::coroutine_handle<> continuation; ///< who awaits this coroutine; null for a task's own
  task_state *owner = nullptr;          ///< the task whose own coroutine this is; null for an awaited one
  std::exception_ptr error;
  creation created;
  bool started = false;
};

/// What is kept of a result: references as pointers, void as nothing.
template <class T>
using stored = std::conditional_t<std::is_void_v<T>, std::monostate,
                                  std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T> *, T>>;

template <class T> class promise_result : public promise_base {
public:
  using promise_base::promise_base;
  template <class U = T>
    requires std::is_constructible_v<T, U &&>
  void return_value(U &&result) {
    if constexpr (std::is_reference_v<T>)
      value.emplace(&static_cast<T>(result));
    else
      value.emplace(std::forward<U>(result));
  }
  std::optional<stored<T>> value;
};

template <> class promise_result<void> : public promise_base {
public:
  using promise_base::promise_base;
  void return_void() noexcept { value.emplace(); }
  std::optional<std::monostate> value;
};

} // namespace corace::detail
