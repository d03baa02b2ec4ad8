// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/joint.h>
#include <corace/errors.h>

namespace corace::detail {

/// One of the tasks. It is there until its end has been dealt with.
struct joint_state::member : completion {
  struct callback : ready_node {
    explicit callback(member &m) noexcept : self(m) {}
    member &self;
  };
  member(joint_state &j, future_state &t) : place(*this), joint(j), task(pointer<>::share(t)), on_end(*this) {
    on_end.fire = [](ready_node &node, bool run) {
      if (!run)
        return;
      member &self = static_cast<callback &>(node).self;
      self.joint.member_ended(self);
    };
    completed = [](completion &node, future_state &) noexcept {
      member &self = static_cast<member &>(node);
      self.joint.task_ended(self);
    };
  }
  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *block, std::size_t size) noexcept { release_frame(block, size); }

  place_of_member place;
  joint_state &joint;
  pointer<> task;
  callback on_end;
};

joint_state::~joint_state() {
  while (place_of_member *first = members_.first())
    delete &first->self;
}

void joint_state::add(future_state &task) {
  auto *added = new member(*this, task);
  members_.push_back(added->place);
  ++unfinished_;
  over_ = false;
  task.retrieved = true; // who waits for the joint takes care of failures
  if (!task.done()) {
    ++running_;
    task.completions.push_back(*added);
  } else if (event_loop *loop = event_loop::current()) {
    loop->post(added->on_end);
  }
}

bool joint_state::cancel_all() noexcept {
  bool any = false;
  for (place_of_member *each = members_.first(); each; each = members_.after(*each))
    any |= each->self.task->cancel();
  return any;
}

// A result that nobody waits for yet needs no turn of the loop: that of a gather whose other tasks still run.
void joint_state::task_ended(member &ended) noexcept {
  future_state &task = *ended.task;
  const bool failed = task.error || task.was_cancelled;
  task.loop->note(failed ? sync_event::change : sync_event::look, identity_.get());
  if (--running_ == 0 || failed || rule_ != ends::at_first_error)
    task.loop->post(ended.on_end);
  else
    strike_off(ended);
}

void joint_state::strike_off(member &ended) noexcept {
  --unfinished_;
  if (ended.task->is_task)
    if (const detect::task_id id = static_cast<task_state &>(*ended.task).id)
      ended_.push_back(id);
  delete &ended;
}

void joint_state::member_ended(member &ended) noexcept {
  future_state &task = *ended.task;
  if (task.was_cancelled && rule_ == ends::at_first_error)
    errors_.push_back(std::make_exception_ptr(cancelled_error()));
  else if (task.error && !task.was_cancelled)
    errors_.push_back(task.error);
  strike_off(ended);
  if (!errors_.empty() && !shutting_down) {
    shutting_down = true;
    if (rule_ == ends::with_the_last) {
      cancel_all();
      if (parent && !parent_cancelled && !waiter)
        parent_cancelled = parent->cancel();
    }
  }
  over_ = unfinished_ == 0 || (rule_ == ends::at_first_error && !errors_.empty());
  if (over_ && waiter) {
    wait_node &woken = *std::exchange(waiter, nullptr);
    woken.outcome = wait_node::state::woken;
    woken.task->loop->wake(*woken.task);
  }
}

void joint_state::rethrow() const {
  if (!errors_.empty())
    std::rethrow_exception(errors_.front());
}

const wait_operations joint_wait::operations = {[](wait_node &node) noexcept {
                                                  auto &self = static_cast<joint_wait &>(node);
                                                  if (self.outcome != state::waiting)
                                                    return false;
                                                  if (self.joint_.rule_ == joint_state::ends::at_first_error)
                                                    return self.joint_.cancel_all(); // the wait ends when they have
                                                  self.joint_.waiter = nullptr;
                                                  self.outcome = state::cancelled;
                                                  self.task->loop->wake(*self.task);
                                                  return true;
                                                },
                                                [](const wait_node &node) {
                                                  const auto left =
                                                      static_cast<const joint_wait &>(node).joint_.unfinished();
                                                  return std::to_string(left) + (left == 1 ? " task" : " tasks");
                                                }};

joint_wait::~joint_wait() {
  if (joint_.waiter == this)
    joint_.waiter = nullptr;
}

void joint_wait::suspend(std::coroutine_handle<> innermost) {
  task_state &waiting = running_task("co_await");
  joint_.waiter = this;
  waiting.loop->park(*this, innermost);
}

bool joint_wait::resume() noexcept {
  if (event_loop *loop = event_loop::current(); loop && loop->observed() && loop->running())
    for (detect::task_id each : joint_.ended_)
      detect::order(each, loop->running()->id);
  return end_wait(*this);
}

} // namespace corace::detail
