// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/queue_base.h>

#include <algorithm>

namespace corace::detail {

// Who waits.

void queue_base::waiter::wait(list<wait_node> &line, bool could_go_on, std::coroutine_handle<> innermost,
                              const char *call) {
  task_state &self = running_task(call);
  queue_.bind(self);
  queue_.note(sync_event::wait);
  if (could_go_on) { // strict: as if somebody had let it go on at once
    queue_.woken_.push_back(*this);
    self.loop->yield(*this, innermost);
    return;
  }
  line.push_back(*this);
  self.loop->park(*this, innermost);
}

void queue_base::waiter::end(void (queue_base::*hand_on)() noexcept) {
  const task_state &self = *task;
  const bool let_go_on = linked(); // else it was cancelled before, or the queue is gone
  if (end_wait(*this)) {
    if (let_go_on && hand_on)
      (queue_.*hand_on)();
    throw_cancelled();
  }
  if (!let_go_on)
    throw usage_error("task '" + self.name() + "' waited for a queue that is gone");
}

bool queue_base::waiter::cancel(wait_node &node) noexcept {
  if (node.outcome != state::waiting)
    return false; // it is on its way; end() hands its turn on
  static_cast<waiter &>(node).queue_.note(sync_event::change);
  node.unlink();
  node.outcome = state::cancelled;
  node.task->loop->wake(*node.task);
  return true;
}

const wait_operations queue_base::getter::operations = {
    waiter::cancel,
    [](const wait_node &node) { return "an item of " + static_cast<const getter &>(node).queue_.title(); },
    [](wait_node &node) noexcept {
      if (!node.linked() || node.task->must_cancel)
        return true;
      queue_base &queue = static_cast<getter &>(node).queue_;
      queue.note(sync_event::change);
      if (queue.has_item() || queue.shut_down_)
        return true;
      node.unlink();
      node.outcome = state::waiting;
      queue.getters_.push_back(node);
      return false;
    }};

void queue_base::getter::wait_for_item(std::coroutine_handle<> innermost) {
  wait(queue_.getters_, queue_.has_item() || queue_.shut_down_, innermost, "queue::get()");
}

const wait_operations queue_base::putter::operations = {
    waiter::cancel, [](const wait_node &node) { return "room in " + static_cast<const putter &>(node).queue_.title(); },
    [](wait_node &node) noexcept {
      if (!node.linked() || node.task->must_cancel)
        return true;
      queue_base &queue = static_cast<putter &>(node).queue_;
      queue.note(sync_event::change);
      if (queue.has_room() || queue.shut_down_)
        return true;
      node.unlink();
      node.outcome = state::waiting;
      queue.putters_.push_back(node);
      return false;
    }};

void queue_base::putter::wait_for_room(std::coroutine_handle<> innermost) {
  wait(queue_.putters_, queue_.has_room() || queue_.shut_down_, innermost, "queue::put()");
}

const wait_operations queue_base::joiner::operations = {waiter::cancel, [](const wait_node &node) {
                                                          return "the end of the work on the items of " +
                                                                 static_cast<const joiner &>(node).queue_.title();
                                                        }};

void queue_base::joiner::await_suspend(detail::task_coroutine innermost) {
  wait(queue_.joiners_, queue_.unfinished_ == 0, innermost, "queue::join()");
}

// The queue.

queue_base::~queue_base() {
  for (auto *line : {&getters_, &putters_, &joiners_})
    wake_all(*line);
  woken_.clear();
}

void queue_base::wake_first(list<wait_node> &line) noexcept {
  wait_node *first = line.pop_front();
  if (!first)
    return;
  woken_.push_back(*first);
  first->outcome = wait_node::state::woken;
  first->task->loop->wake(*first->task);
}

void queue_base::wake_all(list<wait_node> &line) noexcept {
  while (!line.empty())
    wake_first(line);
}

void queue_base::task_done() {
  note(sync_event::change);
  if (unfinished_ == 0)
    throw std::invalid_argument(caller("task_done()") + ", of which all items are done already");
  if (--unfinished_ == 0)
    wake_all(joiners_);
}

void queue_base::begin_shutdown(bool drop) noexcept {
  note(sync_event::change);
  shut_down_ = true;
  if (drop) {
    unfinished_ -= std::min(unfinished_, std::exchange(size_, 0));
    if (unfinished_ == 0)
      wake_all(joiners_);
  }
  wake_all(getters_);
  wake_all(putters_);
}

// "task 'a' calls get_nowait() of queue 'q'"
std::string queue_base::caller(const char *call) const {
  const task_state *task = here.loop ? here.loop->running() : nullptr;
  return (task ? "task '" + task->name() + "' calls " : std::string()) + call + " of " + title();
}

void queue_base::refuse_empty(const char *call) const {
  note(sync_event::look);
  if (shut_down_)
    refuse_shut_down(call);
  throw queue_empty(caller(call) + ", which is empty");
}

void queue_base::refuse_full(const char *call) const {
  note(sync_event::look);
  if (shut_down_)
    refuse_shut_down(call);
  throw queue_full(caller(call) + ", which is full");
}

void queue_base::refuse_shut_down(const char *call) const {
  note(sync_event::look);
  throw queue_shutdown(caller(call) + ", which was shut down");
}

std::string queue_base::describe(const std::string &items) const {
  std::string text = title();
  const auto add = [&](const char *before, std::size_t count, const char *one, const char *more) {
    text += before + std::to_string(count) + (count == 1 ? one : more);
  };
  if (limit_ != no_limit)
    text += " of at most " + std::to_string(limit_);
  add(": ", size_, " item", " items");
  if (!items.empty())
    text += " [" + items + "]";
  const auto add_line = [&](const list<wait_node> &line, const char *one, const char *more) {
    std::size_t count = 0;
    for (const wait_node *each = line.first(); each; each = line.after(*each))
      ++count;
    if (count)
      add(", ", count, one, more);
  };
  add_line(getters_, " getter waits", " getters wait");
  add_line(putters_, " putter waits", " putters wait");
  if (unfinished_)
    add(", ", unfinished_, " unfinished", " unfinished");
  if (shut_down_)
    text += ", shut down";
  return text;
}

} // namespace corace::detail
