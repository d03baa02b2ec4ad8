// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// explore(): runs a body again and again in this process, each time under another schedule, and tells what went wrong.
//
//   corace::explore_result result = corace::explore([&]() -> corace::task<void> { ... });
//
// The body is called afresh for each run and has to set up the state that it works on: globals are not restored between
// runs, and what a run finds in them that an earlier one left is said. What it touches is seen where the code was
// compiled with the pass, and where it goes through the primitives.
#pragma once

#include <corace/explore_shard.h>
#include <corace/explore_statistics.h>
#include <corace/explore_step.h>
#include <corace/task.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace corace {

struct explore_options {
  std::uint64_t runs = 2000; ///< at most this many schedules; those for shrinking are not counted
  double seconds = 30;       ///< at most this long
  /// portfolio, fifo, serial, site-hold, task-hold, directed, exhaustive, bounded, random, pct, pos, urw, surw or
  /// replay; docs/exploring.md tells what each does
  std::string strategy = "portfolio";
  std::uint64_t seed = 1;       ///< of the strategies that draw
  std::uint64_t depth = 0;      ///< of pct: how many ordering constraints a bug may need; 0: 1, 2, 3 and 5 in turns
  std::string bound = "delays"; ///< what bounded counts: delays or preemptions
  std::string finding = {};     ///< id of the candidate that directed goes for; empty: all of the file of candidates
  std::string token = {};       ///< with replay: the schedule
  bool lenient = false;         ///< with replay: what of the token does not apply is left out, and `stopped` says so
  std::string name = {};        ///< of the test; its tokens are refused by tests that have another one
  bool stop_at_first = false;   ///< end with the first failure
  /// Skip schedules that differ from another one by the order of independent segments only. Nothing: where the code was
  /// compiled with the pass; elsewhere what segments do to plain memory is not seen, and all segments count as
  /// dependent.
  std::optional<bool> footprints = {};
  std::uint64_t steps = 100000; ///< a run that takes more segments is cut off
  /// The part of the search that is run here. Nothing: what CORACE_SHARD says, else all of it.
  std::optional<explore_shard> shard = {};

  // What may happen besides one task running or another. All of it is off at first: it makes more schedules, and a
  // program that is not written for it fails. The numbers say how many of these a run may have at most.

  /// strict: a sleep ends when nothing is ready, in the order of the deadlines; free: at any time, in any order, as if
  /// segments took long. So do call_later() and call_at().
  std::string timers = "strict";
  std::uint64_t timeouts = 0; ///< time limits that pass before their time: timeout, wait_for(), wait(), as_completed()
  std::uint64_t cancellations = 0;     ///< tasks, other than the main one, that are cancelled at an await
  std::uint64_t spurious_wake_ups = 0; ///< waiters of a condition_variable, without predicate, that go on un-notified
  std::uint64_t full_queues = 0;   ///< items put into a queue of limited size that it has room for and refuses at first
  std::uint64_t exceptions = 0;    ///< calls of may_throw() that throw
  bool fail_at_step_limit = false; ///< a run that is cut off has failed
  /// Asked when the main task has ended: the result of the run, in words. A run has failed when its result is that of
  /// no order in which the main task's children run one after the other, up to 6 of them; of more children only some
  /// orders are run, and a result that none of these has is a note.
  std::function<std::string()> result = {};
};

/// Something that went wrong under a schedule.
struct explore_failure {
  std::string kind;               ///< as vocab/race_kinds.def spells it: "lost-update", "exception", "deadlock", ...
  std::string token;              ///< the schedule that shows it, with as few switches as could be found
  std::string message;            ///< what was thrown, who waits for what; for a race, where it is
  std::string object;             ///< for a race: what was raced for, as far as it is known
  std::uint64_t found_in_run = 0; ///< from 1
  std::string strategy;           ///< whose run that was
  std::uint32_t switches = 0;     ///< how many times the token makes the schedule leave the canonical one
  bool verified = false;          ///< the token showed it again, ten times of ten
  std::string file = {};          ///< of a failed check, where it stands; empty: not known
  std::uint32_t line = 0;
  std::vector<explore_step> steps = {}; ///< what the tasks did under the token's schedule
  /// Whether it can happen where the queue is first-in-first-out and only what takes time takes longer: "yes, ...",
  /// "latencies A.1=3us (worker.cpp:12)" (A's first timed wait takes 3 us longer than asked for), or "only ...". Empty
  /// where it was not asked: on a replay, and for what was not verified.
  std::string realisable = {};
};

struct explore_result {
  std::uint64_t runs = 0;                ///< schedules run to their end
  std::uint64_t blocked = 0;             ///< schedules given up because an equivalent one had been run
  bool complete = false;                 ///< every schedule was run, up to the order of independent segments
  std::string stopped;                   ///< why the search ended
  std::uint64_t cut_off = 0;             ///< runs that were ended because of their number of steps
  std::vector<std::string> notes;        ///< what is no failure and worth knowing, a sentence each
  std::vector<explore_failure> failures; ///< in the order in which they were found
  explore_statistics statistics = {};
  explore_shard part = {}; ///< of which this tells; `complete` means complete in this part

  [[nodiscard]] bool clean() const noexcept { return failures.empty(); }
};

/// The steps of a failure as lines of text, a column for each task, with the lines of the source where they can be
/// read.
[[nodiscard]] std::string interleaving(const explore_failure &failure);

/// The run that is under way has failed, and goes on: for assertions that do not throw. Outside of explore() the
/// process reports it as it reports races.
void report_failure(std::string message, std::source_location where = std::source_location::current());

/// Throws usage_error for an unknown strategy or a malformed token.
[[nodiscard]] explore_result explore(const std::function<task<void>()> &body, const explore_options &options = {});

namespace detail {
template <class Task> struct explored_result;
template <class T> struct explored_result<task<T>> {
  using type = T;
};
template <class Body> using explored_type = typename explored_result<std::invoke_result_t<Body &>>::type;
template <class T>
concept printable = requires(std::ostream &out, const T &value) { out << value; };
template <class T>
concept judgeable = !std::is_void_v<T> && (printable<T> || std::equality_comparable<T>);

template <class T, class Keep> task<void> keep_result(task<T> body, Keep keep) { keep(co_await std::move(body)); }
} // namespace detail

/// The same for a body with a result: a run has failed whose result is that of no serial order; see
/// explore_options::result. Results are the same when they are printed alike, or where they cannot be printed, when
/// they are equal.
template <class Body>
  requires detail::judgeable<detail::explored_type<Body>>
[[nodiscard]] explore_result explore(Body body, explore_options options = {}) {
  using T = detail::explored_type<Body>;
  std::string text;
  std::vector<T> known;
  const auto keep = [&](const T &value) {
    if constexpr (detail::printable<T>) {
      std::ostringstream out;
      out << value;
      text = out.str();
    } else {
      const auto at = std::find(known.begin(), known.end(), value);
      text = "value " + std::to_string(at - known.begin() + 1);
      if (at == known.end())
        known.push_back(value);
    }
  };
  options.result = [&] { return text; };
  return explore(std::function<task<void>()>([&] { return detail::keep_result<T>(body(), keep); }), options);
}

} // namespace corace
