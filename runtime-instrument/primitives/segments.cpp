// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the loop runs what is ready: ticks, steps that a scheduler picks, and the segments of tasks.
#include <corace/detail/promise.h>
#include <corace/errors.h>
#include <corace/event_loop.h>

#include <cstdio>
#include <utility>

#if CORACE_INSTRUMENT
#include "detect/access_log.h"
#endif

namespace corace {

inline void event_loop::end_task(detail::task_state &task) {
  if (scheduler_ || task.fatal) [[unlikely]]
    return end_specially(task);
  task.finish();
  leave_task();
}

// One segment.
inline void event_loop::advance_task(detail::task_state &task) {
  using phase = detail::task_state::phase;
  running_ = &task;
  detail::here.values = &task.values;
  if (task.special && !prepare(task))
    return;
  task.now = phase::running;
  task.innermost.resume();
  if (task.at_end)
    return end_task(task);
  if (task.now == phase::running) [[unlikely]] // at an awaiter that is not one of the runtime's
    task.now = phase::waiting;
  leave_task();
}

// What comes before a segment that is not like most. False: the task has had its turn.
bool event_loop::prepare(detail::task_state &task) {
  if (task.at_end) {
    const std::exception_ptr escaping = complain_of_foreign_hand(task);
    end_task(task);
    if (escaping)
      std::rethrow_exception(escaping);
    return false;
  }
  if (task.now == detail::task_state::phase::fresh &&
      task.must_cancel) { // cancelled before it has begun: it never will
    task.must_cancel = false;
    task.was_cancelled = true;
    task.finish();
    leave_task();
    return false;
  }
  if (detail::wait_node *at = task.parked_at; at && at->operations->proceed && !at->operations->proceed(*at)) {
    task.now = detail::task_state::phase::waiting;
    leave_task();
    return false;
  }
  task.special = false;
  return true;
}

void event_loop::end_specially(detail::task_state &task) {
  if (scheduler_ && scheduler_->watches)
    scheduler_->ending(task);
  const std::exception_ptr escaping = task.fatal ? task.error : nullptr;
  task.finish();
  leave_task();
  if (escaping)
    std::rethrow_exception(escaping);
}

// One turn of the plain loop: what is ready when it begins, in that order.
[[gnu::always_inline]] inline void event_loop::run_ready() {
  ++ticks_;
  const auto turn = [this](detail::ready_node &node) {
    if (careful_) [[unlikely]]
      run_with_care(node);
    else if (node.fire)
      node.fire(node, true);
    else
      advance_task(static_cast<detail::task_state &>(node));
  };
  if (!ready_.empty() && &ready_.front() == &ready_.back()) // alone: it needs no list of its own
    return turn(*ready_.pop_front());
  struct ready_now : detail::list<detail::ready_node> {
    explicit ready_now(detail::list<detail::ready_node> &all) noexcept : from(all) { take_in_front(all); }
    ~ready_now() { from.take_in_front(*this); } // there are some left where a fatal_exit comes out
    detail::list<detail::ready_node> &from;
  } batch(ready_);
  while (detail::ready_node *node = batch.pop_front())
    turn(*node);
}

void event_loop::tick_without_waiting() {
  fire_timers();
  run_ready();
}

bool event_loop::tick() {
  if (!only_ready() && !collect())
    return false;
  run_ready();
  return true;
}

// The same again and again, up to a tick that needs more than what is ready, or to stop().
bool event_loop::run_ticks() {
  if (!only_ready() && !collect())
    return false;
  do
    run_ready();
  while (!stopping_ && only_ready());
  return true;
}

// One segment of the task that the scheduler picks. Call-backs are no decisions: they run as soon as they are queued,
// so that all tasks which can be ready are. Under `loop_order` everything happens as in tick(), one node a step.
bool event_loop::step() {
  if (scheduler_->loop_order) {
    if (!collect())
      return false;
    ++ticks_;
    detail::ready_node &next = *ready_.pop_front();
    bool ran = true;
    if (next.fire) {
      next.fire(next, true);
    } else {
      scheduler_->ready(*this, static_cast<detail::task_state &>(next));
      ran = run_picked();
    }
    now_ += scheduler_->segment_takes();
    return ran;
  }
  if (scheduler_->hurries)
    if (detail::task_state *sleeper = scheduler_->in_a_hurry())
      hurry(*sleeper);
  // What is awaited from outside comes when it comes: there, moves would not be the same in another run.
  if (const detail::offered_moves *offered = scheduler_->offered(); offered && !real_time_ && !expects_outside())
    return step_among_moves(*offered);
  do {
    const bool picks_alone = timers_.empty() && !reactor_ && !posts_waiting_.load(std::memory_order_relaxed) &&
                             !(ready_.empty() && scheduler_->idle);
    if (!picks_alone && !collect())
      return false;
    gather_ready();
  } while (scheduler_->idle);
  ++ticks_;
  return run_picked();
}

bool event_loop::run_picked() {
  detail::task_state *chosen = scheduler_->pick(*this);
  if (!chosen)
    throw detail::run_abandoned();
  run_watched(*chosen);
  return true;
}

// Call-backs run, and the scheduler gets the tasks that are ready.
void event_loop::gather_ready() {
  while (detail::ready_node *node = ready_.pop_front())
    if (node->fire)
      node->fire(*node, true);
    else
      scheduler_->ready(*this, static_cast<detail::task_state &>(*node));
}

bool event_loop::advance() { return scheduler_ ? step() : tick(); }

void event_loop::run_node(detail::ready_node &node) {
  if (node.fire)
    node.fire(node, true);
  else
    run_segment(static_cast<detail::task_state &>(node));
}

void event_loop::run_with_care(detail::ready_node &node) {
  if (debug_)
    run_timed(node);
  else
    run_node(node);
}

// In debug mode: a segment or call-back that takes long keeps all others from running.
void event_loop::run_timed(detail::ready_node &node) {
  const std::string who =
      node.fire ? "a call-back" : static_cast<detail::task_state &>(static_cast<detail::ready_node &>(node)).title();
  const auto before = std::chrono::steady_clock::now();
  run_node(node);
  const auto took = std::chrono::steady_clock::now() - before;
  if (took >= slow_segment_)
    std::fprintf(stderr, "corace: %s ran for %.3f s without giving up its turn\n", who.c_str(),
                 std::chrono::duration<double>(took).count());
}

void event_loop::run_segment(detail::task_state &task) {
  if (watched()) [[unlikely]]
    run_watched(task);
  else
    advance_task(task);
}

void event_loop::run_watched(detail::task_state &task) {
  const auto kept = detail::task_pointer<>::share(task);
#if CORACE_INSTRUMENT
  if (log_)
    log_->begin_segment(task.watched->key, reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)));
