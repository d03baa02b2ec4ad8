// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The quick half of the detector, for searches that run a program millions of times: what each segment touched, and
// whether the run may have broken a window. It knows neither order nor locks nor values, so it says "may" too often and
// never too seldom; the search then runs the same schedule once more under the detector proper. One thread.
#pragma once

#include "detect/blocks.h"
#include "detect/detector.h"
#include "detect/flat_map.h"
#include "detect/globals.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace corace::detect {

class access_log {
public:
  enum class access : std::uint8_t { read = 1, write = 2, update = 3 };

  /// `footprints`: keep what each segment touches.
  void begin_run(bool footprints) noexcept;
  /// Whether the segments from here on leave a footprint, in a run with footprints.
  void collect(bool on) noexcept { collects_ = on && footprints_; }
  /// A segment of this task begins; `stack` is where the running thread's stack ends.
  void begin_segment(std::uint64_t task, std::uintptr_t stack) noexcept {
    task_ = task;
    segment_began_ = ++time_;
    stack_ = stack;
    touched_.clear();
  }
  /// The same for a task that runs inside of another one's segment; what has to be given back to leave_nested().
  [[nodiscard]] std::uint64_t enter_nested(std::uint64_t task) noexcept { return std::exchange(task_, task); }
  void leave_nested(std::uint64_t before) noexcept { task_ = before; }
  void end_segment() noexcept { task_ = 0; }

  /// An access to something that `identity` stands for, from the place in the program that `place` stands for.
  void memory(std::uintptr_t identity, access what, std::uint64_t place) noexcept;
  /// An access to memory.
  void memory(std::uintptr_t address, std::uint64_t size, access what, const corace_site *site) noexcept;
  /// From here on they are told what is done to them; they outlive the log.
  void watch(globals *all) noexcept { globals_ = all; }
  /// An access to what may be a global.
  void global(std::uintptr_t address, std::uint64_t size, access what, const char *name, const char *file,
              std::uint32_t line) {
    if (globals_ && task_ && globals_->contains(address))
      globals_->touched(address, size, what != access::write, name, file, line);
  }
  /// Memory is given out, or taken back: from here on it is something else. Footprints do not tell by its address what
  /// was given out in the run: it has another one under another schedule.
  void allocated(std::uintptr_t address, std::uint64_t size) noexcept;
  void freed(std::uintptr_t address) noexcept;
  /// Something happened to a synchronisation object.
  void sync(const void *object, bool changes) noexcept {
    changes_ += changes;
    if (collects_ && task_)
      touched(reinterpret_cast<std::uintptr_t>(object) | 1, changes);
  }
  [[nodiscard]] bool inside_segment() const noexcept { return task_ != 0; }
  [[nodiscard]] std::uintptr_t stack() const noexcept { return stack_; }

  /// Of the segment that ended last: sorted, no key twice.
  [[nodiscard]] std::span<const footprint::cell> segment_footprint();
  /// How many writes and changes of synchronisation objects the run has seen so far.
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }
  /// Some memory was seen in this run.
  [[nodiscard]] bool memory_seen() const noexcept { return memory_seen_; }
  /// The run should be judged by the detector proper.
  [[nodiscard]] bool suspicious() const noexcept { return suspicious_; }
  /// Some memory was seen, in whatever run.
  [[nodiscard]] bool any_memory() const noexcept { return any_memory_; }

private:
  struct write {
    std::uint64_t task = 0, place = 0;
    std::uint32_t time = 0;
  };
  /// What a task has done at an address last.
  struct memory_of_task {
    std::uint64_t read_place = 0, write_place = 0;
    std::uint32_t read_time = 0, write_time = 0; ///< 0: it has not, or it has written since it read
    std::uint64_t overtaken = 0; ///< where it had read before a rival wrote and it read again; 0: that did not happen
  };
  /// What is known of a granule, or of what else an identity stands for.
  struct cell {
    struct own {
      std::uint64_t task = 0; ///< 0: free
      std::uintptr_t address = 0;
      memory_of_task memory;
    };
    std::uint64_t name = 0;    ///< in footprints; 0: not known yet
    std::uint32_t born = 0;    ///< what tasks remember from before is about something else
    write last, last_by_other; ///< by two tasks, so that every task has a rival's last write here
    own first[3];              ///< of those who come first; the others' are in remembered_
  };
  [[nodiscard]] memory_of_task &own_memory(cell &at, std::uintptr_t address);
  void touched(std::uint64_t name, bool written) noexcept;
  [[nodiscard]] std::uint64_t name_of(std::uintptr_t granule) noexcept;
  void judge(cell &at, std::uintptr_t address, access what, std::uint64_t place) noexcept;
  void suspect(std::uint64_t first, const write &rival, std::uint64_t second) noexcept;
  void forget(std::uintptr_t address, std::uint64_t size) noexcept;

  std::uint64_t task_ = 0; ///< 0: no segment runs
  std::uint32_t time_ = 0, segment_began_ = 0;
  bool footprints_ = false, collects_ = false, suspicious_ = false;
  bool any_memory_ = false, memory_seen_ = false;
  std::uint64_t changes_ = 0;
  std::uintptr_t stack_ = 0;
  globals *globals_ = nullptr;
  std::vector<footprint::cell> touched_;
  flat_map<cell> cells_;                                      ///< by granule, or identity
  flat_map<memory_of_task> remembered_;                       ///< by task and address; see own_memory()
  block_table blocks_;                                        ///< empty unless footprints are asked for
  flat_map<std::uint32_t> allocations_;                       ///< how many each task has made
  std::unordered_map<std::uint64_t, std::uint32_t> suspects_; ///< how often three places have been suspected, ever
  std::uint64_t last_suspect_ = 0;
  std::uint32_t *times_ = nullptr; ///< those of last_suspect_
};

} // namespace corace::detect
