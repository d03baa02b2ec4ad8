// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector's state. One lock guards all of it but what belongs to a thread.
#pragma once

#include "detect/candidates.h"
#include "detect/detector.h"
#include "detect/shadow.h"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace corace::detect {

/// A coroutine that runs on a thread, from its resumption until it leaves.
struct activation {
  std::uintptr_t frame;
  std::uintptr_t stack;   ///< where the thread's stack ended when it began: what is deeper belongs to this activation
  const corace_site *via; ///< the call or suspension in its body that was reached last
};

/// What belongs to a thread. Only that thread uses it.
struct thread_state {
  std::uint64_t run = 0; ///< the run that the rest is about
  std::vector<activation> stack;
  task_id entered = no_task;
  std::uintptr_t entered_stack = 0;
  const corace_site *last_call = nullptr;
  std::uintptr_t stack_low = 0; ///< lowest address of the thread's stack
  int paused = 0;
  bool busy = false; ///< the detector itself runs
  bool collects = false;
  flat_map<bool> touched; ///< the running segment's footprint, where it is asked for
  footprint last_footprint;
};

/// A live coroutine.
struct frame {
  std::uintptr_t address = 0, size = 0;
  const corace_site *site = nullptr;
  const corace_site *suspended_at = nullptr;
  task_id task = no_task;    ///< none until its body does something
  task_id creator = no_task; ///< who ran when it was created
  stamp created = 0;
  std::uintptr_t awaiter = 0;         ///< the coroutine that awaits it
  std::vector<std::uintptr_t> awaits; ///< the coroutines that it waits for
  std::vector<task_id> joined;        ///< tasks that ended while it waited for them
  bool returned = false;              ///< a coroutine that it called has come to its end
  bool body_began = false;            ///< it was resumed, or ran eagerly
  bool eager = false;                 ///< its body began inside the call that created it
  bool suspended = false;
  bool ever_suspended = false; ///< at a suspension of its body
  bool finished = false;       ///< it is at its final suspension
};

/// Everything that `from` had done at `time` happens before what the task does from then on, under every scheduler.
struct edge {
  stamp time;
  task_id from;
};

struct suspension {
  stamp time;
  std::uintptr_t frame;
  std::uint32_t segment;
  const corace_site *site;
};

/// What a task has seen at a candidate's first place.
struct watch {
  std::uint32_t candidate = 0;
  std::uint32_t segment = 0;
  bool active = false, second_counted = false;
  flat_map<access> cells; ///< by granule
};

struct task {
  std::string name;
  const corace_site *root = nullptr; ///< for the name, where none was given
  std::uint32_t segment = 0;
  std::uint32_t frames = 0;
  bool ran = false;
  std::vector<edge> edges;             ///< in the order of time
  std::vector<suspension> suspensions; ///< the last few
  flat_map<record> records;            ///< by address
  std::vector<watch> watches;
  std::vector<const void *> held; ///< locks and units

  void reset() {
    name.clear();
    root = nullptr;
    segment = frames = 0;
    ran = false;
    edges.clear();
    suspensions.clear();
    records.clear();
    watches.clear();
    held.clear();
  }
};

class detector {
public:
  std::atomic<bool> recording{false};
  std::mutex lock;
  std::uint64_t run = 0;
  run_options options;
  candidate_table candidates;

  // Tasks and frames (tasks.cpp).
  bool explicit_tasks = false;
  [[nodiscard]] task_id new_task(task_id parent, stamp when);
  [[nodiscard]] task &at(task_id id) { return tasks_[id]; }
  [[nodiscard]] bool exists(task_id id) const noexcept { return id != no_task && id <= used_tasks_; }
  [[nodiscard]] task_id current(thread_state &thread);
  [[nodiscard]] std::string name_of(task_id id);
  void begin_segment(task_id id);
  void add_edge(task_id from, task_id to);
  [[nodiscard]] bool ordered(const access &from, task_id to, stamp when);
  void coro_begin(thread_state &, std::uintptr_t address, std::uint64_t size, const corace_site *,
                  std::uintptr_t stack);
  void coro_suspend(thread_state &, std::uintptr_t address, const void *awaiter, std::uint64_t size,
                    const corace_site *);
  void coro_suspend_undo(thread_state &, std::uintptr_t address);
  void coro_leave(thread_state &, std::uintptr_t address);
  void coro_resume(thread_state &, std::uintptr_t address, const corace_site *, std::uintptr_t stack);
  void coro_end(thread_state &, std::uintptr_t address);
  [[nodiscard]] frame *frame_at(std::uintptr_t address);

  // Accesses (accesses.cpp).
  void touch(thread_state &, std::uintptr_t address, std::uint64_t size, const corace_site *, bool reads, bool writes);
  void forget(std::uintptr_t address, std::uint64_t size);
  void forget_allocation(std::uintptr_t address);

  // Runs (detector.cpp).
  void begin(const run_options &);
  [[nodiscard]] run_result end();
  void log(event::type what, task_id, const corace_site *);
  [[nodiscard]] stamp tick() noexcept { return ++now_; }

private:
  frame &frame_or_new(std::uintptr_t address);
  frame *frame_around(std::uintptr_t pointer);
  task_id task_of(frame &);
  void claim_awaited(frame &by, const void *awaiter, std::uint64_t size);
  void finish(thread_state &, frame &);
  void pop(thread_state &, std::uintptr_t address);

  struct footing; ///< what all granules of one access share
  void touch_granule(footing &, std::uintptr_t address, std::uintptr_t end);
  void check_generic(footing &, const access &, cell &, record &);
  void visit_first(footing &, const access &, const role &);
  void visit_second(footing &, const access &, const role &);
  [[nodiscard]] const access *broken_by(footing &, watch &, const shape &, const access &second, const access **first);
  void report(race_kind, const candidate *, const access &first, const access &rival, const access &second);
  [[nodiscard]] bool ordered_around(const access &first, const access &rival, const access &second);
  [[nodiscard]] const candidate *matching(race_kind, const access &first, const access &second);
  void collect_roles(thread_state &, const corace_site *site, const corace_site *via);

  stamp now_ = 0;
  std::vector<task> tasks_; ///< by id; reused from run to run
  task_id used_tasks_ = 0;
  task_id last_ran_ = no_task;
  std::map<std::uintptr_t, frame> frames_;
  flat_map<cell> cells_;    ///< by granule
  std::vector<role> roles_; ///< of the running access
  std::vector<reach> reached_;
  reach *counts_ = nullptr; ///< those, or where run_options wants them
  std::vector<violation> violations_;
  std::set<std::tuple<race_kind, const corace_site *, const corace_site *>> reported_;
  std::vector<event> history_;
};

[[nodiscard]] detector &the_detector() noexcept;
/// Null while the thread ends, or while the detector itself runs on it.
[[nodiscard]] thread_state *this_thread() noexcept;
[[nodiscard]] event to_event(const access &, event::type) noexcept;

/// Holds the detector's lock and keeps what it calls from being observed: the standard library's templates are shared
/// with the program, so the copies that the detector runs may be instrumented ones.
class detector_scope {
public:
  explicit detector_scope(detector &d);
  ~detector_scope();
  detector_scope(const detector_scope &) = delete;
  detector_scope &operator=(const detector_scope &) = delete;

private:
  detector &detector_;
  thread_state *thread_; ///< null where the thread's end, or an outer scope, has seen to it
};

} // namespace corace::detect
