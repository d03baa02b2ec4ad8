// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/barrier.h>
#include <corace/errors.h>

namespace corace {

using detail::sync_event;

const detail::wait_operations barrier::awaiter::operations = {cancel, describe_wait, proceed};

barrier::barrier(std::ptrdiff_t parties, const char *name)
    : sync_object("barrier", name), parties_(static_cast<std::size_t>(parties)) {
  if (parties < 1)
    throw std::invalid_argument("corace: " + title() + " for fewer than one party");
}

// Those who are leaving go on as if it were still there.
barrier::~barrier() {
  orphan(held_);
  orphan(entering_);
  orphan(waiting_);
}

void barrier::end_round() noexcept {
  std::size_t index = 0;
  while (awaiter *each = waiting_.first()) {
    each->index_ = index++;
    each->stand(leaving_, awaiter::stage::leaving);
    let_go(*each);
  }
  count_ = 0;
  if (!leaving_.empty())
    phase_ = phase::draining;
}

void barrier::break_round(awaiter::fate fate) noexcept {
  end_round();
  for (awaiter *each = leaving_.first(); each; each = leaving_.after(*each))
    each->fate_ = fate;
}

void barrier::one_left() noexcept {
  note(sync_event::change);
  if (!leaving_.empty() || phase_ == phase::broken)
    return;
  phase_ = phase::filling;
  admit();
}

void barrier::admit() noexcept {
  while (awaiter *each = held_.first()) {
    each->stand(entering_, awaiter::stage::entering);
    let_go(*each);
  }
}

void barrier::reset() noexcept {
  note(sync_event::wake);
  break_round(awaiter::fate::reset);
  phase_ = leaving_.empty() ? phase::filling : phase::resetting;
}

void barrier::abort() noexcept {
  note(sync_event::wake);
  break_round(awaiter::fate::aborted);
  phase_ = phase::broken;
  admit();
}

std::string barrier::text() const {
  note(sync_event::look);
  static constexpr const char *words[] = {" filling", " draining", " resetting", " broken"};
  std::string result = label() + words[static_cast<std::size_t>(phase_)];
  if (phase_ != phase::broken)
    result += ", waiters " + std::to_string(n_waiting()) + "/" + std::to_string(parties_);
  return result;
}

/// It is the last one of the round: the others are let go.
bool barrier::awaiter::completes() noexcept {
  barrier &b = of();
  if (b.phase_ != phase::filling || b.count_ + 1 != b.parties_)
    return false;
  b.note(sync_event::wake);
  index_ = b.count_;
  b.end_round();
  return true;
}

bool barrier::awaiter::await_ready() {
  if (of().broken())
    throw broken_barrier(of().title() + " was aborted");
  return of().entering_.empty() && !detail::strict_here() && completes();
}

void barrier::awaiter::await_suspend(detail::task_coroutine innermost) {
  detail::task_state &waiting = detail::running_task("barrier::wait()");
  barrier &b = of();
  b.note(sync_event::wait);
  if (!b.entering_.empty()) { // behind those
    stand(b.entering_, stage::entering);
    return waiting.loop->yield(*this, innermost);
  }
  if (completes()) { // strict mode
    stand(b.leaving_, stage::leaving);
    b.phase_ = phase::draining;
    return waiting.loop->yield(*this, innermost);
  }
  b.bind(waiting);
  if (b.phase_ == phase::filling) {
    ++b.count_;
    stand(b.waiting_, stage::counted);
  } else {
    stand(b.held_, stage::held);
  }
  waiting.loop->park(*this, innermost);
}

bool barrier::awaiter::cancel(wait_node &node) noexcept {
  auto &self = static_cast<awaiter &>(node);
  if (self.outcome == state::waiting && self.stage_ == stage::counted)
    --self.of().count_;
  return leave_queue(node);
}

// Whoever was held counts now, or is held again.
bool barrier::awaiter::proceed(wait_node &node) noexcept {
  auto &self = static_cast<awaiter &>(node);
  if (self.stage_ != stage::entering || !self.linked() || self.task->must_cancel)
    return true;
  barrier &b = self.of();
  if (b.phase_ == phase::broken)
    return true;
  b.note(sync_event::wait);
  if (self.completes()) {
    self.unlink();
    return true;
  }
  self.outcome = state::waiting;
  if (b.phase_ == phase::filling) {
    ++b.count_;
    self.stand(b.waiting_, stage::counted);
  } else {
    self.stand(b.held_, stage::held);
  }
  return false;
}

std::size_t barrier::awaiter::await_resume() {
  if (!task)
    return index_; // it was the last one
  detail::task_state &self = *task;
  const bool there = linked();
  const bool cancelled = detail::end_wait(*this);
  if (there && stage_ == stage::leaving)
    of().one_left();
  if (cancelled)
    detail::throw_cancelled();
  if (gone_name)
    throw_gone(self);
  if (there && stage_ == stage::entering) // and had no turn to count
    fate_ = fate::aborted;
  if (fate_ != fate::passes)
    throw broken_barrier((there ? of().title() : "a barrier that is gone") +
                         (fate_ == fate::reset ? " was reset" : " was aborted"));
  return index_;
}

// The loop goes away while the task waits.
barrier::awaiter::~awaiter() {
  if (!task || !linked())
    return;
  unlink();
  if (stage_ == stage::counted)
    --of().count_;
  else if (stage_ == stage::leaving)
    of().one_left();
}

} // namespace corace