#endif
  if (observed())
    detect::enter(task.watched->id);
  if (noted()) // see task_state::cancel()
    detail::tell(*this, detail::sync_event::look,
                 reinterpret_cast<const void *>(task.watched->key & ~std::uint64_t{15}));
  advance_task(task);
  ++task.watched->segments;
  if (observed())
    detect::leave();
#if CORACE_INSTRUMENT
  if (log_)
    log_->end_segment();
#endif
  if (scheduler_ && scheduler_->watches)
    scheduler_->ran(task);
}

// Somebody has resumed the task's coroutine by its handle, and it has come to its end. What a fatal handler throws is
// given back.
std::exception_ptr event_loop::complain_of_foreign_hand(const detail::task_state &task) noexcept {
  if (scheduler_)
    scheduler_->resumed_by_another(task);
  try {
    loop_report report{.message = "was resumed to its end by somebody else than its event loop",
                       .exception =
                           std::make_exception_ptr(invalid_state(task.title() + " had ended before its turn came"))};
    report.object = task.title();
    call_exception_handler(report);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

void event_loop::add_eagerly(detail::task_state &task) {
  enlist(task);
  const auto kept = detail::task_pointer<>::share(task);
  detail::task_state *const outer = running_;
  detail::context_slot *const values = detail::here.values;
  const detect::task_id before = observed() ? detect::enter_nested(task.watched->id) : 0;
#if CORACE_INSTRUMENT
  const std::uint64_t logged = log_ ? log_->enter_nested(task.watched->key) : 0;
#endif
  std::exception_ptr escaping;
  try {
    advance_task(task);
  } catch (...) { // a fatal_exit
    escaping = std::current_exception();
  }
  if (observed())
    detect::leave_nested(before);
#if CORACE_INSTRUMENT
  if (log_)
    log_->leave_nested(logged);
#endif
  running_ = outer;
  detail::here.values = values;
  order(&task, outer);
  if (escaping)
    std::rethrow_exception(escaping);
}

} // namespace corace
