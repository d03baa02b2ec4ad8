// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a result is that comes from, or goes to, another thread. Everything here may be called from any thread unless it
// says otherwise.
#pragma once

#include <corace/detail/task_state.h>
#include <corace/errors.h>
#include <corace/event_loop.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace corace::detail {

class thread_wait;

class thread_future_state {
public:
  thread_future_state() = default;
  thread_future_state(const thread_future_state &) = delete;
  thread_future_state &operator=(const thread_future_state &) = delete;
  virtual ~thread_future_state() = default;

  [[nodiscard]] bool done() const noexcept {
    const std::lock_guard guard(lock_);
    return done_;
  }
  [[nodiscard]] bool cancelled() const noexcept {
    const std::lock_guard guard(lock_);
    return cancelled_;
  }
  /// False where it has ended already.
  bool cancel(std::string message = {}) noexcept;
  bool fail(std::exception_ptr error) noexcept;
  /// Blocks the thread. Throws usage_error where it would be for ever: on the thread of the loop that is to end it.
  void wait() const;
  /// Whether it has ended by then.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline) const;
  /// Throws what it ended with, if that is no result.
  void rethrow() const;

protected:
  /// Runs `store` and ends it, unless it has ended.
  template <class Store> bool end_with(Store &&store) {
    const std::lock_guard guard(lock_);
    if (done_)
      return false;
    store();
    end_locked();
    return true;
  }
  /// cancel() has ended it; called under the lock.
  virtual void cancelled_locked() noexcept {}
  /// The loop that is to end it; null: none. Guarded by the lock.
  event_loop *loop_ = nullptr;
  mutable std::mutex lock_;

private:
  friend class thread_wait;
  void end_locked() noexcept;

  mutable std::condition_variable ended_;
  list<wait_node> waiters_; ///< tasks, each of the loop that its node tells
  std::exception_ptr error_;
  bool done_ = false, cancelled_ = false;
};

template <class T> class thread_result : public thread_future_state {
public:
  template <class... U> bool set(U &&...value) {
    return end_with([&] { value_.emplace(std::forward<U>(value)...); });
  }
  /// Of one that has ended. Copies where others may ask again.
  [[nodiscard]] T get() const {
    rethrow();
    if constexpr (std::is_void_v<T>)
      return;
    else if constexpr (std::is_reference_v<T>)
      return static_cast<T>(**value_);
    else if constexpr (std::is_copy_constructible_v<T>)
      return *value_;
    else
      return std::move(*value_);
  }

private:
  mutable std::optional<stored<T>> value_; ///< does not change once it has ended
};

/// Parks the running task until a thread has ended its part. On the loop's thread only.
class thread_wait : public wait_node {
public:
  explicit thread_wait(thread_future_state &target) noexcept : wait_node(operations), target_(target) {}
  ~thread_wait() { (void)leave(); }
  [[nodiscard]] bool ready() const noexcept { return target_.done() && !strict_here(); }
  /// False: it has ended meanwhile, the task goes on.
  [[nodiscard]] bool suspend(std::coroutine_handle<> innermost);
  void resume();

private:
  friend class thread_future_state;
  static const wait_operations operations;
  /// Takes it out of the line; false: it stood in none.
  bool leave() noexcept;

  thread_future_state &target_;
  task_state *parked_ = nullptr; ///< what the other thread posts
  event_loop *loop_ = nullptr;
  bool yielded_ = false;
};

template <class T> class thread_awaiter {
public:
  using resumed_by_loop = void;
  explicit thread_awaiter(std::shared_ptr<thread_result<T>> state) noexcept
      : state_(std::move(state)), wait_(*state_) {}
  bool await_ready() const noexcept { return wait_.ready(); }
  bool await_suspend(task_coroutine innermost) { return wait_.suspend(innermost); }
  T await_resume() {
    wait_.resume();
    return state_->get();
  }

private:
  std::shared_ptr<thread_result<T>> state_;
  thread_wait wait_;
};

} // namespace corace::detail
