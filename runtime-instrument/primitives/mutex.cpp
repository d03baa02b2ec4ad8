// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/mutex.h>

namespace corace {

namespace {
[[nodiscard]] std::string label(const char *name) {
  return *name ? std::string("mutex '") + name + "'" : std::string("a mutex");
}
} // namespace

const detail::wait_operations mutex::awaiter::operations = {
    [](wait_node &node) noexcept {
      if (node.outcome != state::waiting)
        return false;    // it is on its way; await_resume() hands its turn on
      if (node.linked()) // else the mutex is gone
        node.task->loop->note(detail::sync_event::change, static_cast<awaiter &>(node).mutex_.identity_.get());
      node.unlink();
      node.outcome = state::cancelled;
      node.task->loop->wake(*node.task);
      return true;
    },
    [](const wait_node &node) {
      if (!node.linked())
        return std::string("a mutex that is gone");
      const mutex &m = static_cast<const awaiter &>(node).mutex_;
      return label(m.name_) + (m.owner_ ? ", which '" + m.owner_->name() + "' holds" : "");
    }};

void mutex::refuse(const detail::task_state &task) const {
  throw usage_error("task '" + task.name() + "' locks " + label(name_) + ", which it holds already");
}

void mutex::unlock() {
  detail::task_state &task = detail::running_task("mutex::unlock()");
  if (!owner_)
    throw usage_error("task '" + task.name() + "' unlocks " + label(name_) + ", which nobody holds");
  if (owner_.get() != &task)
    throw usage_error("task '" + task.name() + "' unlocks " + label(name_) + ", which '" + owner_->name() + "' holds");
  release();
}

void mutex::wake_first() noexcept {
  detail::wait_node *first = waiters_.first();
  if (!first || first->outcome != detail::wait_node::state::waiting)
    return;
  first->outcome = detail::wait_node::state::woken;
  first->task->loop->wake(*first->task);
}

void mutex::awaiter::end() {
  detail::task_state &self = *task;
  const bool queued = linked(); // until now, unless it was cancelled before its turn or the mutex is gone
  if (queued)
    self.loop->note(detail::sync_event::change, mutex_.identity_.get());
  if (detail::end_wait(*this)) {
    if (queued && !mutex_.owner_)
      mutex_.wake_first();
    detail::throw_cancelled();
  }
  if (!queued)
    throw usage_error("task '" + self.name() + "' waited for a mutex that is gone");
  mutex_.owner_ = detail::task_pointer<>::share(self);
}

} // namespace corace
