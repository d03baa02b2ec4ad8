// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a scheduler may choose beside the ready tasks: a timer fires before its time, a task is cancelled at an await,
// or wakes although nobody has woken it. Faults do not help where nothing else is left: what has neither a ready task
// nor a timer is a deadlock.
//
// To the explorer a move is a step like a segment: it has a key, and what it touches is logged. A timer is an object
// that its firing and its being stopped change. The clock is an object too: whoever reads it is ordered with every
// timer that moves it. (Deadlines are counted from the clock without that; they decide when time passes, not what can
// happen before.) A fault and the passing of time are ordered, because time passes only where nothing is ready.
#include <corace/detail/task_state.h>
#include <corace/event_loop.h>

#include <algorithm>
#include <utility>

#if CORACE_INSTRUMENT
#include "detect/access_log.h"
#endif

namespace corace {

namespace {
/// As objects keys have their lower bits free; see task_state::enrol().
[[nodiscard]] const void *object_of(std::uint64_t key) noexcept {
  return reinterpret_cast<const void *>(key & ~std::uint64_t{15});
}
/// The passing of time, and the clock, have keys that no task's timer has.
constexpr std::uint64_t time_owner = 0;
[[nodiscard]] const void *clock_object() noexcept {
  return object_of(detail::key_of_move(time_owner, detail::move_kind::timer, 1));
}
[[nodiscard]] const void *silence_object() noexcept {
  return object_of(detail::key_of_move(time_owner, detail::move_kind::timer, 2));
}
} // namespace

std::uint64_t detail::key_of_move(std::uint64_t task, move_kind what, std::uint32_t ordinal) noexcept {
  // Children have small ordinals.
  return watched_task::key_of_child(watched_task::key_of_child(task, ~static_cast<std::uint32_t>(what)), ordinal);
}

void detail::note_clock(const event_loop &loop) noexcept {
  if (loop.noted() && loop.order() && loop.order()->offered()) // who reads is ordered, who moves it is not
    tell(loop, sync_event::change, clock_object());
}

void event_loop::name_timer(detail::timer &timer) noexcept {
  if (!running_ || running_->watched->path.empty()) {
    timer.owner_ = root_key_;
    timer.ordinal_ = ++root_timers_;
    return;
  }
  timer.owner_ = running_->watched->key;
  timer.ordinal_ = ++running_->watched->timers;
  if (scheduler_ && scheduler_->offered())
    scheduler_->introduce(*running_);
}

namespace {
/// At an await, where a cancellation is not on its way already. The main task is not: its end is the run's.
[[nodiscard]] bool can_be_cancelled(const detail::task_state &task) noexcept {
  using phase = detail::task_state::phase;
  return (task.now == phase::waiting || task.now == phase::ready) && !task.watched->path.empty() && !task.at_end &&
         !task.must_cancel && !(task.parked_at && task.parked_at->outcome == detail::wait_node::state::cancelled);
}
[[nodiscard]] bool can_be_woken(const detail::task_state &task) noexcept {
  return task.now == detail::task_state::phase::waiting && task.parked_at && task.parked_at->operations->wake &&
         task.parked_at->operations->wake(*task.parked_at, false);
}
} // namespace

// What can be chosen besides the ready tasks: timers by deadline, then faults by the age of the task. False: nothing,
// not even time, which goes without saying where it is all there is.
bool event_loop::gather_moves(const detail::offered_moves &offered) {
  using detail::move_kind;
  moves_.clear();
  next_timers_ = timers_;
  std::sort(next_timers_.begin(), next_timers_.end(), [](const detail::timer *a, const detail::timer *b) {
    return std::pair(a->deadline_, a->sequence_) < std::pair(b->deadline_, b->sequence_);
  });
  const auto may_fire = [&](const detail::timer &each) {
    return each.purpose_ == detail::timer::purpose::limit ? offered.timeouts : offered.timers;
  };
  std::size_t due = 0, alone = 0;
  if (scheduler_->idle) {
    const auto next = next_timers_.empty() ? now_ : std::max(now_, next_timers_.front()->deadline_);
    for (; due < next_timers_.size() && next_timers_[due]->deadline_ <= next; ++due)
      alone += may_fire(*next_timers_[due]);
    // One that fires alone anyway does so by its own name.
    if (due > 0 && !(alone == due && (due == 1 || offered.one_by_one)))
      moves_.push_back({.key = detail::key_of_move(time_owner, move_kind::timer, 1),
                        .owner = time_owner,
                        .ordinal = 0,
                        .what = move_kind::timer,
                        .canonical = true,
                        .fault = false,
                        .task = nullptr,
                        .alarms = {next_timers_.data(), due}});
  }
  const bool time_alone = !moves_.empty();
  for (detail::timer *const &each : next_timers_)
    if (may_fire(*each))
      moves_.push_back({.key = each->key(),
                        .owner = each->owner_,
                        .ordinal = each->ordinal_,
                        .what = move_kind::timer,
                        .canonical = due == 1 && &each == next_timers_.data(),
                        .fault = each->purpose_ == detail::timer::purpose::limit,
                        .task = nullptr,
                        .alarms = {&each, 1}});
  if (!scheduler_->idle || !timers_.empty()) {
    const auto add = [&](detail::task_state &task, move_kind what) {
      const std::uint64_t key = task.watched->key;
      moves_.push_back({.key = detail::key_of_move(key, what, 0),
                        .owner = key,
                        .ordinal = 0,
                        .what = what,
                        .canonical = false,
                        .fault = true,
                        .task = &task,
                        .alarms = {}});
    };
    for (detail::task_state *task = oldest_; task; task = task->next_live) {
      if (offered.cancellations && can_be_cancelled(*task))
        add(*task, move_kind::cancel);
      if (offered.wake_ups && can_be_woken(*task))
        add(*task, move_kind::wake);
    }
  }
  return moves_.size() > (time_alone ? 1u : 0u);
}

// step(), where there are moves. Timers fire by a move or when time passes, which it does when nothing is ready.
bool event_loop::step_among_moves(const detail::offered_moves &offered) {
  if (posts_waiting_.load(std::memory_order_relaxed))
    take_posts();
  const bool called = !ready_.empty();
  gather_ready();
  if (!gather_moves(offered) && scheduler_->idle) {
    if (!called && moves_.empty())
      return false;
    if (!moves_.empty()) // no step of its own: the log keeps the one before
      make(moves_.front(), false);
    return true; // maybe it was a call-back that the loop has run for
  }
  ++ticks_;
  const detail::picked chosen = scheduler_->pick_among(*this, moves_);
  if (chosen.task) {
    run_watched(*chosen.task);
  } else if (chosen.made) {
    make(*chosen.made, CORACE_INSTRUMENT && log_);
    scheduler_->moved();
  } else {
    throw detail::run_abandoned();
  }
  return true;
}

void event_loop::make(const detail::move &chosen, [[maybe_unused]] bool log) {
  using detail::sync_event;
#if CORACE_INSTRUMENT
  if (log)
    log_->begin_segment(chosen.key, reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)));
#endif
  switch (chosen.what) {
  case detail::move_kind::task: break;
  case detail::move_kind::timer:
    note(chosen.owner == time_owner ? sync_event::change : sync_event::look, silence_object());
    note(sync_event::look, clock_object());
    now_ = std::max(now_, chosen.alarms.back()->deadline_);
    for (detail::timer *each : chosen.alarms) {
      note(sync_event::change, object_of(each->key()));
      erase(*each);
      post(*each); // another one may stop it
    }
    gather_ready();
    break;
  case detail::move_kind::cancel:
    note(sync_event::look, silence_object());
    chosen.task->cancel();
    break;
  case detail::move_kind::wake:
    note(sync_event::look, silence_object());
    (void)chosen.task->parked_at->operations->wake(*chosen.task->parked_at, true);
    break;
  }
#if CORACE_INSTRUMENT
  if (log)
    log_->end_segment();
#endif
}

std::uint32_t detail::decide(choice_kind what, std::uint32_t count, const char *name) noexcept {
  event_loop *const loop = here.loop;
  if (count < 2 || !loop || !loop->order() || !loop->running() || !loop->running()->watched)
    return 0;
  return loop->order()->decide(*loop->running(), what, count, name);
}

} // namespace corace
