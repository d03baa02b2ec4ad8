// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/condition_variable.h>
#include <corace/errors.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations condition_variable::awaiter::operations = {cancel, describe, nullptr, explain, wake};

// Who waits goes on with the lock, if that stays.
condition_variable::~condition_variable() {
  while (&mutex_ != &own_ && !waiters_.empty()) {
    auto &each = static_cast<awaiter &>(waiters_.front());
    each.gone_kind = kind();
    each.gone_name = name();
    each.want_lock();
  }
  orphan(waiters_);
  while (awaiter::mark *each = notified_.pop_front())
    each->condition_name = name();
}

void condition_variable::check_held() const {
  const detail::task_state &task = detail::running_task("condition_variable::wait()");
  if (!mutex_.held_by(task))
    throw usage_error("task '" + task.name() + "' waits at " + title() + " and does not hold " + mutex_.title());
}

void condition_variable::notify(std::size_t count) {
  if (!mutex_.owner_)
    throw usage_error(title() + " is notified while nobody holds " + mutex_.title());
  note(sync_event::wake);
  wake_next(count);
}

void condition_variable::wake_next(std::size_t count) noexcept {
  for (; count > 0 && !waiters_.empty(); --count) {
    auto &first = static_cast<awaiter &>(waiters_.front());
    notified_.push_back(first.notified_);
    first.want_lock();
  }
}

std::string condition_variable::text() const {
  note(sync_event::look);
  const auto &owner = mutex_.owner_;
  return label() + (owner ? " locked by '" + owner->name() + "'" : " unlocked") + waiters_text(waiters_.size());
}

void condition_variable::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("condition_variable::wait()");
  condition_.bind(waiting);
  mutex_.bind(waiting);
  condition_.note(sync_event::wait);
  condition_.waiters_.push_back(*this);
  give_lock();
  waiting.loop->park(*this, innermost);
}

void condition_variable::awaiter::want_lock() noexcept {
  unlink();
  mutex_.note(sync_event::change);
  mutex_.enqueue(*this);
  mutex_.wake_first();
}

void condition_variable::awaiter::take_lock() noexcept {
  unlink();
  mutex_.take(*task);
  if (mutex::guard *const guard = std::exchange(guard_, nullptr))
    guard->stand_in(mutex_.guard_, &mutex_);
  holds_ = true;
}

void condition_variable::awaiter::give_lock() noexcept {
  if (mutex::guard *const guard = std::exchange(mutex_.guard_, nullptr))
    guard->stand_in(guard_, nullptr);
  mutex_.release();
}

bool condition_variable::awaiter::wait_again() noexcept {
  if (notified_.condition_name) {
    gone_kind = "condition variable";
    gone_name = notified_.condition_name;
    return false;
  }
  notified_.unlink();
  holds_ = false;
  outcome = state::waiting;
  object = &condition_;
  condition_.note(sync_event::wait);
  condition_.waiters_.push_back(*this);
  give_lock();
  return true;
}

// While it waits for the lock again, a cancellation has to wait too.
bool condition_variable::awaiter::cancel(wait_node &node) noexcept {
  auto &self = static_cast<awaiter &>(node);
  if (self.outcome != state::waiting || self.object != &self.condition_)
    return false;
  self.condition_.note(sync_event::change);
  self.cancelled_ = true;
  self.want_lock();
  return true;
}

// A waiter with a predicate asks it again, so it cannot be fooled.
bool condition_variable::awaiter::wake(wait_node &node, bool really) noexcept {
  auto &self = static_cast<awaiter &>(node);
  if (self.outcome != state::waiting || self.object != &self.condition_)
    return false;
  if (really) {
    self.condition_.note(sync_event::change);
    self.want_lock();
  }
  return true;
}

std::string condition_variable::awaiter::describe(const wait_node &node) {
  const auto &self = static_cast<const awaiter &>(node);
  return describe_wait(node) + (self.object == &self.mutex_ ? self.mutex_.holder_text() : "");
}

void condition_variable::awaiter::explain(const wait_node &node, detail::wait_reason &why) noexcept {
  explain_wait(node, why);
  if (const auto &self = static_cast<const awaiter &>(node); self.object == &self.mutex_)
    why.task = self.mutex_.owner_.get();
}

bool condition_variable::awaiter::await_resume() {
  detail::task_state *const self = task;
  if (!self)
    return true;
  if (!holds_ && object)
    take_lock();
  if (detail::end_wait(*this) || cancelled_) {
    if (notified_.linked())
      condition_.wake_next(1);
    detail::throw_cancelled();
  }
  notified_.unlink();
  if (gone_name)
    throw_gone(*self);
  return true;
}

} // namespace corace
