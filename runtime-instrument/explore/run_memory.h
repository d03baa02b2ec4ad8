// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run leaves: its decisions, its segments' footprints, and what went wrong. Plain values in shared memory,
// written as they happen, so that the search reads the same thing whether the run was in this process or in a forked
// one that crashed.
#pragma once

#include "detect/detector.h"
#include "explore/allowance.h"
#include "explore/shared_table.h"

#include <corace/detail/scheduler.h>

#include <cstdint>
#include <source_location>

namespace corace::schedule {

/// A task in every run: a hash of its path. 0: none.
using task_key = std::uint64_t;

struct task_entry {
  task_key key;
  detect::task_id id;
  std::uint32_t loop; ///< ordinal of its event loop
  char label[64];     ///< "A.B"
  char name[64];
};

/// One decision and the segment, or the move, that followed.
struct step_entry {
  task_key chosen;
  task_key owner;              ///< the task that runs, or that the move happens to
  detail::move_kind what;      ///< is chosen
  std::uint32_t timer;         ///< which of the owner's timers
  task_key last;               ///< who ran before; 0: nobody
  std::uint32_t last_segments; ///< how many segments that one had run
  bool deviates;               ///< from the canonical choice
  bool ended;                  ///< the task came to its end
  std::uint64_t site;          ///< the await at which the task went on; 0: it began
  std::source_location at;     ///< the same, for readers; line 0: it began
  std::source_location own_at; ///< the await of the task's own coroutine, where it awaits others
  std::uint32_t ready_begin, ready_count;
  std::uint32_t cells_begin, cells_count;
  std::int64_t time; ///< of the loop's clock, in nanoseconds; 0 where timers are not written down
};

/// A timed wait, or a timed call-back.
struct timer_entry {
  task_key task;         ///< that has begun it; 0: a call-back
  std::uint32_t ordinal; ///< among those of the task, from 1
  std::uint32_t step;    ///< the number of the step in which it began
  std::int64_t due;      ///< of the loop's clock, in nanoseconds, as asked for
  std::int64_t late;     ///< how much longer it takes
  std::uint32_t line;    ///< of the await
  char file[256];
};

/// A choice that a segment makes.
struct value_entry {
  task_key asker;
  detail::choice_kind what;
  std::uint32_t number; ///< among the asker's choices of this kind, from 1
  std::uint32_t count, value;
  std::uint32_t step; ///< in whose segment it is
  char name[32];
};

/// A timer that fired because time passed.
struct expiry_entry {
  task_key owner;
  std::uint32_t timer, step;
};

struct violation_entry {
  race_kind kind;
  const detect::candidate *matched;
  detect::event first, suspension, rival, second;
  std::uint32_t loop;
  char object[192];
};

/// Something that went wrong and is no race.
struct failure_entry {
  race_kind kind;
  const corace_site *site; ///< where, if the pass knows
  std::uint32_t line;      ///< where, if the compiler knows; 0: not known
  char file[256], function[128];
  char message[1024];
};

struct history_entry {
  detect::event event;
  std::uint32_t loop;
};

using reach_entry = detect::reach;

/// A variable whose value at the end of the run is asked for.
struct sample_entry {
  std::uintptr_t address;
  std::uint32_t size;
  bool known; ///< the address could be read when the main task ended
  std::uint64_t value;
};

struct run_flags {
  // Set by the search.
  bool steps = true;       ///< write the steps down
  bool ready = true;       ///< and who was ready
  bool footprints = false; ///< and what each of them touched
  bool detect = true;      ///< the detector watches; else only `suspicious` tells
  bool history = false;    ///< and keeps what it needs for reports
  bool labels = true;      ///< and who the tasks are
  bool skip_known = false; ///< but not the steps that the plan gives, except for the last one
  bool timers = false;     ///< write timed waits down
  bool timed = false;      ///< note when each step begins
  std::uint64_t most_steps = 0;
  allowance allowed;
  // Set by the run.
  std::uint64_t skipped;   ///< steps that were not written down
  bool moves;              ///< were offered; the decisions are others then
  bool cancelled;          ///< a task was cancelled by a move
  bool left_out;           ///< the search allows moves or values that the picker knows nothing of
  bool suspicious;         ///< the detector would have something to judge
  bool outside;            ///< something that is not the loop's was awaited; known where timers are written down
  bool finished;           ///< it came to its end and wrote down all it had
  bool abandoned;          ///< the picker gave it up
  bool cut_off;            ///< it took too many steps, or its steps too long
  bool slow;               ///< it was ended because it took too long
  bool hung;               ///< it was slow in a single step
  std::int64_t step_began; ///< the last one; of the steady clock, in nanoseconds
  std::uint64_t taken;     ///< steps; of a run that has finished
  int crashed;             ///< the signal that ended it, as far as it could say; 0: none
};

struct run_memory {
  shared_table<run_flags> flags{1};
  shared_table<std::uint64_t> plan{std::size_t{1} << 22};
  shared_table<std::uint64_t> marks{std::size_t{1} << 20}; ///< what the picker has to say; see replay.h
  shared_table<task_entry> tasks{std::size_t{1} << 18};
  shared_table<step_entry> steps{std::size_t{1} << 18};
  shared_table<task_key> ready{std::size_t{1} << 23};
  shared_table<detect::footprint::cell> cells{std::size_t{1} << 23};
  shared_table<value_entry> values{std::size_t{1} << 18};
  shared_table<expiry_entry> expiries{std::size_t{1} << 18};
  shared_table<violation_entry> violations{std::size_t{1} << 12};
  shared_table<failure_entry> failures{std::size_t{1} << 8};
  shared_table<history_entry> history{std::size_t{1} << 19};
  shared_table<reach_entry> reached{std::size_t{1} << 16};
  shared_table<timer_entry> timers{std::size_t{1} << 12};
  shared_table<sample_entry> samples{std::size_t{1} << 8};

  run_memory() { flags.push(run_flags{}); }
  /// Makes room for another run. The plan, the samples and the flags of the search stay.
  void clear() noexcept {
    marks.clear();
    tasks.clear();
    steps.clear();
    ready.clear();
    cells.clear();
    values.clear();
    expiries.clear();
    violations.clear();
    failures.clear();
    history.clear();
    reached.clear();
    timers.clear();
    flags[0].finished = flags[0].abandoned = flags[0].cut_off = false;
    flags[0].hung = flags[0].slow = flags[0].suspicious = flags[0].outside = false;
    flags[0].skipped = 0;
    flags[0].moves = flags[0].cancelled = flags[0].left_out = false;
    flags[0].step_began = 0;
    flags[0].taken = 0;
    flags[0].crashed = 0;
    for (sample_entry &each : samples.all())
      each.known = false;
  }
  /// In a process that the program itself has forked: the run is its parent's.
  void keep_to_itself() noexcept {
    const auto each = [](auto &...tables) { (tables.keep_to_itself(), ...); };
    each(flags, plan, marks, tasks, steps, ready, cells, values, expiries, violations, failures, history, reached,
         timers, samples);
  }
  /// Where flags.ready was set.
  [[nodiscard]] std::span<const task_key> ready_at(const step_entry &step) const noexcept {
    return ready.part(step.ready_begin, step.ready_count);
  }
  [[nodiscard]] std::span<const detect::footprint::cell> cells_of(const step_entry &step) const noexcept {
    return cells.part(step.cells_begin, step.cells_count);
  }
};

} // namespace corace::schedule
