// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// thread_future<T>: a result on its way between threads; thread_promise<T> sets it.
//
// Other threads than a loop's wait with get(), which blocks. A task awaits it: the thread that ends it posts the task
// to its loop, which goes on in the next tick; tasks are posted in the order in which they came. A task that is
// cancelled meanwhile goes on at once and cancels the future, if that has not ended. Copies share one future. All of it
// may be used from any thread. Conformance: FUT-24, THR-05, THR-06, THR-08. Differs from asyncio: it stands for
// concurrent.futures.Future, and has no state of being run.
#pragma once

#include <corace/create_task.h>
#include <corace/detail/thread_future_state.h>

#include <memory>

namespace corace {

template <class T = void> class thread_future final {
public:
  using value_type = T;
  explicit thread_future(std::shared_ptr<detail::thread_result<T>> state) noexcept : state_(std::move(state)) {}

  [[nodiscard]] bool done() const noexcept { return state_->done(); }
  [[nodiscard]] bool cancelled() const noexcept { return state_->cancelled(); }
  /// Ends it with a cancelled_error, unless it has ended: then false. A task that is to end it is cancelled.
  bool cancel(std::string message = {}) const noexcept { return state_->cancel(std::move(message)); }
  /// Blocks the thread until it has ended. Throws usage_error on the thread of the loop that is to end it.
  void wait() const { state_->wait(); }
  /// The same, no longer than that; whether it has ended.
  template <class Rep, class Period> [[nodiscard]] bool wait_for(std::chrono::duration<Rep, Period> limit) const {
    return state_->wait_until(std::chrono::steady_clock::now() +
                              std::chrono::duration_cast<std::chrono::nanoseconds>(limit));
  }
  /// Waits; the result, or throws what it ended with. What cannot be copied can be got once.
  T get() const {
    state_->wait();
    return state_->get();
  }
  [[nodiscard]] auto operator co_await() const { return detail::thread_awaiter<T>(state_); }

private:
  std::shared_ptr<detail::thread_result<T>> state_;
};

/// The setting side. A promise that goes without having set anything ends the future with invalid_state.
template <class T = void> class thread_promise final {
public:
  thread_promise() : state_(std::make_shared<detail::thread_result<T>>()) {}
  thread_promise(thread_promise &&) noexcept = default;
  thread_promise &operator=(thread_promise &&other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~thread_promise() {
    if (state_)
      state_->fail(std::make_exception_ptr(invalid_state("corace::thread_promise: it has gone without a result")));
  }

  [[nodiscard]] thread_future<T> get_future() const noexcept { return thread_future<T>(state_); }
  /// False where the future has ended, as by cancel().
  template <class U = T>
    requires(!std::is_void_v<T> && !std::is_reference_v<T> && std::is_constructible_v<T, U &&>)
  bool set_value(U &&result) const {
    return state_->set(std::forward<U>(result));
  }
  template <class U = T>
    requires std::is_reference_v<T> && std::is_same_v<U &, T>
  bool set_value(U &result) const {
    return state_->set(&result);
  }
  bool set_value() const
    requires std::is_void_v<T>
  {
    return state_->set();
  }
  bool set_exception(std::exception_ptr error) const { return state_->fail(std::move(error)); }

private:
  std::shared_ptr<detail::thread_result<T>> state_;
};

namespace detail {
template <class T> task<T> wait_for_thread(thread_future<T> source) { co_return co_await source; }
} // namespace detail

/// A future of the running loop that ends as `source` does. Cancelling it cancels the source, if that is pending.
template <class T> [[nodiscard]] future<T> wrap_future(thread_future<T> source) {
  return create_task(detail::wait_for_thread<T>(std::move(source)), task_options().eagerly());
}
/// What is a future of the loop already stays the same one.
template <class T> [[nodiscard]] future<T> wrap_future(future<T> f) {
  detail::check_loop(*f.state(), "wrap_future()");
  return f;
}

} // namespace corace
