// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/future_wait.h>
#include <corace/errors.h>
#include <corace/gather.h>

namespace corace::detail {

event_loop &gather_loop(std::span<future_state *const> given) {
  event_loop *loop = event_loop::current();
  for (const future_state *each : given) {
    if (!each || !each->loop)
      continue;
    if (!loop)
      loop = each->loop;
    if (each->loop != loop)
      throw std::invalid_argument("corace::gather(): " + each->title() + " belongs to another event loop");
  }
  return loop && std::find(given.begin(), given.end(), nullptr) == given.end() ? *loop
                                                                               : event_loop::require("gather()");
}

std::exception_ptr failure_of(const future_state &ended) {
  return ended.error ? ended.error : std::make_exception_ptr(cancelled_error());
}

gather_state::turn::turn(gather_state &gather) noexcept : owner(gather) {
  fire = [](ready_node &node, bool run) {
    if (run)
      static_cast<turn &>(node).owner.finish();
  };
}

gather_state::gather_state(event_loop &in, void *result, errors rule) noexcept
    : plain_future_state(in, result), rule_(rule) {}

std::string gather_state::title() const {
  return "a gather of " + std::to_string(children_.size()) + (children_.size() == 1 ? " task" : " tasks");
}

void gather_state::begin() noexcept {
  unfinished_ = children_.size();
  for (child &each : children_) {
    each.owner = this;
    each.completed = [](completion &node, future_state &future) noexcept {
      gather_state &self = *static_cast<child &>(node).owner;
      self.ended(future);
      if (self.decided_ && !self.done() && !self.turn_.linked())
        self.loop->post(self.turn_);
    };
    if (each.future->done())
      ended(*each.future);
    else
      each.future->completions.push_back(each);
  }
  if (decided_ || unfinished_ == 0)
    finish();
}

void gather_state::ended(future_state &future) noexcept {
  const bool failed = rule_ == errors::end_it && (future.error || future.was_cancelled);
  note(failed ? sync_event::change : sync_event::look, identity());
  --unfinished_;
  if (decided_)
    return;
  if (failed)
    failed_ = &future;
  decided_ = failed || unfinished_ == 0;
}

void gather_state::finish() noexcept {
  for (child &each : children_)
    each.future->retrieved = true; // who has this future takes care of failures
  try {
    if (failed_)
      error = failure_of(*failed_);
    else if (cancel_requested_)
      error = std::make_exception_ptr(cancelled_error(std::move(cancel_message_)));
    else
      take_results();
  } catch (...) {
    error = std::current_exception();
  }
  end_future(*this);
}

bool gather_state::cancel(std::string message) noexcept {
  if (done()) {
    retrieved = true; // who cancels it knows of it
    return false;
  }
  bool any = false;
  for (child &each : children_)
    any |= !each.future->done() && each.future->cancel(message);
  if (any) {
    cancel_requested_ = true;
    cancel_message_ = std::move(message);
  }
  return any;
}

void gather_state::order_before(task_state &next) const noexcept {
  for (const child &each : children_)
    if (each.future->done())
      each.future->order_before(next);
}

} // namespace corace::detail
