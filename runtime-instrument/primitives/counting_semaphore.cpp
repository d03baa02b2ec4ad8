// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/counting_semaphore.h>
#include <corace/errors.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations counting_semaphore::awaiter::operations = {leave_queue, describe_wait, nullptr,
                                                                         explain_wait};

counting_semaphore::counting_semaphore(const char *kind, std::ptrdiff_t units, std::ptrdiff_t most, const char *name)
    : sync_object(kind, name), units_(units), most_(most) {
  if (units < 0)
    throw std::invalid_argument("corace: " + title() + " of a negative number of units");
}

bool counting_semaphore::try_acquire() noexcept {
  if (!free()) {
    note(sync_event::look);
    return false;
  }
  note(sync_event::acquire);
  --units_;
  return true;
}

std::string counting_semaphore::too_many() const {
  const event_loop *loop = event_loop::current();
  const detail::task_state *task = loop ? loop->running() : nullptr;
  return (task ? task->title() : "a call-back") + " puts more units back into " + title() + " than were taken";
}

void counting_semaphore::release(std::ptrdiff_t units) {
  if (units < 0)
    throw std::invalid_argument("corace: a negative number of units is put back into " + title());
  if (units > most_ - units_)
    throw usage_error(too_many());
  note(sync_event::release);
  units_ += units;
  grant();
}

void counting_semaphore::put_back() noexcept {
  if (units_ < most_) {
    note(sync_event::release);
    ++units_;
    return grant();
  }
  try {
    if (event_loop *loop = event_loop::current())
      loop->call_exception_handler(loop_report{.message = too_many(), .object = label()});
  } catch (...) { // a fatal_exit has no way out of a destructor
  }
}

void counting_semaphore::grant() noexcept {
  while (units_ > 0 && !waiters_.empty()) {
    detail::sync_wait &first = *waiters_.pop_front();
    granted_.push_back(first);
    --units_;
    let_go(first);
  }
}

std::string counting_semaphore::text() const {
  note(sync_event::look);
  return label() + (free() ? " value " + std::to_string(units_) : " locked") +
         waiters_text(waiters_.size() + granted_.size());
}

void counting_semaphore::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("counting_semaphore::acquire()");
  counting_semaphore &s = of();
  s.note(sync_event::wait);
  if (s.free()) { // strict mode
    --s.units_;
    s.granted_.push_back(*this);
    return waiting.loop->yield(*this, innermost);
  }
  s.bind(waiting);
  s.waiters_.push_back(*this);
  waiting.loop->park(*this, innermost);
}

bool counting_semaphore::awaiter::await_resume() {
  if (!task)
    return true; // taken without waiting
  detail::task_state &self = *task;
  if (detail::end_wait(*this)) {
    if (object) {
      of().note(sync_event::change);
      ++of().units_;
      of().grant();
    }
    detail::throw_cancelled();
  }
  if (!object)
    throw_gone(self);
  of().note(sync_event::acquire);
  of().grant(); // who came while this one was on its way has queued, whatever was free
  return true;
}

// The loop goes away while the task has its unit and has not run.
counting_semaphore::awaiter::~awaiter() {
  if (task && linked() && outcome == state::woken) {
    ++of().units_;
    of().grant();
  }
}

} // namespace corace
