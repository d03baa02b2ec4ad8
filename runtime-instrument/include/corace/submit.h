// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// submit(loop, coroutine): hands a coroutine to a loop that another thread runs; asyncio's run_coroutine_threadsafe.
//
// The coroutine becomes a task of that loop, in an empty context, behind what is ready there. Its result, exception or
// cancellation ends the thread_future, and is not reported anywhere else. Cancelling the thread_future ends it at once
// and asks the task to end. Where the loop is closed before, the future ends with a cancelled_error that says so.
// Conformance: THR-05, THR-06, THR-08. Differs from asyncio: a loop that is closed already throws usage_error.
#pragma once

#include <corace/thread_future.h>

namespace corace {

namespace detail {

template <class T> class submission;

/// On its way to the loop, then in the frame of the task. However that ends, the thread hears of it.
template <class T> struct submitted {
  submitted(corace::task<T> c, std::shared_ptr<submission<T>> s) : coroutine(std::move(c)), state(std::move(s)) {}
  submitted(const submitted &) = delete;
  submitted &operator=(const submitted &) = delete;
  ~submitted() {
    if (coroutine)
      coroutine.discard();
    state->let_go();
  }
  corace::task<T> coroutine;
  std::shared_ptr<submission<T>> state;
};

/// What a thread awaits of a task.
template <class T>
class submission final : public thread_result<T>, public std::enable_shared_from_this<submission<T>> {
public:
  explicit submission(event_loop &loop) noexcept { this->loop_ = &loop; }

  /// On the loop's thread.
  void start(std::shared_ptr<submitted<T>> cargo) {
    if (!this->done())
      task_ = start_task(*event_loop::current(), run(std::move(cargo)), task_options(), std::source_location());
  }
  /// The loop will not end it any more: it has, or it is being closed.
  void let_go() noexcept {
    {
      const std::lock_guard guard(this->lock_);
      this->loop_ = nullptr;
    }
    this->cancel("the event loop was closed");
    task_ = any_task();
  }

private:
  static corace::task<void> run(std::shared_ptr<submitted<T>> cargo) {
    submission &self = *cargo->state;
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(cargo->coroutine);
        self.set();
      } else if constexpr (std::is_reference_v<T>) {
        T result = co_await std::move(cargo->coroutine);
        self.set(&result);
      } else {
        self.set(co_await std::move(cargo->coroutine));
      }
    } catch (const cancelled_error &e) {
      self.cancel(e.message());
      throw;
    } catch (const fatal_exit &) {
      self.fail(std::current_exception());
      throw;
    } catch (...) {
      self.fail(std::current_exception());
    }
  }

  void cancelled_locked() noexcept override {
    if (!this->loop_)
      return;
    try {
      this->loop_->call_soon_threadsafe([self = this->shared_from_this()] {
        if (self->task_)
          self->task_.cancel();
      });
    } catch (const usage_error &) { // it is being closed
    }
  }

  any_task task_; ///< while it runs; for the loop's thread only
};

} // namespace detail

/// From any thread. Throws usage_error where the loop is closed.
template <class T> [[nodiscard]] thread_future<T> submit(event_loop &loop, task<T> coroutine) {
  auto state = std::make_shared<detail::submission<T>>(loop);
  auto cargo = std::make_shared<detail::submitted<T>>(std::move(coroutine), state);
  loop.call_soon_threadsafe([cargo = std::move(cargo)]() mutable {
    detail::submission<T> &to_start = *cargo->state;
    to_start.start(std::move(cargo));
  });
  return thread_future<T>(std::move(state));
}

} // namespace corace
