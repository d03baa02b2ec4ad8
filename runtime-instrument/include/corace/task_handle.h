// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task_handle<T>: a running or finished task, asyncio's Task. Copies share one task; dropping the last one detaches it.
//
// `co_await handle` waits for the end of the task: without suspending when it has ended, else the finishing task queues
// the waiters in the order in which they came, and each goes on in the next tick. Any number of tasks may wait, any
// number of times. Cancellation of a waiter cancels the awaited task too, and the waiter goes on when that one has
// ended. Conformance: TASK, CANC. Differs from asyncio: the loop owns live tasks, so a dropped handle never makes a
// task vanish (TASK-30).
#pragma once

#include <corace/any_task.h>
#include <corace/detail/future_wait.h>
#include <corace/detail/promise.h>
#include <corace/event_loop.h>
#include <corace/future.h>
#include <corace/task.h>

namespace corace {

namespace detail {

inline task_state::task_state(event_loop &in, void *result, std::coroutine_handle<> own, promise_base &promise) noexcept
    : future_state(in, result), coroutine(own), root(&promise), innermost(own) {
  is_task = true;
  promise.owner = this;
}

/// The state of a task with its result.
template <class T> class task_record final : public task_state {
public:
  using promise = typename corace::task<T>::promise_type;
  task_record(event_loop &in, std::coroutine_handle<promise> own) noexcept
      : task_state(in, &slot_, own, own.promise()) {
    if constexpr (std::is_void_v<T>)
      slot_.emplace();
    else
      own.promise().value = &slot_;
  }

private:
  std::optional<stored<T>> slot_;
};

} // namespace detail

template <class T = void> class task_handle : public any_task {
public:
  using value_type = T;
  /// No task.
  task_handle() noexcept = default;
  explicit task_handle(detail::pointer<detail::task_record<T>> state) noexcept
      : any_task(detail::pointer<detail::task_state>(std::move(state))) {}

  /// Waits for the end of the task: its result, or what it threw; cancelled_error when it was cancelled.
  /// An lvalue gives a reference to the result, which stays in the task; an rvalue gives
  /// the result itself, moved where nobody else has the task, and is empty afterwards.
  [[nodiscard]] auto operator co_await() const & { return detail::future_awaiter<T, false>(state()); }
  [[nodiscard]] auto operator co_await() && {
    (void)state(); // there is one
    return detail::future_awaiter<T, true>(std::move(this->state_));
  }
  /// The result of a task that has ended, or throws what it threw; invalid_state when it has not ended.
  [[nodiscard]] decltype(auto) result() const {
    detail::rethrow_outcome(*state());
    return detail::kept<T>(*state());
  }
  /// A task is usable wherever a future is.
  operator future<T>() const { return future<T>(state_); }
  /// Says that nobody will ask for the result.
  void detach() && noexcept { state_ = {}; }
};

/// With the result, where it is a number, a text or a future.
template <class T> [[nodiscard]] std::string to_string(const task_handle<T> &t) { return detail::result_words<T>(t); }

template <class T> T event_loop::run_until_complete(const task_handle<T> &handle) {
  return run_until_complete(future<T>(handle));
}

} // namespace corace
