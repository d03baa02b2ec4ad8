// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/mutex.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations mutex::awaiter::operations = {
    leave_queue,
    [](const wait_node &node) {
      const auto &self = static_cast<const awaiter &>(node);
      return describe_wait(node) + (self.object ? self.of().holder_text() : "");
    },
    nullptr,
    [](const wait_node &node, detail::wait_reason &why) noexcept {
      explain_wait(node, why);
      if (const auto &self = static_cast<const awaiter &>(node); self.object)
        why.task = self.of().owner_.get();
    }};

void mutex::refuse(const detail::task_state &task) const {
  throw usage_error("task '" + task.name() + "' locks " + title() + ", which it holds already");
}

void mutex::unlock() {
  detail::task_state &task = detail::running_task("mutex::unlock()");
  if (!owner_)
    throw usage_error("task '" + task.name() + "' unlocks " + title() + ", which nobody holds");
  if (!held_by(task))
    throw usage_error("task '" + task.name() + "' unlocks " + title() + holder_text());
  release();
}

mutex::~mutex() {
  if (guard_)
    guard_->forget();
  orphan(waiters_);
}

void mutex::wake_first() noexcept {
  detail::sync_wait *first = waiters_.first();
  if (first && !owner_ && first->outcome == detail::wait_node::state::waiting)
    let_go(*first);
}

void mutex::enqueue(detail::sync_wait &waiter) noexcept {
  waiter.object = this;
  waiters_.push_back(waiter);
}

std::string mutex::holder_text() const { return owner_ ? ", which '" + owner_->name() + "' holds" : ""; }

std::string mutex::text() const {
  note(sync_event::look);
  return label() + (owner_ ? " locked by '" + owner_->name() + "'" : " unlocked") + waiters_text(waiters_.size());
}

void mutex::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("mutex::lock()");
  mutex &m = of();
  if (m.owner_ || !m.waiters_.empty())
    m.bind(waiting);
  m.note(sync_event::wait);
  m.enqueue(*this);
  waiting.loop->park(*this, innermost);
  if (!m.owner_) // free all the same: strict mode
    m.wake_first();
}

void mutex::awaiter::end() {
  detail::task_state &self = *task;
  if (detail::end_wait(*this)) {
    if (object) { // it was woken, or is about to be
      of().note(sync_event::change);
      of().wake_first();
    }
    detail::throw_cancelled();
  }
  if (!object)
    throw_gone(self);
  of().take(self);
}

} // namespace corace
