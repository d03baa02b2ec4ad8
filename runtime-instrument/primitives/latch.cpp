// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/latch.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations latch::awaiter::operations = {leave_queue, describe_wait, nullptr, explain_wait};

latch::latch(std::ptrdiff_t count, const char *name) : sync_object("latch", name), count_(count) {
  if (count < 0)
    throw std::invalid_argument("corace: " + title() + " with a negative count");
}

void latch::count_down(std::ptrdiff_t by) {
  if (by < 0)
    throw std::invalid_argument("corace: " + title() + " is counted down by a negative number");
  if (by > count_)
    throw usage_error(title() + " is counted down below zero");
  note(sync_event::wake);
  count_ -= by;
  if (count_ != 0)
    return;
  while (detail::sync_wait *each = waiters_.pop_front())
    let_go(*each);
}

std::string latch::text() const {
  note(sync_event::look);
  return label() + " count " + std::to_string(count_) + waiters_text(waiters_.size());
}

void latch::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("latch::wait()");
  latch &l = of();
  if (l.count_ == 0) // strict mode
    return waiting.loop->yield(*this, innermost);
  l.note(sync_event::wait);
  l.bind(waiting);
  l.waiters_.push_back(*this);
  waiting.loop->park(*this, innermost);
}

void latch::awaiter::await_resume() {
  if (!task)
    return; // the count was zero
  detail::task_state &self = *task;
  if (detail::end_wait(*this))
    detail::throw_cancelled();
  if (gone_name)
    throw_gone(self);
}

} // namespace corace
