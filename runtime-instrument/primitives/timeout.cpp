// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/timeout.h>
#include <corace/wait_for.h>

namespace corace {

timeout::timeout(detail::optional_delay delay) {
  if (delay.value)
    deadline_ = event_loop::require("timeout").now() + *delay.value;
}

void timeout::enter() {
  detail::task_state &task = detail::running_task("timeout::run()");
  if (state_ != state::created)
    throw usage_error("task '" + task.name() + "' enters a " + to_string(*this) + ", which was entered already");
  state_ = state::entered;
  task_ = &task;
  requests_ = task.cancel_requests;
  arm();
}

void timeout::arm() {
  alarm_.stop();
  if (!deadline_)
    return;
  const auto expire = [](detail::ready_node &node, bool run) {
    if (!run)
      return;
    timeout &self = static_cast<alarm &>(static_cast<detail::timer &>(node)).self;
    self.state_ = state::expiring;
    self.task_->cancel();
  };
  event_loop &loop = *task_->loop;
  if (*deadline_ > loop.now())
    return alarm_.start(loop, *deadline_, alarm::purpose::limit, expire);
  alarm_.fire = expire; // in the next tick, before whoever becomes ready after this
  loop.post(alarm_);
}

void timeout::reschedule(std::optional<loop_clock::time_point> deadline) {
  if (state_ != state::entered)
    throw usage_error("corace::timeout::reschedule(): " +
                      (state_ == state::created ? std::string("the timeout has not been entered")
                                                : "the deadline of a " + to_string(*this) + " cannot be moved"));
  deadline_ = deadline;
  arm();
}

bool timeout::leave() noexcept {
  alarm_.stop();
  detail::task_state *task = std::exchange(task_, nullptr);
  if (state_ == state::entered)
    state_ = state::left;
  if (state_ != state::expiring)
    return false;
  state_ = state::expired;
  return task->uncancel() <= requests_;
}

void timeout::convert() {
  const detail::task_state *task = task_;
  if (leave())
    std::throw_with_nested(timeout_error("task '" + task->name() + "' has passed its time limit"));
}

std::string timeout::words() const {
  if (!deadline_)
    return "none";
  return std::to_string(std::chrono::duration<double>(deadline_->time_since_epoch()).count()) + " s";
}

std::string to_string(const timeout &t) {
  using state = timeout::state;
  const std::string limit = t.deadline_ ? "timeout until " + t.words() : std::string("timeout without limit");
  switch (t.state_) {
  case state::created: return limit + ", not entered";
  case state::entered: return limit + ", active";
  case state::expiring: return limit + ", expiring";
  case state::expired: return limit + ", expired";
  case state::left: break;
  }
  return limit + ", finished";
}

void detail::rethrow_in_time(future_state &ended) {
  try {
    rethrow_outcome(ended);
  } catch (const cancelled_error &) {
    std::throw_with_nested(timeout_error(ended.title() + " had no time to end"));
  }
}

} // namespace corace
