// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector's state. One lock guards all of it but what belongs to a thread; see threads.h.
#pragma once

#include "detect/candidates.h"
#include "detect/detector.h"
#include "detect/shadow.h"
#include "detect/threads.h"

#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace corace::detect {

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

  /// Another coroutine's from now on; what has memory keeps it.
  void reset() noexcept {
    awaits.clear();
    joined.clear();
    *this = {.awaits = std::move(awaits), .joined = std::move(joined)};
  }
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
  stamp searched_until = 0;       ///< by the search that `search` numbers; see detector::ordered()
  std::uint64_t search = 0;

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
  std::mutex lock; ///< taken by detector_scope alone
  run_options options;
  candidate_table candidates;

  // Tasks and frames (tasks.cpp).
  [[nodiscard]] task_id new_task(task_id parent, stamp when);
  [[nodiscard]] task &at(task_id id) { return tasks_[id]; }
  [[nodiscard]] bool exists(task_id id) const noexcept { return id != no_task && id <= used_tasks_; }
  [[nodiscard]] task_id current(thread_state &thread) {
    return tasks_are_told.load(std::memory_order_relaxed) ? thread.entered : inferred(thread);
  }
  [[nodiscard]] std::string name_of(task_id id);
  void begin_segment(task_id id);
  void add_edge(task_id from, task_id to);
  [[nodiscard]] bool ordered(const access &from, task_id to, stamp when);
  void coro_begin(thread_state &, std::uintptr_t address, std::uint64_t size, const corace_site *,
                  std::uintptr_t stack);
  void coro_suspend(thread_state &, std::uintptr_t address, const void *awaiter, std::uint64_t size,
                    const corace_site *);
  void coro_suspend_undo(thread_state &, std::uintptr_t address);
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
  frame *frame_of(activation &running);
  frame *frame_around(std::uintptr_t pointer);
  void forget_frames();
  task_id task_of(frame &);
  task_id inferred(thread_state &);
  void claim_awaited(frame &by, const void *awaiter, std::uint64_t size);
  void finish(thread_state &, frame &);

  void remember(thread_state &, task_id, std::uintptr_t address, std::uint64_t size, const corace_site *, bool reads,
                bool writes);
  struct footing; ///< what all granules of one access share
  void touch_granule(footing &, std::uintptr_t address, std::uintptr_t end);
  void check_generic(footing &, cell &, record &);
  void visit_roles(footing &);
  void visit_first(footing &, const role &);
  void visit_second(footing &, const role &);
  [[nodiscard]] const access *broken_by(watch &, const shape &, const access &second, const access **first);
  [[nodiscard]] bool is_news(race_kind, const access &first, const access &second) const noexcept;
  void report(race_kind, const candidate *, const access &first, const access &rival, const access &second);
  [[nodiscard]] bool ordered_around(const access &first, const access &rival, const access &second);
  [[nodiscard]] const candidate *matching(race_kind, const access &first, const access &second);
  void collect_roles(thread_state &, const corace_site *site, const corace_site *via);

  /// Whether all accesses are remembered, and not only those that a violation can be made of.
  [[nodiscard]] bool remembers_all() const noexcept { return !candidates.empty() || options.history; }
  [[nodiscard]] bool knows_of(std::uintptr_t address, std::uintptr_t end) noexcept;

  stamp now_ = 0;
  std::vector<task> tasks_;                     ///< by id; reused from run to run
  std::vector<flat_map<record>> spare_records_; ///< of tasks that have ended
  task_id used_tasks_ = 0;
  task_id last_ran_ = no_task;
  std::map<std::uintptr_t, frame> frames_; ///< by address
  std::vector<std::map<std::uintptr_t, frame>::node_type> spare_frames_;
  flat_map<cell> cells_;        ///< by granule
  flat_map<recent<2>> readers_; ///< of granules; kept only while a candidate asks for them
  std::vector<role> roles_;     ///< of the running access
  std::vector<reach> reached_;
  reach *counts_ = nullptr; ///< those, or where run_options wants them
  std::vector<violation> violations_;
  struct reported {
    race_kind kind;
    const corace_site *first, *second;
    [[nodiscard]] bool operator==(const reported &) const noexcept = default;
  };
  std::vector<reported> reported_; ///< few: one for each kind and pair of places
  std::vector<event> history_;
  std::uint64_t searches_ = 0;
  std::vector<edge> open_; ///< of a search; see ordered()
};

extern constinit detector *instance; ///< null until somebody asks
[[nodiscard]] detector &make_detector();
[[nodiscard]] inline detector &the_detector() { return instance != nullptr ? *instance : make_detector(); }
[[nodiscard]] event to_event(const access &, event::type) noexcept;

/// Keeps other threads out of the detector, and what it calls from being observed: the standard library's templates are
/// shared with the program, so the copies that the detector runs may be instrumented ones.
class detector_scope {
public:
  explicit detector_scope(detector &d) : detector_scope(d, this_thread()) {}
  /// `thread` is the calling one; null where the thread's end, or an outer scope, has seen to it.
  detector_scope(detector &d, thread_state *thread) : lock_(only_thread() ? nullptr : &d.lock), thread_(thread) {
    if (thread_ != nullptr)
      thread_->quiet |= thread_state::busy;
    if (lock_ != nullptr)
      lock_->lock();
  }
  ~detector_scope() {
    if (lock_ != nullptr)
      lock_->unlock();
    if (thread_ != nullptr)
      thread_->quiet &= ~thread_state::busy;
  }
  detector_scope(const detector_scope &) = delete;
  detector_scope &operator=(const detector_scope &) = delete;

private:
  std::mutex *lock_;
  thread_state *thread_;
};

} // namespace corace::detect
