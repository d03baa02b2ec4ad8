// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// event_loop: a first-in-first-out ready queue and timers, on one thread.
//
// A tick runs what was ready when it began; what becomes ready meanwhile waits for the next tick. When nothing is ready
// the clock jumps to the next deadline, so a sleep costs no real time; where something outside of the loop is awaited,
// or the clock is real, the loop waits. When nothing of all that is left and the main task has not finished, that is a
// deadlock and is reported with the names of the waiting tasks.
//
// Nobody is ever resumed inline: a wake-up appends to the ready queue, first come, first served. The order may be taken
// over by a detail::scheduler (the explorer); then a task is chosen among all that are ready, and call-backs run as
// soon as they can.
//
// An exception of a call-back goes to the exception handler, and the loop goes on; a fatal_exit comes out of run_*().
//
// Conformance: LOOP, EXH, DBG.
// Differs from asyncio: timers with the same deadline fire in the order of their creation; virtual time is the default;
// a deadlock is an error; close() gives back the frames of tasks that have not ended, and says so.
#pragma once

#include <corace/callback_handle.h>
#include <corace/detail/scheduler.h>
#include <corace/detail/thread_state.h>
#include <corace/loop_clock.h>
#include <corace/loop_report.h>
#include <corace/run_options.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace corace {

template <class T> class future;
template <class T> class promise;
template <class T> class task;
template <class T> class task_handle;
class any_task;
class task_options;

namespace detail {
class reactor;
class thread_pool;
} // namespace detail

class event_loop {
public:
  explicit event_loop(const run_options &options = {}, detail::supervision watched = {});
  event_loop(const event_loop &) = delete;
  event_loop &operator=(const event_loop &) = delete;
  /// close(); tasks that have not ended are reported and not thrown.
  virtual ~event_loop();

  /// The loop that the calling thread runs; null: none.
  [[nodiscard]] static event_loop *current() noexcept { return detail::here.loop; }
  /// The same, for those who cannot do without: throws usage_error that names `who`.
  [[nodiscard]] static event_loop &require(const char *who);

  // Running. All throw usage_error where the loop is closed or the thread runs a loop already.

