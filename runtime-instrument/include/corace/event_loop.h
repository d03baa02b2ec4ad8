// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The event loop: a first-in-first-out ready queue and timers on virtual time, on one thread.
//
// A tick runs what was ready when it began; what becomes ready meanwhile waits for the next tick. When nothing is ready
// the clock jumps to the next deadline, so a sleep costs no real time. When no deadline is left either, and the main
// coroutine has not finished, that is a deadlock and is reported with the names of the waiting tasks.
//
// Nobody is ever resumed inline: a wake-up appends to the ready queue. The order may be taken over by a
// detail::scheduler (the explorer); then a task is chosen among all that are ready, and the loop's own call-backs run
// as soon as they can.
//
// Conformance: LOOP-01, LOOP-02, LOOP-03, LOOP-07, LOOP-09, LOOP-34.
// Differs from asyncio: timers with the same deadline fire in the order of their creation; virtual time is the default.
#pragma once

#include <corace/detail/config.h>
#include <corace/detail/task_state.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace corace {

/// The clock of the running loop: it stands still while tasks run and jumps when none is ready. Starts at zero with
/// each loop; zero where no loop runs.
struct loop_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<loop_clock>;
  static constexpr bool is_steady = true;
  [[nodiscard]] static time_point now() noexcept;
};

namespace detail {

/// A call at a time to come. Stands wherever its owner wants it; takes itself out when it is destroyed.
class timer : public ready_node {
public:
  timer() noexcept = default;
  timer(const timer &) = delete;
  timer &operator=(const timer &) = delete;
  ~timer() { stop(); }
  void start(event_loop &loop, loop_clock::time_point deadline, void (*expired)(ready_node &));
  void stop() noexcept;

private:
  friend class corace::event_loop;
  static constexpr std::size_t nowhere = ~std::size_t{0};
  event_loop *loop_ = nullptr; ///< while it stands in the heap
  loop_clock::time_point deadline_{};
  std::uint64_t sequence_ = 0;
  std::size_t index_ = nowhere;   ///< in the heap
  task_state *sleeper_ = nullptr; ///< who started it
};

/// Takes over the loop's order.
class scheduler {
public:
  /// The next task to run, one of `ready`, which are in the order in which they became ready; null: abandon the run.
  virtual task_state *pick(event_loop &loop, const std::vector<task_state *> &ready) = 0;
  /// The segment that pick() chose has ended.
  virtual void ran(task_state &task) = 0;
  /// A task has come to its end and still has its frame.
  virtual void ending(task_state &task) noexcept = 0;
  /// Whether the next run keeps the loop's own order, ticks included; then pick() is told and not asked.
  [[nodiscard]] virtual bool loop_order() const noexcept { return false; }
  /// A task whose sleep is to end before anything else runs, whatever is ready; null: time passes only when nothing is.
  [[nodiscard]] virtual task_state *in_a_hurry() const noexcept { return nullptr; }
  /// Nothing is ready and `message` says who waits for what; called once, before deadlock_error is thrown.
  virtual void deadlocked(const std::string &message) = 0;

protected:
  ~scheduler() = default;
};

/// For the evidence of a run that no scheduler watches.
void report_deadlock(const std::string &message) noexcept;

/// Thrown through run() when a scheduler abandons a run. Never seen by a task.
struct run_abandoned {};

} // namespace detail

class event_loop {
public:
  /// `observe`: tell the detector of tasks and synchronisation.
  explicit event_loop(bool observe = false, detail::scheduler *order = nullptr, std::uint32_t ordinal = 1) noexcept;
  event_loop(const event_loop &) = delete;
  event_loop &operator=(const event_loop &) = delete;
  /// Destroys what has not finished, youngest first; nothing is run for it.
  ~event_loop();

  /// The loop that the calling thread runs; null: none.
  [[nodiscard]] static event_loop *current() noexcept;
  /// The same, for those who cannot do without: throws usage_error that names `who`.
  [[nodiscard]] static event_loop &require(const char *who);

  /// Runs until the task has ended, then cancels what is left and waits for that.
  /// Throws deadlock_error; usage_error where the thread runs a loop already.
  void run(detail::task_state &main);

  /// How many ticks have begun.
  [[nodiscard]] std::uint64_t ticks() const noexcept { return ticks_; }
  [[nodiscard]] loop_clock::time_point now() const noexcept { return now_; }
  /// The task that runs; null: none, a call-back of the loop does.
  [[nodiscard]] detail::task_state *running() const noexcept { return running_; }
  [[nodiscard]] bool observed() const noexcept { return observed_; }
  /// All tasks that have not ended, oldest first.
  [[nodiscard]] std::vector<detail::task_state *> tasks() const;
  /// Which loop of the process this is, from 1.
  [[nodiscard]] std::uint32_t ordinal() const noexcept { return ordinal_; }

  // For primitives.

  /// Takes a new task in. It runs from the next tick on.
  void add(detail::task_state &task);
  void remove(detail::task_state &task) noexcept;
  /// Appends to the ready queue.
  void post(detail::ready_node &node) noexcept;
  /// A parked task goes on in a tick to come, because of what the running task did.
  void wake(detail::task_state &task) noexcept;
  /// The running task waits at `node`, which its primitive has queued already; `innermost` is what will be resumed.
  void park(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept;
  /// The running task gives up the rest of its turn.
  void yield(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept;
  /// An operation on a lock, event or the like belongs to the footprint of the running segment.
  void synchronise(const void *object, bool written) noexcept {
    if (observed_)
      detect::synchronise(object, written);
  }
  /// What `from` has done happens before what `to` will do.
  void order(const detail::task_state *from, const detail::task_state *to) {
    if (observed_ && from && to && from != to)
      detect::order(from->id, to->id);
  }
  [[nodiscard]] bool in_teardown() const noexcept { return teardown_; }

private:
  friend class detail::timer;
  bool tick();
  bool step();
  void fire_timers() noexcept;
  bool pass_time() noexcept;
  void hurry(detail::task_state &sleeper) noexcept;
  void run_node(detail::ready_node &node);
  void run_segment(detail::task_state &task);
  void run_leftovers();
  [[noreturn]] void deadlock(const detail::task_state &main);
  void insert(detail::timer &timer);
  void erase(detail::timer &timer) noexcept;
  void place(std::size_t index, detail::timer &timer) noexcept;
  void sift(std::size_t index) noexcept;

  detail::list<detail::ready_node> ready_;
  std::vector<detail::timer *> timers_; ///< a heap: earliest deadline, then oldest, on top
  std::uint64_t timer_sequence_ = 0;
  loop_clock::time_point now_{};
  std::uint64_t ticks_ = 0;
  detail::task_state *running_ = nullptr;
  detail::task_state *oldest_ = nullptr, *youngest_ = nullptr;
  detail::scheduler *scheduler_;
  std::vector<detail::task_state *> choices_; ///< for the scheduler; kept to spare allocations
  std::uint32_t task_names_ = 0;
  std::uint32_t ordinal_;
  bool observed_;
  bool teardown_ = false;
};

namespace detail {
/// The state of the task that runs on this thread; throws usage_error that names `who` where none does.
[[nodiscard]] task_state &running_task(const char *who);
/// Ends a wait in await_resume(): true when it was cancelled. The caller then undoes what it has to and throws.
[[nodiscard]] bool end_wait(wait_node &node) noexcept;
} // namespace detail

} // namespace corace
