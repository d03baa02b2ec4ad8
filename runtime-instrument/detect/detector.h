// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector: watches the memory accesses of logical tasks and tells which windows were broken by another task.
// Accesses and coroutine events reach it through interface/corace_interface.h; whoever schedules the tasks itself (the
// runtime's own event loop) says so through this header, and then no task has to be inferred from frames.
#pragma once

#include "interface/corace_interface.h"
#include "vocab/race_kind.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corace::detail {
enum class sync_event : std::uint8_t;
}

namespace corace::detect {

/// A logical task of the current run: a coroutine together with all that it awaits. Numbered from 1 in the order of
/// creation within a run.
using task_id = std::uint32_t;
inline constexpr task_id no_task = 0;

/// A window that the static half proposes; read from the file that the option `candidates` names.
struct candidate {
  std::string id;
  race_kind kind;
  std::string object, function, file; // file: absolute path
  std::uint32_t first_line, first_end_line, suspension_line, second_line, second_end_line;
  /// From 1, an end is the last character's; 0: not known.
  std::uint32_t first_column, first_end_column, second_column, second_end_column;
};

/// One step of a run's history.
struct event {
  enum class type : std::uint8_t { read, write, suspend, resume, finish };
  type what;
  task_id task;
  std::uint32_t segment;   ///< of the task, from 0
  const corace_site *site; ///< the access itself, or the suspension
  const corace_site *via;  ///< the call in the coroutine's body that led to it; null where the body itself accesses
  std::uintptr_t address;  ///< 0 for a suspension
  std::uint32_t size;
  std::uint64_t value; ///< read or written, where size <= 8; sign is the reader's business
  bool has_value;
};

/// A window that another task broke in this run.
struct violation {
  race_kind kind;
  const candidate *matched; ///< the static candidate; null when only the run knows of it
  event first, suspension, rival, second;
  std::string object; ///< its name as far as it is known, else empty
};

/// What one segment touched: granules of 8 bytes and synchronisation objects, each read or written.
struct footprint {
  struct cell {
    std::uintptr_t key; ///< address / 8, or the synchronisation object's address with the lowest bit set
    bool written;
  };
  std::vector<cell> cells; ///< sorted by key, no key twice
};
[[nodiscard]] bool conflict(const footprint &a, const footprint &b) noexcept;

/// How often a candidate's two accesses were reached by one task in this order, over a suspension or not.
struct reach {
  const candidate *of;
  std::uint64_t first = 0, second = 0;
};

/// All that a finished run leaves.
struct run_result {
  std::vector<violation> violations; ///< in the order in which they happened; one for each kind and pair of sites
  std::vector<event> history; ///< empty unless it was asked for; only what belongs to violated objects, and suspends
  std::vector<reach> reached; ///< one for each candidate
};

struct run_options {
  bool history = false;    ///< keep what a report needs; slower
  bool footprints = false; ///< keep footprints of segments
  // For memory that outlives a process which crashes: results are written as they happen.
  reach *reached =
      nullptr; ///< where to count, one for each candidate; not set to zero; run_result::reached stays empty
  void (*violated)(void *context, const violation &) noexcept = nullptr; ///< must not call the detector
  void *context = nullptr;
};

/// How many sites the instrumented modules of this process have; 0: nothing was compiled with the pass.
[[nodiscard]] std::uint64_t instrumented_sites() noexcept;
/// A short stable fingerprint of the site tables of this process: changes when the instrumented code does.
[[nodiscard]] std::uint64_t fingerprint() noexcept;
/// The source files that have sites, each once.
[[nodiscard]] std::vector<std::string> instrumented_files();

/// Forgets the last run and starts a new one. Candidates stay.
void begin_run(const run_options &options);
/// Ends the run and hands over its results. Accesses from here to the next begin_run() are not recorded.
[[nodiscard]] run_result end_run();
/// Stops or restarts recording on this thread; used around destruction of what a run leaves behind.
void pause(bool paused) noexcept;
/// Reads a candidates file. Returns an empty string, or one line that says what is wrong and where.
[[nodiscard]] std::string load_candidates(const std::string &path);
[[nodiscard]] const std::vector<candidate> &candidates() noexcept;

// For a scheduler that knows its tasks. From the first add_task() of a run on, tasks are no longer inferred from
// frames.

/// A new task, created by `parent`.
task_id add_task(task_id parent, std::string_view name);
/// The calling thread runs the next segment of this task until leave().
void enter(task_id task) noexcept;
void leave() noexcept;
/// A task's first segment begins inside the segment of another, which goes on at leave_nested(); who that is.
/// Footprints are kept together.
[[nodiscard]] task_id enter_nested(task_id task) noexcept;
void leave_nested(task_id before) noexcept;
/// All that `from` has done so far happens before all that `to` will do, under every scheduler: a wake-up, a join.
void order(task_id from, task_id to);
/// What the running task does to a lock, queue or event. It counts in the footprint of the segment, and locks are kept
/// for held_locks().
void note(detail::sync_event what, const void *object) noexcept;
/// The locks and units that a task holds, in the order in which it took them; one that was handed on and released by
/// another task has gone.
[[nodiscard]] std::vector<const void *> held_locks(task_id task);
/// The footprint of the segment that leave() ended last.
[[nodiscard]] footprint take_footprint();

/// The task that the calling thread runs, and what is known of it.
[[nodiscard]] task_id current_task() noexcept;
[[nodiscard]] std::string task_name(task_id task);
/// The call in a coroutine's body that the calling thread is in; null when none is known. For creation places.
[[nodiscard]] const corace_site *current_call() noexcept;

// The texts of a site.
[[nodiscard]] const char *file_of(const corace_site &site) noexcept;     ///< "" when not known
[[nodiscard]] const char *function_of(const corace_site &site) noexcept; ///< "" when not known
[[nodiscard]] const char *object_of(const corace_site &site) noexcept;   ///< "" when not known

} // namespace corace::detect
