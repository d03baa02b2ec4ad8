// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who looks on while a loop runs, and who may decide in its place: the detector and the explorer.
#pragma once

#include <chrono>
#include <cstdint>
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
enum class sync_event : std::uint8_t;

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
  bool watches = true;     ///< ran() is to be called, and the log wants to know of synchronisation objects

protected:
  ~scheduler() = default;
};

/// Who watches a loop.
struct supervision {
  bool observe = false; ///< tell the detector of tasks and synchronisation
  scheduler *order = nullptr;
  std::uint32_t ordinal = 1; ///< which loop of the process this is
};

/// For the evidence of a run that no scheduler watches.
void report_deadlock(const std::string &message) noexcept;

/// Thrown through run() when a scheduler abandons a run. Never seen by a task.
struct run_abandoned {};

} // namespace corace::detail
