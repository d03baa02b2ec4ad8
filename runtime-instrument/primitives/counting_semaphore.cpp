// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/counting_semaphore.h>
#include <corace/errors.h>

namespace corace {

const detail::wait_operations counting_semaphore::awaiter::operations = {
    [](wait_node &node) noexcept {
      if (node.outcome != state::waiting)
        return false;    // it is on its way; await_resume() hands its turn on
      if (node.linked()) // else the semaphore is gone
        node.task->loop->note(detail::sync_event::change, static_cast<awaiter &>(node).semaphore_.identity_.get());
      node.unlink();
      node.outcome = state::cancelled;
      node.task->loop->wake(*node.task);
      return true;
    },
    [](const wait_node &node) {
      if (!node.linked())
        return std::string("a semaphore that is gone");
      const char *name = static_cast<const awaiter &>(node).semaphore_.name_;
      return *name ? std::string("semaphore '") + name + "'" : std::string("a semaphore");
    }};

counting_semaphore::counting_semaphore(std::ptrdiff_t units, const char *name) : units_(units), name_(name) {
  if (units < 0)
    throw std::invalid_argument("corace::counting_semaphore: a negative number of units");
}

bool counting_semaphore::try_acquire() noexcept {
  if (event_loop *loop = event_loop::current())
    loop->note(detail::sync_event::change, identity_.get());
  if (locked())
    return false;
  --units_;
  return true;
}

void counting_semaphore::release() noexcept {
  if (event_loop *loop = event_loop::current())
    loop->note(detail::sync_event::change, identity_.get());
  ++units_;
  wake_next();
}

// A unit that a woken waiter is to get is no longer free.
void counting_semaphore::wake_next() noexcept {
  for (detail::wait_node *each = waiters_.first(); each && units_ > 0; each = waiters_.after(*each)) {
    if (each->outcome != detail::wait_node::state::waiting)
      continue;
    --units_;
    each->outcome = detail::wait_node::state::woken;
    each->task->loop->wake(*each->task);
  }
}

void counting_semaphore::awaiter::await_suspend(std::coroutine_handle<> innermost) {
  detail::task_state &waiting = detail::running_task("counting_semaphore::acquire()");
  semaphore_.waiters_.push_back(*this);
  waiting.loop->park(*this, innermost);
}

void counting_semaphore::awaiter::await_resume() {
  if (!task)
    return; // taken without waiting
  detail::task_state &self = *task;
  const bool queued = linked(); // until now, unless it was cancelled before its turn or the semaphore is gone
  const bool has_unit = queued && outcome == state::woken;
  if (queued)
    self.loop->note(detail::sync_event::change, semaphore_.identity_.get());
  if (!detail::end_wait(*this)) {
    if (!queued)
      throw usage_error("task '" + self.name() + "' waited for a semaphore that is gone");
    return;
  }
  if (has_unit) {
    ++semaphore_.units_;
    semaphore_.wake_next();
  }
  detail::throw_cancelled();
}

} // namespace corace
