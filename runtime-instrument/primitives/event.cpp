// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/event.h>

namespace corace {

const detail::wait_operations event::awaiter::operations = {
    [](wait_node &node) noexcept {
      if (node.outcome != state::waiting)
        return false;
      node.unlink();
      node.outcome = state::cancelled;
      node.task->loop->wake(*node.task);
      return true;
    },
    [](const wait_node &node) {
      if (!node.linked())
        return std::string("an event that is gone");
      const char *name = static_cast<const awaiter &>(node).event_.name_;
      return *name ? std::string("event '") + name + "'" : std::string("an event");
    }};

void event::set() noexcept {
  if (event_loop *loop = event_loop::current())
    loop->note(detail::sync_event::change, identity_.get());
  set_ = true;
  while (detail::wait_node *each = waiters_.pop_front()) {
    each->outcome = detail::wait_node::state::woken;
    each->task->loop->wake(*each->task);
  }
}

void event::clear() noexcept {
  if (event_loop *loop = event_loop::current())
    loop->note(detail::sync_event::change, identity_.get());
  set_ = false;
}

bool event::is_set() const noexcept {
  if (event_loop *loop = event_loop::current())
    loop->note(detail::sync_event::look, identity_.get());
  return set_;
}

void event::awaiter::await_suspend(std::coroutine_handle<> innermost) {
  detail::task_state &waiting = detail::running_task("event::wait()");
  event_.waiters_.push_back(*this);
  waiting.loop->park(*this, innermost);
}

void event::awaiter::await_resume() {
  if (detail::end_wait(*this))
    detail::throw_cancelled();
}

} // namespace corace
