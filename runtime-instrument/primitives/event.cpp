// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/event.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations event::awaiter::operations = {leave_queue, describe_wait, nullptr, explain_wait};

void event::set() noexcept {
  note(sync_event::wake);
  set_ = true;
  while (detail::sync_wait *each = waiters_.pop_front()) {
    woken_.push_back(*each);
    let_go(*each);
  }
}

void event::clear() noexcept {
  note(sync_event::change);
  set_ = false;
}

std::string event::text() const {
  note(sync_event::look);
  return label() + (set_ ? " set" : " unset") + waiters_text(waiters_.size() + woken_.size());
}

void event::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("event::wait()");
  event &e = of();
  e.note(sync_event::wait);
  if (e.set_) { // strict mode
    e.woken_.push_back(*this);
    return waiting.loop->yield(*this, innermost);
  }
  e.bind(waiting);
  e.waiters_.push_back(*this);
  waiting.loop->park(*this, innermost);
}

bool event::awaiter::await_resume() {
  if (!task)
    return true; // it was set
  detail::task_state &self = *task;
  if (detail::end_wait(*this))
    detail::throw_cancelled();
  if (gone_name)
    throw_gone(self);
  return true;
}

} // namespace corace
