// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who looks on while a loop runs, and who may decide in its place: the detector and the explorer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace corace {
class event_loop;
struct loop_report;
} // namespace corace
namespace corace::detect {
class access_log;
}

namespace corace::detail {

class task_state;
class timer;
enum class sync_event : std::uint8_t;

/// What a scheduler decides on.
enum class move_kind : std::uint8_t {
  task,   ///< a ready task runs
  timer,  ///< a timer fires, maybe before its time
  cancel, ///< a task is cancelled at its await
  wake    ///< a task wakes although nobody has woken it
};

/// What a segment asks of the scheduler.
enum class choice_kind : std::uint8_t {
  value,    ///< the result of choose()
  full,     ///< whether a queue that has room counts as full
  exception ///< whether may_throw() throws
};
inline constexpr std::size_t choice_kinds = 3;

/// The key of what happens to a task and is no segment of it; `ordinal`: which of its timers.
[[nodiscard]] std::uint64_t key_of_move(std::uint64_t task, move_kind what, std::uint32_t ordinal) noexcept;

/// What a scheduler may choose beside the ready tasks.
struct move {
  std::uint64_t key;     ///< in every run the same
  std::uint64_t owner;   ///< key of the task that it happens to
  std::uint32_t ordinal; ///< which of its timers, from 1; else 0
  move_kind what;
  bool canonical;                   ///< it happens when nobody intervenes: nothing is ready, so time passes
  bool fault;                       ///< it does not happen in every execution
  task_state *task;                 ///< that is cancelled or woken; else null
  std::span<timer *const> alarms{}; ///< that fire
};

/// What a scheduler has chosen; neither: the run is abandoned.
struct picked {
  task_state *task = nullptr;
  const move *made = nullptr;
};

/// Which moves a run may have.
struct offered_moves {
  bool timers = false, timeouts = false; ///< those of sleeps and calls; those that cut something off
  bool cancellations = false, wake_ups = false;
  bool one_by_one = false; ///< of several timers that are due next each fires alone, if it may
};

/// Takes over the loop's order.
class scheduler {
public:
  /// A task has become ready. The scheduler has it from now on, until pick() gives it back.
  virtual void ready(event_loop &loop, task_state &task) = 0;
  /// The next task to run, out of those that are ready; null: abandon the run. Asked where there is one.
  virtual task_state *pick(event_loop &loop) = 0;
  /// A task that is ready is not to run after all. Without effect where the scheduler does not have it.
  virtual void forget(task_state &task) noexcept = 0;
  /// The segment that pick() chose has ended.
  virtual void ran(task_state &task) = 0;
  /// What runs can do besides running tasks; null: nothing, and time passes when nothing is ready.
  [[nodiscard]] const offered_moves *offered() const noexcept { return offered_; }
  /// pick() where there may be moves; both may be missing, but not together.
  virtual picked pick_among(event_loop &loop, std::span<const move>) { return {.task = pick(loop), .made = nullptr}; }
  /// A task that moves may name; it may never have been ready.
  virtual void introduce(const task_state &) noexcept {}
  /// The move that pick_among() chose has been made.
  virtual void moved() {}
  /// The task that runs asks for a number below `count`; `name` is for reports.
  virtual std::uint32_t decide(task_state &, choice_kind, std::uint32_t, const char *) noexcept { return 0; }
  /// A task has come to its end and still has its frame.
  virtual void ending(task_state &task) noexcept = 0;
  /// A task whose sleep is to end before anything else runs, whatever is ready; null: time passes only when nothing is.
  [[nodiscard]] virtual task_state *in_a_hurry() const noexcept { return nullptr; }
  /// How much longer a timed wait takes than asked for. The running task, or a call-back, begins it now; it would end
  /// at `due` of the loop's clock.
  [[nodiscard]] virtual std::chrono::nanoseconds latency(const event_loop &, std::chrono::nanoseconds due) {
    (void)due;
    return {};
  }
  /// Under loop_order(): how long a segment takes by the virtual clock.
  [[nodiscard]] virtual std::chrono::nanoseconds segment_takes() const noexcept { return {}; }
  /// Where the loop's tasks write down what they touch; null: nowhere.
  [[nodiscard]] virtual detect::access_log *log() noexcept { return nullptr; }
  /// Nothing is ready and `message` says who waits for what; called once, before deadlock_error is thrown.
  virtual void deadlocked(const std::string &message) = 0;
  /// While the loop is observed: a task or call-back does this to a synchronisation object.
  virtual void told(const event_loop &, sync_event, const void *) {}
  /// In words, who woke nobody at this object and is known for it from told(); empty: nobody.
  [[nodiscard]] virtual std::string missed_wake_up(const void *) const { return {}; }
  /// What is for the loop's exception handler, where the program has none of its own; false: it is to be printed.
  virtual bool reported(const loop_report &) noexcept { return false; }
  /// A task's coroutine was resumed to its end by its handle.
  virtual void resumed_by_another(const task_state &) noexcept {}

  // What the loop asks at every step.
  bool idle = true;        ///< it has no task that is ready
  bool loop_order = false; ///< the loop keeps its own order, ticks included: a task is ready() when it is its turn
  bool hurries = false;    ///< in_a_hurry() may give one
  bool watches = true; ///< ran() and ending() are to be called, and the log wants to know of synchronisation objects

protected:
  ~scheduler() = default;
  const offered_moves *offered_ = nullptr;
};

/// Who watches a loop.
struct supervision {
  bool observe = false; ///< tell the detector of tasks and synchronisation
  scheduler *order = nullptr;
  std::uint32_t ordinal = 1; ///< which loop of the process this is
};

/// A number below `count` that the explorer chooses; 0 where nobody explores and where no task runs.
[[nodiscard]] std::uint32_t decide(choice_kind what, std::uint32_t count, const char *name = "") noexcept;

/// For the evidence of a run that no scheduler watches.
void report_deadlock(const std::string &message) noexcept;

/// Thrown through run() when a scheduler abandons a run. Never seen by a task.
struct run_abandoned {};

} // namespace corace::detail
