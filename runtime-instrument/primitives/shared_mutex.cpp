// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/shared_mutex.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations shared_mutex::awaiter::operations = {
    [](wait_node &node) noexcept {
      if (node.outcome != state::waiting)
        return false;
      shared_mutex &m = static_cast<awaiter &>(node).of();
      (void)leave_queue(node);
      m.wake_next(); // a writer may have kept readers out who can join others now
      return true;
    },
    [](const wait_node &node) {
      const auto &self = static_cast<const awaiter &>(node);
      return describe_wait(node) + (self.object ? self.of().holder_text() : "");
    },
    nullptr,
    [](const wait_node &node, detail::wait_reason &why) noexcept {
      explain_wait(node, why);
      if (const auto &self = static_cast<const awaiter &>(node); self.object)
        why.task = self.of().writer_.get();
    }};

bool shared_mutex::open_to(bool shared) const noexcept {
  if (writer_)
    return false;
  if (!shared)
    return readers_ == 0 && woken_.empty();
  return woken_.empty() || static_cast<const awaiter &>(woken_.front()).shared_;
}

// In strict mode an await (`may_yield`) takes no lock without a turn in the queue.
bool shared_mutex::take_if_free(bool shared, bool may_yield) {
  detail::task_state &task = detail::running_task(shared ? "shared_mutex::lock_shared()" : "shared_mutex::lock()");
  if (writer_.get() == &task)
    throw usage_error("task '" + task.name() + "' locks " + title() + ", which it holds already");
  if (!waiters_.empty() || !open_to(shared) || (may_yield && task.loop->strict())) {
    note(sync_event::look);
    return false;
  }
  take(shared, task);
  return true;
}

void shared_mutex::take(bool shared, detail::task_state &task) noexcept {
  note(sync_event::acquire);
  if (shared)
    ++readers_;
  else
    writer_ = detail::task_pointer<>::share(task);
}

void shared_mutex::unlock() {
  detail::task_state &task = detail::running_task("shared_mutex::unlock()");
  if (!writer_)
    throw usage_error("task '" + task.name() + "' unlocks " + title() + ", which no writer holds");
  if (writer_.get() != &task)
    throw usage_error("task '" + task.name() + "' unlocks " + title() + holder_text());
  release(false);
}

void shared_mutex::unlock_shared() {
  detail::task_state &task = detail::running_task("shared_mutex::unlock_shared()");
  if (readers_ == 0)
    throw usage_error("task '" + task.name() + "' unlocks " + title() + ", which no reader holds");
  release(true);
}

void shared_mutex::release(bool shared) noexcept {
  note(sync_event::release);
  if (shared)
    --readers_;
  else
    writer_ = {};
  wake_next();
}

void shared_mutex::wake_next() noexcept {
  while (detail::sync_wait *first = waiters_.first()) {
    if (!open_to(static_cast<awaiter *>(first)->shared_))
      return;
    first->unlink();
    woken_.push_back(*first);
    let_go(*first);
  }
}

std::string shared_mutex::holder_text() const {
  if (writer_)
    return ", which '" + writer_->name() + "' holds";
  if (readers_ == 0)
    return {};
  return ", which " + std::to_string(readers_) + (readers_ == 1 ? " reader holds" : " readers hold");
}

std::string shared_mutex::text() const {
  note(sync_event::look);
  std::string state = " unlocked";
  if (writer_)
    state = " locked by '" + writer_->name() + "'";
  else if (readers_)
    state = " locked by " + std::to_string(readers_) + (readers_ == 1 ? " reader" : " readers");
  return label() + state + waiters_text(waiters_.size() + woken_.size());
}

void shared_mutex::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("shared_mutex::lock()");
  shared_mutex &m = of();
  if (!m.waiters_.empty() || !m.open_to(shared_))
    m.bind(waiting);
  m.note(sync_event::wait);
  m.waiters_.push_back(*this);
  waiting.loop->park(*this, innermost);
  m.wake_next(); // free all the same: strict mode
}

bool shared_mutex::awaiter::await_resume() {
  if (!task)
    return true; // taken without waiting
  detail::task_state &self = *task;
  const bool cancelled = detail::end_wait(*this);
  if (!object) {
    if (cancelled)
      detail::throw_cancelled();
    throw_gone(self);
  }
  if (cancelled) { // it was woken
    of().note(sync_event::change);
    of().wake_next();
    detail::throw_cancelled();
  }
  of().take(shared_, self);
  return true;
}

} // namespace corace
