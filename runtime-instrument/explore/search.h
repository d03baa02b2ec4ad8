// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The search: which schedules are run, what is new in them, and the shortest schedule that shows it.
#pragma once

#include "detect/detector.h"
#include "explore/knowledge.h"
#include "explore/nondeterminism.h"
#include "explore/oracle.h"
#include "explore/realisable.h"
#include "explore/runner.h"
#include "explore/statistics.h"
#include "explore/strategy.h"
#include "explore/token.h"

#include <corace/explore_shard.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace corace::schedule {

/// What was found last may be judged for this part of the time beyond the limit.
inline constexpr double grace = 0.1;

class exhaustive;

struct search_options {
  std::string strategy = "portfolio"; ///< one of strategy_names
  std::uint64_t seed = 1;
  std::uint64_t depth = 0;      ///< of pct; 0: 1, 2, 3 and 5 in turns
  std::string bound = "delays"; ///< what bounded counts: delays or preemptions
  std::string finding;          ///< id of the candidate that directed goes for; empty: all
  std::uint64_t runs = 2000;    ///< at most; those for shrinking and verifying are not counted
  double seconds = 30;
  std::uint64_t steps = 100000; ///< of one run
  bool stop_at_first = false;
  bool footprints = true;
  explore_shard part = {};
  bool once = false; ///< one schedule: under the detector from the start, and nothing is learned or counted
  allowance allowed;
  bool fail_at_step_limit = false; ///< a schedule that is cut off is a failure
};

/// What is seen of a variable at the end of runs.
struct end_value {
  std::string object;
  std::uint64_t serial, here; ///< at the end of every serial order; at the end of the reported schedule
  std::uint32_t size;
};

struct finding {
  race_kind kind;
  std::optional<violation_entry> race; ///< else it is a failure
  std::optional<failure_entry> failure;
  std::vector<deviation> schedule;
  bool verified = false;          ///< the schedule showed it ten times of ten
  std::uint64_t found_in_run = 0; ///< from 1
  std::string strategy;           ///< whose run that was
  std::uint32_t switches = 0;     ///< between tasks, from the window's first access to its second; else in all
  enum class fifo { yes, no, unknown } under_fifo = fifo::unknown;
  realisability realisable;
  std::vector<task_entry> tasks;      ///< of the reported run
  std::vector<step_entry> steps;      ///< of the reported run
  std::vector<history_entry> history; ///< of the reported run
  std::optional<end_value> value;
};

struct search_result {
  std::string strategies; ///< those that ran, joined by ", "
  std::uint64_t runs = 0, blocked = 0;
  double seconds = 0;
  bool complete = false;
  std::string stopped; ///< why the search ended
  std::vector<finding> findings;
  std::vector<reach_entry> reached; ///< the most of any run
  explore_statistics statistics;
  explore_shard part;
  std::uint64_t cut_off = 0;      ///< of the runs, those that were ended because of their number of steps
  std::string nondeterminism;     ///< where the program did something else under the same schedule
  std::vector<std::string> notes; ///< what is no failure and worth knowing, a sentence each
};

