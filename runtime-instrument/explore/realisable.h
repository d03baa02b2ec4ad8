// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a failure can happen under a first-in-first-out queue: the loop keeps its own order, and only what takes time
// (sleeps, timeouts) takes longer than asked for. Segments take time here, as they do in life: else a wait could end
// before or after what runs, and never in the midst of it.
#pragma once

#include "explore/run_memory.h"
#include "explore/strategy.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace corace::schedule {

/// A timed wait that takes longer than asked for.
struct late_wait {
  std::string task; ///< label; empty: a call-back's timer
  task_key key = 0;
  std::uint32_t ordinal = 0; ///< among the timed waits that the task begins, from 1
  std::int64_t late = 0;     ///< nanoseconds
  std::string file;          ///< of the await; empty: not known
  std::uint32_t line = 0;
};

struct realisability {
  enum class verdict : std::uint8_t {
    unknown,    ///< was not asked
    fifo,       ///< a plain run shows it
    latencies,  ///< those of `waits` show it
    reordering, ///< nothing takes time, so there is but one order under such a queue
    not_found   ///< in `runs` runs
  };
  verdict is = verdict::unknown;
  std::vector<late_wait> waits;
  std::uint64_t runs = 0;
};

/// One line; empty for `unknown`.
[[nodiscard]] std::string to_string(const realisability &r);

/// Searches for latencies that show a failure.
class latency_search {
public:
  struct limits {
    std::uint64_t runs = 1000;
    std::function<bool()> late = [] { return false; };
  };
  /// `shows` runs a plan with its steps and timed waits written down to `last`, and tells whether the failure showed.
  latency_search(std::function<bool(const plan &)> shows, const run_memory &last, limits most)
      : shows_(std::move(shows)), last_(last), most_(std::move(most)) {}
  /// `failing` is the plan of a schedule that shows the failure; a plain run does not.
  [[nodiscard]] realisability judge(const plan &failing);

private:
  using waits = std::vector<late_wait>;
  [[nodiscard]] bool try_these(const waits &each);
  [[nodiscard]] bool follow(const plan &failing);
  [[nodiscard]] bool one_or_two();
  [[nodiscard]] bool by_chance();
  void simplify();
  [[nodiscard]] bool spent() const { return runs_ >= most_.runs || most_.late(); }
  [[nodiscard]] waits taken() const;

  std::function<bool(const plan &)> shows_;
  const run_memory &last_;
  limits most_;
  std::vector<timer_entry> timers_; ///< of the run without latencies
  waits found_;
  std::uint64_t runs_ = 0;
  bool outside_ = false; ///< something that is not the loop's was awaited
};

} // namespace corace::schedule
