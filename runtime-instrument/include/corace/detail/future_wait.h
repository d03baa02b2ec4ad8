// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waiting for the end of a future or task, and what promise<T> needs of its state.
#pragma once

#include <corace/detail/future_state.h>
#include <corace/detail/task_state.h>
#include <corace/event_loop.h>

#include <source_location>

namespace corace::detail {

/// Remembers where a state was made, if its loop is in debug mode.
void place(future_state &state, std::source_location where) noexcept;
/// Throws invalid_state where it has ended.
void check_pending(const future_state &state);
/// Its result stands in it: who waits is told.
void end_future(future_state &state) noexcept;
void fail_future(future_state &state, std::exception_ptr error);
bool cancel_future(future_state &state, std::string message) noexcept;

/// Parks the running task until a future has ended.
class future_wait : public wait_node {
public:
  explicit future_wait(future_state &target) noexcept : wait_node(operations), hook_(*this), target_(target) {}
  [[nodiscard]] bool ready() noexcept {
    event_loop *loop = here.loop;
    if (loop && loop->observed()) [[unlikely]]
      note_join(*loop);
    return target_.done() && !(loop && loop->strict());
  }
  void suspend(std::coroutine_handle<> innermost) {
    task_state &waiting = running_task("co_await of a future");
    if (&waiting == &target_ || target_.done() || waiting.loop != target_.loop) [[unlikely]]
      return suspend_specially(waiting, innermost);
    target_.completions.push_back(hook_);
    waiting.loop->park(*this, innermost);
  }
  void resume() {
    hook_.unlink();
    if (event_loop *loop = here.loop; loop && loop->observed() && task && !target_.is_task) [[unlikely]]
      target_.order_before(*task);
    const bool late = task && task->must_cancel; // cancelled after the awaited one had ended
    if ((end_wait(*this) && !target_.done()) || late) [[unlikely]]
      throw_cancelled();
  }
  [[nodiscard]] future_state &target() const noexcept { return target_; }

private:
  struct hook : completion {
    explicit hook(future_wait &owner) noexcept : self(owner) { completed = wake; }
    static void wake(completion &node, future_state &) noexcept;
    future_wait &self;
  };
  void note_join(event_loop &loop) noexcept;
  /// Misuse, and the await of an ended future in a strict loop.
  void suspend_specially(task_state &waiting, std::coroutine_handle<> innermost);
  static const wait_operations operations;
  hook hook_;
  future_state &target_;
};

template <class T, bool Consume> class future_awaiter {
public:
  using resumed_by_loop = void;
  explicit future_awaiter(pointer<> state) noexcept : state_(std::move(state)), wait_(*state_) {}
  bool await_ready() noexcept { return wait_.ready(); }
  void await_suspend(task_coroutine innermost) { wait_.suspend(innermost); }
  decltype(auto) await_resume() {
    wait_.resume();
    rethrow_outcome(*state_);
    if constexpr (Consume)
      return state_->shared() ? taken<T>(*state_) : taken_last<T>(*state_);
    else
      return kept<T>(*state_);
  }

private:
  pointer<> state_;
  future_wait wait_;
};

} // namespace corace::detail
