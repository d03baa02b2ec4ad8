// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A strategy decides which ready task runs next. It has two halves, because a run may be in a forked process: in the
// search, strategy::next() writes a plan and learn() reads what the run has left; in the run, a picker reads the plan
// and picks. A plan is a few numbers in shared memory; a picker takes no memory from the heap, so that the addresses
// which a run sees depend on its schedule alone.
#pragma once

#include "explore/run_memory.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace corace::detail {
class task_state;
}

namespace corace::schedule {

/// One ready task, or a move.
struct ready_task {
  task_key key;
  std::uint64_t site;     ///< the await at which it goes on; 0: it has not begun
  std::uint32_t segments; ///< how many it has run
  std::uint32_t branch;   ///< which of the main task's children it descends from, from 1; 0: it is the main task
  const detail::task_state *state; ///< for await_site.h
  detail::move_kind what = detail::move_kind::task; ///< of a move, the others mean nothing but the key
};

/// A decision that is due: which task runs the next segment. Asked also when one alone is ready.
struct choice {
  std::span<const ready_task>
      ready;     ///< tasks sorted by path, then moves; the canonical choice is the last task or else the first here
  task_key last; ///< who ran before; 0: nobody
  std::uint32_t last_segments;                             ///< how many segments that one has run
  std::size_t step;                                        ///< number of this decision in the run, from 0
  std::span<const detect::footprint::cell> last_footprint; ///< what the segment before touched
};

/// What a segment asks for.
struct question {
  task_key asker;
  detail::choice_kind what;
  std::uint32_t number; ///< among the asker's questions of this kind, from 1
  std::uint32_t count;  ///< the answer is below
  std::size_t index;    ///< among the run's questions, from 0
};

/// How a picker deals with moves and questions.
enum class extras : std::uint8_t {
  none,  ///< there are none: pick() is given tasks alone, and all answers are 0
  drawn, ///< the conductor draws them at random; pick() is given tasks alone
  asked  ///< pick() is given both, and answer() is asked
};

/// What a picker returns to give the run up.
inline constexpr std::size_t give_up = ~std::size_t{0};

class picker {
public:
  /// An index into `now.ready`, or give_up.
  virtual std::size_t pick(const choice &now) = 0;
  /// For a picker to which all ready tasks are the same: pick() may be left out, and this one asked for a number below
  /// `count`. Nothing of a run need be written down for it.
  [[nodiscard]] virtual bool blind() const noexcept { return false; }
  virtual std::size_t draw(std::size_t) { return 0; }
  /// The tasks of the first steps, where the plan gives them; known() of them.
  [[nodiscard]] virtual std::size_t known() const noexcept { return 0; }
  [[nodiscard]] virtual task_key known_at(std::size_t) const noexcept { return 0; }
  /// `allowed` is what the search allows; a picker may change it.
  virtual extras prepare(allowance &) const noexcept { return extras::none; }
  virtual std::uint32_t answer(const question &) noexcept { return 0; }
  /// The loop keeps its own order, and pick() is not asked.
  [[nodiscard]] virtual bool loop_order() const noexcept { return false; }
  /// Under loop_order(): how many nanoseconds a segment takes.
  [[nodiscard]] virtual std::int64_t segment_takes() const noexcept { return 0; }
  /// How many nanoseconds later than `due` this one of a task's timed waits ends; `ordinal` counts them from 1.
  [[nodiscard]] virtual std::int64_t late(task_key, std::uint32_t ordinal, std::int64_t due) const noexcept {
    return static_cast<void>(ordinal), static_cast<void>(due), 0;
  }
  /// When the task that ran last sleeps, its sleep ends before others run.
  [[nodiscard]] virtual bool hurries() const noexcept { return false; }

protected:
  ~picker() = default; // pickers are plain: nobody destroys them
};

/// The index of the canonical choice.
[[nodiscard]] std::size_t canonical(const choice &now) noexcept;
/// The index of this task among the ready ones; give_up when it is not there.
[[nodiscard]] std::size_t index_of(const choice &now, task_key task) noexcept;

using plan = std::vector<std::uint64_t>;

/// What the schedules of a strategy say of the schedules that there are.
enum class schedule_source : std::uint8_t {
  given,      ///< nothing
  random,     ///< they are drawn, each without regard to the others
  enumeration ///< no two are equivalent
};

class strategy {
public:
  strategy() = default;
  strategy(const strategy &) = delete;
  strategy &operator=(const strategy &) = delete;
  virtual ~strategy() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Writes the plan of another run; false: there is none.
  virtual bool next(plan &out) = 0;
  /// A run of the last plan has ended.
  virtual void learn(const run_memory &) {}
  /// Whether learn() needs the steps of the run. Without, a search runs faster.
  [[nodiscard]] virtual bool wants_steps() const noexcept { return true; }
  /// Every schedule was run, up to the order of independent segments.
  [[nodiscard]] virtual bool complete() const noexcept { return false; }
  /// The last schedule belongs to another part of a search that is split; it was run to learn where it leads.
  [[nodiscard]] virtual bool elsewhere() const noexcept { return false; }
  /// Whether learn() needs to know who was ready at each step.
  [[nodiscard]] virtual bool wants_ready() const noexcept { return false; }
  [[nodiscard]] virtual schedule_source source() const noexcept { return schedule_source::given; }
  /// learn() can do without the steps that its plan gave, but for the last one (see picker::known()).
  [[nodiscard]] virtual bool knows_beginning() const noexcept { return false; }
  /// Whether learn() needs what segments touched.
  [[nodiscard]] virtual bool wants_footprints() const noexcept { return false; }
};

/// The first number of a plan.
enum class picker_kind : std::uint64_t {
  fifo,
  serial,
  random,
  replay,
  sequence,
  exhaustive,
  hold,
  pct,
  pos,
  urw,
  surw,
  bounded,
  order_hold,
  bytes
};

/// Enough room for any picker.
struct picker_storage {
  alignas(std::max_align_t) std::byte bytes[256];
};
/// The picker of a plan. `marks` is where it leaves what it has to say.
[[nodiscard]] picker &make_picker(picker_storage &storage, std::span<const std::uint64_t> numbers,
                                  shared_table<std::uint64_t> &marks);

} // namespace corace::schedule
