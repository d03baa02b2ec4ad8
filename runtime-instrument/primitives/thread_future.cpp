// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/thread_future_state.h>

namespace corace::detail {

// The loops of the waiters are there: a loop that goes destroys its tasks, and with them their waits, which need the
// lock to leave the line.
void thread_future_state::end_locked() noexcept {
  done_ = true;
  ended_.notify_all();
  while (wait_node *node = waiters_.pop_front()) {
    auto &wait = static_cast<thread_wait &>(*node);
    wait.loop_->post_threadsafe(*wait.parked_); // false: the task is about to be destroyed
  }
}

bool thread_future_state::cancel(std::string message) noexcept {
  const std::lock_guard guard(lock_);
  if (done_)
    return false;
  error_ = std::make_exception_ptr(cancelled_error(std::move(message)));
  cancelled_ = true;
  cancelled_locked();
  end_locked();
  return true;
}

bool thread_future_state::fail(std::exception_ptr error) noexcept {
  return end_with([&] { error_ = std::move(error); });
}

void thread_future_state::wait() const {
  std::unique_lock guard(lock_);
  if (!done_ && loop_ && event_loop::current() == loop_)
    throw usage_error("corace::thread_future: the event loop's own thread waits for what the event loop is to do");
  ended_.wait(guard, [this] { return done_; });
}

bool thread_future_state::wait_until(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock guard(lock_);
  return ended_.wait_until(guard, deadline, [this] { return done_; });
}

void thread_future_state::rethrow() const {
  std::exception_ptr error;
  {
    const std::lock_guard guard(lock_);
    if (!done_)
      throw invalid_state("corace::thread_future: it has not ended");
    error = error_;
  }
  if (error)
    std::rethrow_exception(error);
}

const wait_operations thread_wait::operations = {
    // What the thread is at goes on; nobody asks for its result any more.
    [](wait_node &node) noexcept {
      auto &self = static_cast<thread_wait &>(node);
      if (!self.leave())
        return false; // it has ended, and the task is on its way
      self.target_.cancel(node.task->cancel_message ? *node.task->cancel_message : std::string());
      self.outcome = state::cancelled;
      self.task->loop->wake(*self.task);
      return true;
    },
    [](const wait_node &) { return std::string("another thread"); }};

bool thread_wait::leave() noexcept {
  if (!parked_)
    return false;
  const std::lock_guard guard(target_.lock_);
  const bool stood = linked();
  unlink();
  return stood;
}

bool thread_wait::suspend(std::coroutine_handle<> innermost) {
  task_state &self = running_task("co_await of a thread");
  parked_ = &self;
  loop_ = self.loop;
  {
    const std::lock_guard guard(target_.lock_);
    if (!target_.done_)
      target_.waiters_.push_back(*this);
    else if (!strict_here())
      return false;
    else
      yielded_ = true;
  }
  if (yielded_)
    loop_->yield(*this, innermost);
  else
    loop_->park_outside(*this, innermost);
  return true;
}

void thread_wait::resume() {
  if (!task)
    return;
  if (!yielded_)
    loop_->leave_outside();
  (void)leave();
  if (end_wait(*this))
    throw_cancelled();
}

} // namespace corace::detail
