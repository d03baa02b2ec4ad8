// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task_handle<T>: a running or finished task, asyncio's Task. Copies share one task; dropping the last one detaches it.
//
// `co_await handle` waits for the end of the task: without suspending when it has ended, else the finishing task queues
// the waiters in the order in which they came, and each goes on in the next tick. Any number of tasks may wait, any
// number of times. Cancellation of a waiter cancels the awaited task too, and the waiter goes on when that one has
// ended. Conformance: TASK-03, TASK-05, TASK-07, TASK-10, TASK-30, CANC-01, CANC-02, CANC-04, CANC-16, CANC-17,
// CANC-20. Differs from asyncio: the loop owns live tasks, so a dropped handle never makes a task vanish.
#pragma once

#include <corace/detail/promise.h>
#include <corace/event_loop.h>
#include <corace/task.h>

namespace corace {

namespace detail {

/// The state of a task with its result.
template <class T> class task_record final : public task_state {
public:
  using promise = typename task<T>::promise_type;
  task_record(event_loop &in, task_state *creator, std::string task_name, const context &ctx,
              std::coroutine_handle<promise> coroutine)
      : task_state(in, creator, std::move(task_name), ctx) {
    root = innermost = coroutine;
    coroutine.promise().owner = this;
    function = coroutine.promise().created.coroutine.function_name();
  }
  std::optional<stored<T>> value;

private:
  void take_result() noexcept override {
    promise &from = std::coroutine_handle<promise>::from_address(root.address()).promise();
    error = std::move(from.error);
    if (!from.value)
      return;
    if constexpr (std::is_nothrow_move_constructible_v<stored<T>>) {
      value.emplace(std::move(*from.value));
    } else {
      try {
        value.emplace(std::move(*from.value));
      } catch (...) {
        error = std::current_exception();
      }
    }
  }
};

/// Parks the running task until another one has ended.
class join_wait : public wait_node {
public:
  explicit join_wait(task_state &target) noexcept : wait_node(operations), hook_(*this), target_(target) {}
  [[nodiscard]] bool ready() noexcept;
  void suspend(std::coroutine_handle<> innermost);
  void resume();

private:
  struct hook : completion {
    explicit hook(join_wait &owner) noexcept : self(owner) {
      completed = [](completion &node, task_state &) {
        join_wait &wait = static_cast<hook &>(node).self;
        wait.outcome = state::woken;
        wait.task->loop->wake(*wait.task);
      };
    }
    join_wait &self;
  };
  static const wait_operations operations;
  hook hook_;
  task_state &target_;
};

/// Throws what an ended task ended with, if anything; invalid_state when it has not ended.
void rethrow_outcome(task_state &task);

} // namespace detail

template <class T = void> class task_handle {
public:
  /// No task.
  task_handle() noexcept = default;
  explicit task_handle(detail::task_pointer<detail::task_record<T>> state) noexcept : state_(std::move(state)) {}

  /// Waits for the end of the task: its result, or what it threw; cancelled_error when it was cancelled.
  /// An lvalue gives a reference to the result, which stays in the task; an rvalue gives the result itself.
  [[nodiscard]] auto operator co_await() const & { return awaiter<false>(state()); }
  [[nodiscard]] auto operator co_await() && { return awaiter<true>(state()); }

  /// Asks the task to end: cancelled_error comes out of its current await. False: it has ended already.
  bool cancel() { return state()->cancel(); }
  /// How many requests to cancel have not been taken back.
  [[nodiscard]] std::uint32_t cancelling() const { return state()->cancel_requests; }
  /// Takes one request back; how many are left.
  std::uint32_t uncancel() const { return state()->uncancel(); }

  [[nodiscard]] bool done() const { return state()->done(); }
  /// Whether it has ended by cancellation.
  [[nodiscard]] bool cancelled() const { return state()->done() && state()->was_cancelled; }
  /// The result of a task that has ended, or throws what it threw; invalid_state when it has not ended.
  [[nodiscard]] decltype(auto) result() const {
    detail::rethrow_outcome(*state());
    return kept(*state());
  }
  /// What an ended task threw; null when it ended with a result.
  [[nodiscard]] std::exception_ptr exception() const {
    if (!state()->done())
      throw invalid_state("task '" + state()->name + "' has not ended");
    if (state()->was_cancelled)
      throw cancelled_error();
    state()->retrieved = true;
    return state()->error;
  }
  [[nodiscard]] const std::string &name() const { return state()->name; }
  void set_name(std::string name) { state()->name = std::move(name); }

  /// Whether there is a task.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(state_); }
  /// Says that nobody will ask for the result.
  void detach() && noexcept { state_ = {}; }
  [[nodiscard]] const detail::task_pointer<detail::task_record<T>> &state() const {
    if (!state_)
      throw usage_error("corace::task_handle: this handle has no task");
    return state_;
  }

private:
  [[nodiscard]] static decltype(auto) kept(detail::task_record<T> &record) {
    if constexpr (std::is_void_v<T>)
      return;
    else if constexpr (std::is_reference_v<T>)
      return static_cast<T>(**record.value);
    else
      return static_cast<const T &>(*record.value);
  }

  template <bool Consume> class awaiter {
  public:
    explicit awaiter(detail::task_pointer<detail::task_record<T>> state) noexcept
        : state_(std::move(state)), wait_(*state_) {}
    bool await_ready() noexcept { return wait_.ready(); }
    void await_suspend(std::coroutine_handle<> innermost) { wait_.suspend(innermost); }
    decltype(auto) await_resume() {
      wait_.resume();
      detail::rethrow_outcome(*state_);
      if constexpr (!Consume || std::is_void_v<T> || std::is_reference_v<T>)
        return kept(*state_);
      else if constexpr (std::is_copy_constructible_v<T>)
        return T(*state_->value); // other handles may ask again
      else
        return T(std::move(*state_->value));
    }

  private:
    detail::task_pointer<detail::task_record<T>> state_;
    detail::join_wait wait_;
  };

  detail::task_pointer<detail::task_record<T>> state_;
};

} // namespace corace