  /// Runs until the task or future has ended; its result, or what it threw. A coroutine becomes a task. Throws
  /// deadlock_error when nothing can run any more, usage_error when stop() came first.
  template <class T> T run_until_complete(task<T> coroutine);
  template <class T> T run_until_complete(const task_handle<T> &handle);
  template <class T> T run_until_complete(const future<T> &what);
  /// Runs until stop(); waits where nothing is left to do.
  void run_forever();
  /// The tick that is under way becomes the last one. Where the loop does not run, the next run has one tick.
  void stop() noexcept { stopping_ = true; }
  /// Gives everything back that has not run: call-backs and timers, and the frames of tasks, youngest first; nothing is
  /// run for it. May be repeated. Throws usage_error while the loop runs, and, after it has done its work, when there
  /// were tasks that had not ended: their names are in the message.
  void close();
  [[nodiscard]] bool is_running() const noexcept { return is_running_; }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }

  // Call-backs: any callable that needs no argument. All throw usage_error where the loop is closed, and in debug mode
  // where another thread calls.

  /// In the next tick, behind what is ready.
  callback_handle call_soon(std::function<void()> f, std::source_location where = std::source_location::current());
  /// The same, in this context itself.
  callback_handle call_soon(std::function<void()> f, const context &in,
                            std::source_location where = std::source_location::current());
  /// After `delay`; at once (in a tick to come) where it is not positive.
  template <class Rep, class Period>
  callback_handle call_later(std::chrono::duration<Rep, Period> delay, std::function<void()> f,
                             std::source_location where = std::source_location::current()) {
    return call_at(now() + detail::to_delay(delay), std::move(f), where);
  }
  /// At a time of the loop's clock.
  callback_handle call_at(loop_clock::time_point deadline, std::function<void()> f,
                          std::source_location where = std::source_location::current());
  /// From any thread: like call_soon(), and wakes the loop where it sleeps. The call-back runs in an empty context
  /// where the calling thread is not the loop's.
  void call_soon_threadsafe(std::function<void()> f);

  /// While one is held, the loop counts on being woken by another thread: it waits for real, and reports no deadlock.
  class outside_work {
  public:
    explicit outside_work(event_loop &loop) noexcept : loop_(&loop) { ++loop.outside_; }
    outside_work(outside_work &&other) noexcept : loop_(std::exchange(other.loop_, nullptr)) {}
    outside_work &operator=(outside_work &&) = delete;
    ~outside_work() {
      if (loop_)
        --loop_->outside_;
    }

  private:
    event_loop *loop_;
  };

  // Futures and tasks; see future.h, create_task.h.

  template <class T = void>
  [[nodiscard]] promise<T> create_promise(std::source_location where = std::source_location::current());
  /// All tasks that have not ended, oldest first.
  [[nodiscard]] std::vector<any_task> all_tasks() const;
  /// Called with each new task before it is queued; an empty one is none.
  using task_factory = std::function<void(event_loop &, const any_task &)>;
  void set_task_factory(task_factory f) { task_factory_ = std::move(f); }
  [[nodiscard]] const task_factory &get_task_factory() const noexcept { return task_factory_; }

  // What goes wrong where nobody waits for it.

  /// An empty one stands for the default, which prints a line on stderr.
  void set_exception_handler(exception_handler handler) { exception_handler_ = std::move(handler); }
  [[nodiscard]] const exception_handler &get_exception_handler() const noexcept { return exception_handler_; }
  /// Tells the handler. What a handler throws is reported in turn; only a fatal_exit comes out.
  void call_exception_handler(const loop_report &report);
  /// What the default handler does: may be overridden by who derives from the loop.
  virtual void default_exception_handler(const loop_report &report);

  // State.

  [[nodiscard]] loop_clock::time_point now() const noexcept;
  /// How many ticks have begun.
  [[nodiscard]] std::uint64_t ticks() const noexcept { return ticks_; }
  [[nodiscard]] bool debug() const noexcept { return debug_; }
  void set_debug(bool on) noexcept {
    debug_ = on;
    careful_ = debug_ || watched();
  }
  [[nodiscard]] std::chrono::nanoseconds slow_segment() const noexcept { return slow_segment_; }
  void set_slow_segment(std::chrono::nanoseconds limit) noexcept { slow_segment_ = limit; }
  /// How many timers stand in the heap.
  [[nodiscard]] std::size_t timers() const noexcept { return timers_.size(); }
  [[nodiscard]] bool strict() const noexcept { return strict_; }

  // For primitives.

  /// The task that runs; null: none, a call-back does.
  [[nodiscard]] detail::task_state *running() const noexcept { return running_; }
  [[nodiscard]] bool observed() const noexcept { return CORACE_INSTRUMENT && observed_; }
  /// Somebody wants to know what is done to synchronisation objects.
  [[nodiscard]] bool noted() const noexcept { return CORACE_INSTRUMENT && noted_; }
  /// The detector or the explorer looks on.
  [[nodiscard]] bool watched() const noexcept { return observed() || scheduler_; }
  /// Which loop of the process this is, from 1; the explorer's count.
  [[nodiscard]] std::uint32_t ordinal() const noexcept { return ordinal_; }
  /// Different for each loop of the process.
  [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }
  /// Whether the loop with this serial number has not been closed.
  [[nodiscard]] static bool alive(std::uint64_t serial) noexcept;

  /// Takes a new task in. It runs from the next tick on.
  void add(detail::task_state &task) {
    enlist(task);
    post(task);
  }
  /// Takes a new task in and runs its first segment at once, inside of the segment that runs.
  void add_eagerly(detail::task_state &task);
  /// A task that may stand in the ready queue, or be the scheduler's, is not to run as it is.
  void take_back(detail::task_state &task) noexcept {
    task.unlink();
    if (scheduler_)
      scheduler_->forget(task);
  }
  void remove(detail::task_state &task) noexcept {
    (task.previous_live ? task.previous_live->next_live : oldest_) = task.next_live;
    (task.next_live ? task.next_live->previous_live : youngest_) = task.previous_live;
    task.previous_live = task.next_live = nullptr;
  }
  /// Appends to the ready queue.
  void post(detail::ready_node &node) noexcept {
    if (!teardown_)
      ready_.push_back(node);
  }
  /// The same from any thread; the node must stay until it has had its turn. False: the loop is closed.
  bool post_threadsafe(detail::ready_node &node) noexcept;
  /// A parked task goes on in a tick to come, because of what the running task did.
  void wake(detail::task_state &task) noexcept {
    if (teardown_)
      return;
    task.now = detail::task_state::phase::ready;
    ready_.push_back(task);
    order(running_, &task);
  }
  /// The running task waits at `node`, which its primitive has queued already; `innermost` is what will be resumed.
  void park(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept {
    detail::task_state &task = *running_;
    node.task = &task;
    node.outcome = detail::wait_node::state::waiting;
    task.innermost = innermost;
    task.parked_at = &node;
    task.special = node.operations->proceed != nullptr;
    task.now = detail::task_state::phase::waiting;
    if (task.must_cancel && node.operations->cancel(node)) [[unlikely]]
      task.must_cancel = false;
  }
  /// The running task waits for what is not the runtime's; it may be woken from another thread.
  void park_outside(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept {
    ++outside_;
    park(node, innermost);
  }
  /// That wait is over.
  void leave_outside() noexcept { --outside_; }
  /// The running task goes on after all.
  void unpark_outside(detail::task_state &task) noexcept { task.now = detail::task_state::phase::running; }
  /// The running task gives up the rest of its turn.
  void yield(std::coroutine_handle<> innermost) noexcept {
    detail::task_state &task = *running_;
    task.innermost = innermost;
    task.now = detail::task_state::phase::ready;
    post(task);
  }
  /// The same, at a node that is asked for its outcome.
  void yield(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept {
    node.task = running_;
    node.outcome = detail::wait_node::state::woken;
    running_->parked_at = &node;
    running_->special = node.operations->proceed != nullptr;
    yield(innermost);
  }
  /// What the running task does to a lock, queue or the like.
  void note(detail::sync_event what, const void *object) noexcept {
    if (noted())
      detail::tell(*this, what, object);
  }
  /// What `from` has done happens before what `to` will do.
  void order(const detail::task_state *from, const detail::task_state *to) {
    if (observed() && from && to && from != to) [[unlikely]]
      detect::order(from->detector_id(), to->detector_id());
  }
  /// The way to the operating system: waits, sockets. Made when first asked for.
  [[nodiscard]] detail::reactor &outside();
  /// See readiness.h.
  void forget_descriptor(int descriptor) noexcept;
  /// The threads of to_thread(). Made when first asked for, joined by close().
  [[nodiscard]] detail::thread_pool &threads();
  /// Runs until it has ended. Throws deadlock_error, and usage_error as run_until_complete() does.
  void run_until(detail::future_state &what);
  /// The same, then cancels what is left and waits for that.
  void run_main(detail::future_state &main);
  /// Cancels all tasks that have not ended and waits for them.
  void cancel_all_tasks();
  /// From a signal handler: the loop calls its interrupt handler as soon as it can.
  void interrupt() noexcept;
  void set_interrupt_handler(std::function<void()> handler) { interrupt_handler_ = std::move(handler); }
  /// For one who runs loop after loop: as if it had just been made. Nothing must be left in it.
  void rewind() noexcept;
  /// Nothing is left in it: no task, no timer, nothing that is ready, no thread.
  [[nodiscard]] bool is_empty() const noexcept;
  /// Something that is not the loop's is awaited: a thread, a descriptor.
  [[nodiscard]] bool expects_outside() const noexcept;
  [[nodiscard]] detect::access_log *log() const noexcept { return log_; }
  /// Who decides in its place; null: nobody.
  [[nodiscard]] detail::scheduler *order() const noexcept { return scheduler_; }
  /// The key of the main task.
  [[nodiscard]] std::uint64_t root_key() const noexcept { return root_key_; }
  /// The ordinal of the next task that the main task creates, or that a call-back does.
  [[nodiscard]] std::uint32_t next_root_child() noexcept { return ++root_children_; }
  /// Throws usage_error where the loop is closed.
  void check_usable(const char *who) const;
  /// Tasks that are left when the loop is destroyed have been told of.
  void forgive_pending() noexcept { forgiven_ = true; }

private:
  friend class detail::timer;
  friend class detail::callback_state;
  class running_mark;
  /// stop() counts for one run.
  struct stop_guard {
    explicit stop_guard(event_loop &l) noexcept : loop(l) {}
    stop_guard(const stop_guard &) = delete;
    stop_guard &operator=(const stop_guard &) = delete;
    ~stop_guard() { loop.stopping_ = false; }
    event_loop &loop;
  };

  void check_thread(const char *who) const;
  callback_handle enqueue(std::function<void()> f, detail::context_slot values, std::source_location where);
  void enlist(detail::task_state &task) {
    task.retain();
    task.previous_live = youngest_;
    (youngest_ ? youngest_->next_live : oldest_) = &task;
    youngest_ = &task;
    task.number = ++task_numbers_;
    if (watched()) [[unlikely]]
      introduce(task);
  }
  void introduce(detail::task_state &task);
  bool advance();
  /// A turn has nothing to do but to run what is ready.
  [[nodiscard]] bool only_ready() const noexcept {
    return timers_.empty() && !reactor_ && !posts_waiting_.load(std::memory_order_relaxed) && !ready_.empty();
  }
  bool tick();
  void tick_without_waiting();
  bool run_ticks();
  bool step();
  bool run_picked();
  bool step_among_moves(const detail::offered_moves &offered);
  void gather_ready();
  bool gather_moves(const detail::offered_moves &offered);
  void make(const detail::move &chosen, bool log);
  void name_timer(detail::timer &timer) noexcept;
  bool collect();
  void run_ready();
  void fire_timers() noexcept;
  bool pass_time();
  void wait_outside();
  void take_posts();
  void take_posts_locked() noexcept;
  void hurry(detail::task_state &sleeper) noexcept;
  void run_node(detail::ready_node &node);
  void run_timed(detail::ready_node &node);
  void run_segment(detail::task_state &task);
  void run_watched(detail::task_state &task);
  void run_with_care(detail::ready_node &node);
  void advance_task(detail::task_state &task);
  [[nodiscard]] bool prepare(detail::task_state &task);
  void end_task(detail::task_state &task);
  void end_specially(detail::task_state &task);
  void leave_task() noexcept {
    detail::here.values = nullptr;
    running_ = nullptr;
  }
  [[nodiscard]] std::exception_ptr complain_of_foreign_hand(const detail::task_state &task) noexcept;
  void discard_everything() noexcept;
  [[nodiscard]] std::string pending_tasks() const;
  [[nodiscard]] std::string stuck_tasks() const;
  [[noreturn]] void deadlock(const detail::future_state &main);
  void insert(detail::timer &timer);
  void erase(detail::timer &timer) noexcept;
  void place(std::size_t index, detail::timer &timer) noexcept;
  void sift(std::size_t index) noexcept;

  detail::list<detail::ready_node> ready_;
  detail::task_state *running_ = nullptr;
  std::uint64_t ticks_ = 0;
  detail::scheduler *scheduler_;
  detect::access_log *log_;
  bool observed_;
  bool noted_; ///< observed, or there is a log
  bool teardown_ = false;
  bool debug_;
  bool careful_; ///< in debug mode or watched: segments are not just run
  bool strict_;
  bool real_time_;
  bool stopping_ = false;
  bool is_running_ = false;
  bool closed_ = false;
  bool forgiven_ = false; ///< who has not ended when the loop goes away has been told of
  bool told_of_silence_ = false;
  std::atomic<bool> posts_waiting_{false}; ///< there is something in posts_
  std::atomic<bool> interrupted_{false};   ///< interrupt() was called; posts_waiting_ is set too
  std::uint32_t outside_ = 0;              ///< outside_work objects
  std::uint32_t ordinal_;
  std::uint64_t serial_ = 0;
  std::uint64_t task_numbers_ = 0; ///< how many tasks it has had
  std::uint64_t root_key_;
  std::uint32_t root_children_ = 0;     ///< watched: how many the main task has made, or nobody
  std::vector<detail::timer *> timers_; ///< a heap: earliest deadline, then oldest, on top
  std::uint64_t timer_sequence_ = 0;
  loop_clock::time_point now_{};
  std::chrono::steady_clock::time_point began_; ///< now_ == 0 in real time
  detail::task_state *oldest_ = nullptr, *youngest_ = nullptr;
  std::uint32_t root_timers_ = 0;            ///< watched: how many the main task has started, or nobody
  std::vector<detail::move> moves_;          ///< for the scheduler; kept to spare allocations, as is the next
  std::vector<detail::timer *> next_timers_; ///< in their order
  std::mutex posts_lock_;
  detail::list<detail::ready_node> posts_; ///< from other threads; guarded by posts_lock_, as is the next
  bool asleep_ = false;                    ///< the loop waits in the reactor
  std::unique_ptr<detail::reactor> reactor_;
  std::unique_ptr<detail::thread_pool> threads_;
  std::chrono::nanoseconds slow_segment_;
  exception_handler exception_handler_;
  task_factory task_factory_;
  std::function<void()> interrupt_handler_;
};

namespace detail {
inline future_state::future_state(event_loop &in, void *result) noexcept
    : loop(&in), loop_serial(in.serial()), value(result) {}

[[noreturn]] void no_running_task(const char *who);
/// The state of the task that runs on this thread; throws usage_error that names `who` where none does.
[[nodiscard]] inline task_state &running_task(const char *who) {
  if (event_loop *loop = here.loop) [[likely]]
    if (task_state *task = loop->running()) [[likely]]
      return *task;
  no_running_task(who);
}
/// Ends a wait in await_resume(): true when it was cancelled. The caller then undoes what it has to and calls
/// throw_cancelled().
[[nodiscard]] inline bool end_wait(wait_node &node) noexcept {
  node.unlink();
  task_state *task = std::exchange(node.task, nullptr);
  if (!task)
    return false; // the await did not suspend
  task->parked_at = nullptr;
  return std::exchange(task->must_cancel, false) || node.outcome == wait_node::state::cancelled;
}
/// See event_loop::note(): on the loop that the calling thread runs, if any.
inline void note(sync_event what, const void *object) noexcept {
  if constexpr (CORACE_INSTRUMENT != 0)
    if (event_loop *loop = here.loop; loop && loop->noted()) [[unlikely]]
      tell(*loop, what, object);
}
/// The program reads the loop's clock.
void note_clock(const event_loop &loop) noexcept;
/// An await that could go on at once gives up a turn.
[[nodiscard]] inline bool strict_here() noexcept { return here.loop && here.loop->strict(); }
} // namespace detail

} // namespace corace
