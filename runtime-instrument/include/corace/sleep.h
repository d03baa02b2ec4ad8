// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// sleep_for(), sleep_until(), yield(): the running task lets others run.
//
// yield(), and a sleep that is over before it began, give up one turn: the task goes to the back of the ready queue and
// runs again in the next tick. A longer sleep is ended by the loop when the virtual clock has reached its deadline; the
// task goes on one tick after that. Sleepers wake in the order of their deadlines, and of their calls where those are
// equal. Cancellation of a sleeper ends the sleep; it goes on in the next tick, with cancelled_error. Conformance:
// SLP, CANC-15.
#pragma once

#include <corace/event_loop.h>

namespace corace {

namespace detail {
class [[nodiscard("a sleep has to be awaited")]] sleep_awaiter : public wait_node {
public:
  explicit sleep_awaiter(std::chrono::nanoseconds delay) noexcept : wait_node(operations), delay_(delay) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(detail::task_coroutine innermost);
  void await_resume();

private:
  class alarm : public timer {
  public:
    explicit alarm(sleep_awaiter &owner) noexcept : self(owner) {}
    sleep_awaiter &self;
  };
  static const wait_operations operations;
  std::chrono::nanoseconds delay_;
  alarm alarm_{*this};
};

/// A yield cannot end early: a cancellation meanwhile is delivered when its turn comes.
class [[nodiscard("a yield has to be awaited")]] yield_awaiter {
public:
  using resumed_by_loop = void;
  bool await_ready() const noexcept { return false; }
  void await_suspend(detail::task_coroutine innermost) {
    task_ = &running_task("yield()");
    task_->loop->yield(innermost);
  }
  void await_resume() const {
    if (std::exchange(task_->must_cancel, false)) [[unlikely]]
      throw_cancelled();
  }

private:
  task_state *task_ = nullptr;
};
} // namespace detail

namespace detail {
/// Outside of a loop of no interest: the await throws.
[[nodiscard]] inline std::chrono::nanoseconds until(loop_clock::time_point deadline) noexcept {
  return deadline - (here.loop ? here.loop->now() : loop_clock::time_point{});
}

/// A sleep with a result.
template <class T> class [[nodiscard("a sleep has to be awaited")]] sleep_with : public sleep_awaiter {
public:
  sleep_with(std::chrono::nanoseconds delay, T result) : sleep_awaiter(delay), result_(std::move(result)) {}
  T await_resume() {
    sleep_awaiter::await_resume();
    return std::move(result_);
  }

private:
  T result_;
};
} // namespace detail

template <class Rep, class Period>
[[nodiscard]] detail::sleep_awaiter sleep_for(std::chrono::duration<Rep, Period> delay) {
  return detail::sleep_awaiter(detail::to_delay(delay));
}

/// The await gives `result`.
template <class Rep, class Period, class T>
[[nodiscard]] detail::sleep_with<T> sleep_for(std::chrono::duration<Rep, Period> delay, T result) {
  return detail::sleep_with<T>(detail::to_delay(delay), std::move(result));
}

template <class T> [[nodiscard]] detail::sleep_with<T> sleep_until(loop_clock::time_point deadline, T result) {
  return detail::sleep_with<T>(detail::until(deadline), std::move(result));
}

/// A time of the loop's own clock.
[[nodiscard]] inline detail::sleep_awaiter sleep_until(loop_clock::time_point deadline) {
  return detail::sleep_awaiter(detail::until(deadline));
}

[[nodiscard]] inline detail::yield_awaiter yield() noexcept { return {}; }

} // namespace corace
