// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/many_wait.h>
#include <corace/errors.h>
#include <corace/wait.h>

namespace corace::detail {

void check_some(std::size_t count) {
  if (count == 0)
    throw std::invalid_argument("corace::wait(): there is nothing to wait for");
}

const wait_operations many_wait::operations = {
    [](wait_node &node) noexcept {
      auto &self = static_cast<many_wait &>(node);
      if (self.outcome != state::waiting)
        return false;
      self.let_go();
      self.outcome = state::cancelled;
      self.task->loop->wake(*self.task);
      return true;
    },
    [](const wait_node &node) {
      const auto &self = static_cast<const many_wait &>(node);
      for (const member &each : self.members_)
        if (each.future && !each.future->done())
          return each.future->title() +
                 (self.pending_ > 1 ? " and " + std::to_string(self.pending_ - 1) + " more" : std::string());
      return std::string("its turn");
    }};

many_wait::turn::turn(many_wait &wait) noexcept : owner(wait) {
  fire = [](ready_node &node, bool run) {
    if (run)
      static_cast<turn &>(node).owner.go_on();
  };
}

void many_wait::await_suspend(detail::task_coroutine innermost) {
  task_state &waiting = running_task("wait()");
  task = &waiting;
  pending_ = count_;
  for (std::size_t i = 0; i < count_; ++i) {
    member &each = members_[i];
    note(sync_event::join, each.future->identity());
    if (each.future->done()) {
      ended(*each.future);
      continue;
    }
    each.completed = [](completion &node, future_state &future) noexcept {
      static_cast<member &>(node).owner->ended(future);
    };
    each.future->completions.push_back(each);
  }
  if (limit_.value && !decided_)
    alarm_.start(*waiting.loop, waiting.loop->now() + *limit_.value, timer::purpose::limit,
                 [](ready_node &node, bool run) {
                   if (run)
                     static_cast<alarm &>(static_cast<timer &>(node)).owner.go_on();
                 });
  waiting.loop->park(*this, innermost);
}

void many_wait::ended(const future_state &future) noexcept {
  --pending_;
  const bool failed = future.error && !future.was_cancelled;
  if (decided_ ||
      !(pending_ == 0 || rule_ == return_when::first_completed || (rule_ == return_when::first_exception && failed)))
    return;
  decided_ = true;
  alarm_.stop();
  task->loop->post(turn_);
}

// Called by the loop: the wait is over.
void many_wait::go_on() noexcept {
  if (outcome != state::waiting)
    return;
  outcome = state::woken;
  task->loop->wake(*task);
}

void many_wait::let_go() noexcept {
  for (member &each : members_)
    each.unlink();
  turn_.unlink();
  alarm_.stop();
}

void many_wait::await_resume() {
  let_go();
  for (std::size_t i = 0; i < count_; ++i) {
    const future_state &future = *members_[i].future;
    note(sync_event::join, future.identity());
    if (future.done() && future.is_task)
      task->loop->order(static_cast<const task_state *>(&future), task);
  }
  if (end_wait(*this))
    throw_cancelled();
}

} // namespace corace::detail