class search {
public:
  search(runner &run, search_options options);
  /// Throws std::invalid_argument for an unknown strategy.
  [[nodiscard]] search_result go();
  /// The schedules of this strategy alone.
  [[nodiscard]] search_result go(strategy &only);
  /// One run under this schedule. Throws std::invalid_argument when it does not fit the program.
  [[nodiscard]] search_result follow(const std::vector<deviation> &schedule, bool lenient = false);

private:
  using key_set = std::set<std::string>;
  /// Runs schedules of the strategy of this name, which is not the portfolio.
  void run_alone(std::string_view name);
  /// All strategies, those first that find much in few runs.
  void run_portfolio();
  void run_directed(std::uint64_t share);
  void run_bounded();
  void enumerate(exhaustive &s, std::uint64_t share);
  /// Enumerates and draws, in turns.
  void run_to_the_end();
  /// Runs schedules of one strategy until it has none left, `share` runs are used up, the search is over or `enough`.
  void explore(strategy &s, std::uint64_t share, bool (search::*enough)() const = nullptr);
  /// Every candidate is confirmed.
  [[nodiscard]] bool all_confirmed() const;
  /// What a run is to leave.
  struct wanted {
    bool steps = true;
    bool ready = false;
    bool labels = true;
    bool skip_known = false;
    bool footprints = false;
    bool detect = true;
    bool history = false;
    bool timers = false;
  };
  /// One run under this plan.
  void run(const plan &p, const wanted &what);
  /// The same for a strategy, which has to learn from it.
  void run_for(strategy &s, const plan &p);
  [[nodiscard]] bool over();
  [[nodiscard]] double elapsed() const;
  void say_why();
  /// What is left to do when no more schedules are run.
  [[nodiscard]] search_result conclude();
  /// Of a strategy's schedules that are drawn, the next one is another part's.
  [[nodiscard]] bool is_elsewhere(const strategy &s);
  void look(std::uint64_t found_in_run);
  void report(const std::string &key, std::uint64_t found_in_run);
  void take(const std::string &key, std::uint64_t found_in_run, const std::vector<deviation> &schedule, bool verified);
  void remember(const std::string &key);
  [[nodiscard]] std::vector<deviation> shrink(const std::string &key, std::vector<deviation> from);
  [[nodiscard]] bool shows(const std::string &key, const std::vector<deviation> &schedule, bool history = false);
  [[nodiscard]] key_set keys() const;
  /// A failure that was not seen before.
  [[nodiscard]] bool any_news() const;
  void compare_with_serial_orders();
  void judge_fifo();
  void judge_latencies(finding &f);
  /// The last run's result is one that no serial order is known to have: runs more of them. The memory is another
  /// run's afterwards.
  [[nodiscard]] bool asked_serial_orders();
  /// Adds what the search alone can judge of the last run.
  void judge_run();
  /// So many schedules are run twice, to see whether the program does the same thing again.
  static constexpr std::size_t checks = 3;
  [[nodiscard]] bool keeps_traces() const noexcept { return !options_.once && traces_.size() < checks; }
  /// Runs the first schedules once more.
  void check_determinism();
  void add_note(const std::string &note);

  runner &runner_;
  run_memory &memory_;
  search_options options_;
  std::chrono::steady_clock::time_point start_;
  search_result result_;
  knowledge knowledge_;
  statistics statistics_;
  std::map<std::string, std::uint64_t> dealt_; ///< of each strategy that draws, the schedules so far, of all parts
  double aside_ = 0;                           ///< seconds spent on what was found, instead of on the search
  std::string strategy_;                       ///< the one at work
  key_set ran_;                                ///< strategies
  key_set known_;
  std::set<const detect::candidate *> confirmed_;
  std::optional<key_set> fifo_keys_;
  std::map<std::string, finding> sightings_; ///< as seen for the first time
  bool unsteady_ = false;                    ///< something that was seen could not be shown again
  std::uint64_t cut_off_ = 0, slow_ = 0;     ///< of the runs that count
  std::uint64_t last_news_ = 0;              ///< the run that showed something new last
  std::uint64_t clock_rests_ = 0, rest_ = 0; ///< for this many questions the time is not looked at
  oracle oracle_;
  std::vector<std::pair<plan, trace>> traces_; ///< of the first runs
  double last_look_ = 0;                       ///< seconds; when it was
};

/// Counts a finding's switches in the run that shows it.
void count_switches(finding &f, const run_memory &run);

/// What makes two failures the same: kind and places, not texts and values.
[[nodiscard]] std::string key_of(const violation_entry &race);
[[nodiscard]] std::string key_of(const failure_entry &failure);

} // namespace corace::schedule
