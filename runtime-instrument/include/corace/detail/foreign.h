// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a task awaits what is not the runtime's: another library's awaitable, or a hand-written one. Such an awaiter
// resumes the handle that it was given, from wherever it likes: a call-back, another thread. It gets the handle of a
// small coroutine instead, which queues the task in its loop.
//
// Such a wait cannot be ended early: a task that is cancelled meanwhile gets the cancelled_error at its next await.
#pragma once

#include <corace/detail/awaitable.h>
#include <corace/detail/task_state.h>

#include <coroutine>
#include <type_traits>

namespace corace::detail {

/// The coroutine that stands for a waiting task. Resuming it queues the task.
class stand_in {
public:
  struct promise_type;
  stand_in() noexcept = default;
  stand_in(const stand_in &) = delete;
  stand_in &operator=(const stand_in &) = delete;
  ~stand_in() {
    if (coroutine_)
      coroutine_.destroy();
  }
  /// For the task that is parked at `node`.
  [[nodiscard]] std::coroutine_handle<> make(wait_node &node);

private:
  std::coroutine_handle<> coroutine_;
};

/// The part of foreign_wait that does not depend on the awaiter's type.
class foreign_node : public wait_node {
protected:
  foreign_node() noexcept : wait_node(operations_) {}
  [[nodiscard]] std::coroutine_handle<> park(std::coroutine_handle<> innermost);
  /// The awaiter has decided not to suspend after all.
  void unpark() noexcept;
  void end() noexcept;

private:
  static const wait_operations operations_;
  stand_in stand_in_;
};

template <class A> class foreign_wait : foreign_node {
  using awaiter = decltype(awaiter_of(std::declval<A>()));

public:
  using foreign_node::resumed_by_loop;
  explicit foreign_wait(A &&awaited) : awaiter_(awaiter_of(static_cast<A &&>(awaited))) {}
  foreign_wait(foreign_wait &&) = delete;

  bool await_ready() { return static_cast<bool>(awaiter_.await_ready()); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> innermost) {
    const std::coroutine_handle<> handle = park(innermost);
    using answer = decltype(awaiter_.await_suspend(handle));
    try {
      if constexpr (std::is_void_v<answer>) {
        awaiter_.await_suspend(handle);
      } else if constexpr (std::is_convertible_v<answer, std::coroutine_handle<>>) {
        const std::coroutine_handle<> next = awaiter_.await_suspend(handle);
        if (next != handle)
          return next;
        unpark();
        return innermost;
      } else if (!awaiter_.await_suspend(handle)) {
        unpark();
        return innermost;
      }
    } catch (...) {
      unpark();
      throw;
    }
    return std::noop_coroutine();
  }
  decltype(auto) await_resume() {
    end();
    return awaiter_.await_resume();
  }

private:
  awaiter awaiter_; ///< a reference where the awaitable is its own awaiter: it lives as long as the await
};

} // namespace corace::detail
