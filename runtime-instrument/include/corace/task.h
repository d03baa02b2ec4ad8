// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task<T>: a coroutine that has been called and has not run yet. Lazy and move-only.
//
// `co_await f()` runs f's body at once, in the awaiting task and in the awaiting segment (symmetric transfer, no turn
// of the loop is given up); it suspends only where f's body does, and goes on where f ends. A task of its own is made
// by create_task(), gather() or a task_group. Who is awaited resumes its awaiter directly; nothing is queued.
// Cancellation: cancelled_error comes out of the innermost await and passes through f like any exception.
// Conformance: TASK-19, TASK-24, CTX-20, DBG-06.
// Differs from asyncio: a task<T> is asyncio's coroutine object; asyncio's Task is task_handle<T>. A task<T> that is
// destroyed without having run is always reported, not only in debug mode.
#pragma once

#include <corace/detail/promise.h>

namespace corace {

template <class T = void> class [[nodiscard("the body of a task runs only when it is awaited")]] task {
public:
  class promise_type : public detail::promise_result<T> {
  public:
    explicit promise_type(std::source_location where = std::source_location::current()) noexcept
        : detail::promise_result<T>(where) {}
    task get_return_object() noexcept { return task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  task(task &&other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  task &operator=(task &&other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~task() {
    if (!coroutine_)
      return;
    if (!coroutine_.promise().started)
      detail::report_never_awaited(coroutine_.promise().created);
    coroutine_.destroy();
  }

  /// Runs the body in the awaiting task; its result, or what it threw. Once only.
  [[nodiscard]] auto operator co_await() & { return awaiter(start()); }
  [[nodiscard]] auto operator co_await() && { return awaiter(start()); }

  /// Whether there is a coroutine: not after the task was moved from.
  [[nodiscard]] explicit operator bool() const noexcept { return coroutine_ != nullptr; }
  /// Gives the coroutine up on purpose: nothing is reported.
  void discard() noexcept {
    if (auto coroutine = std::exchange(coroutine_, nullptr))
      coroutine.destroy();
  }
  /// Hands the coroutine over to who will run and destroy it.
  [[nodiscard]] std::coroutine_handle<promise_type> release() {
    start();
    return std::exchange(coroutine_, nullptr);
  }

private:
  class awaiter {
  public:
    using resumed_by_loop = void; // by the awaited coroutine, which the loop runs
    explicit awaiter(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<>
    await_suspend(std::coroutine_handle<Promise> awaiting) noexcept(std::is_base_of_v<detail::promise_base, Promise>) {
      promise_type &promise = coroutine_.promise();
      promise.continuation = awaiting;
      if constexpr (std::is_base_of_v<detail::promise_base, Promise>) {
        promise.awaiter = &awaiting.promise();
        awaiting.promise().awaited = &promise;
      } else {
        detail::check_foreign_await(promise.created);
      }
      return coroutine_;
    }
    T await_resume() {
      promise_type &promise = coroutine_.promise();
      if (promise.error)
        std::rethrow_exception(std::exchange(promise.error, nullptr));
      if constexpr (std::is_reference_v<T>)
        return static_cast<T>(***promise.value);
      else if constexpr (!std::is_void_v<T>)
        return std::move(**promise.value);
    }

  private:
    std::coroutine_handle<promise_type> coroutine_;
  };

  explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  std::coroutine_handle<promise_type> start() {
    if (!coroutine_ || coroutine_.promise().started) [[unlikely]]
      refuse();
    coroutine_.promise().started = true;
    return coroutine_;
  }
  [[noreturn]] void refuse() const {
    if (coroutine_)
      detail::refuse_second_await(coroutine_.promise().created);
    throw usage_error("corace::task: a task that was moved from cannot be awaited");
  }

  std::coroutine_handle<promise_type> coroutine_;
};

} // namespace corace
