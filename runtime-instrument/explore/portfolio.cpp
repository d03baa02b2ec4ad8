// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which strategies a search runs, in which order, and for how long.
#include "explore/bounded.h"
#include "explore/directed.h"
#include "explore/exhaustive.h"
#include "explore/fifo.h"
#include "explore/hold.h"
#include "explore/pct.h"
#include "explore/pos.h"
#include "explore/random.h"
#include "explore/search.h"
#include "explore/serial.h"
#include "explore/strategy_names.h"
#include "explore/surw.h"
#include "explore/urw.h"

#include <algorithm>
#include <stdexcept>

namespace corace::schedule {

namespace {
/// A portfolio's holds take at most these parts of its runs.
constexpr double directed_holds = 0.1, site_holds = 0.3, task_holds = 0.2;
/// Its enumeration takes at most this part of what is left, in turns that grow from this many runs.
constexpr double enumeration = 0.5;
constexpr std::uint64_t first_turn = 16;
} // namespace

search_result search::go() {
  if (!is_strategy(options_.strategy))
    throw std::invalid_argument("unknown strategy '" + options_.strategy + "'; there are " + listed(strategy_names));
  if (options_.bound != "delays" && options_.bound != "preemptions")
    throw std::invalid_argument("the bound is either delays or preemptions, not '" + options_.bound + "'");
  if (options_.strategy == "portfolio")
    run_portfolio();
  else
    run_alone(options_.strategy);
  return conclude();
}

search_result search::go(strategy &only) {
  explore(only, options_.runs);
  return conclude();
}

search_result search::conclude() {
  if (!options_.once)
    check_determinism();
  say_why();
  result_.part = options_.part;
  result_.statistics = statistics_.result(result_.complete, elapsed() - aside_);
  judge_fifo();
  compare_with_serial_orders();
  result_.seconds = elapsed();
  return std::move(result_);
}

void search::enumerate(exhaustive &s, std::uint64_t share) {
  explore(s, share);
  result_.complete = s.complete();
  if (!s.nondeterminism().empty())
    result_.stopped = s.nondeterminism();
}

void search::run_alone(std::string_view name) {
  const std::uint64_t all = options_.runs;
  const auto run = [&](auto &&s) { explore(s, all); };
  if (name == "fifo")
    return run(fifo());
  if (name == "serial") {
    run(serial());
    return run(serial(serial::line::reverse));
  }
  if (name == "site-hold")
    return run(site_hold(knowledge_, true));
  if (name == "task-hold")
    return run(task_hold(knowledge_));
  if (name == "random")
    return run(random(options_.seed));
  if (name == "pct")
    return run(pct(knowledge_, options_.seed, options_.depth));
  if (name == "pos")
    return run(pos(knowledge_, options_.seed));
  if (name == "urw")
    return run(urw(knowledge_, options_.seed));
  if (name == "surw")
    return run(surw(knowledge_, options_.seed));
  if (name == "directed")
    return run_directed(all);
  if (name == "bounded")
    return run_bounded();
  exhaustive s(options_.footprints, options_.part);
  enumerate(s, all);
}

void search::run_directed(std::uint64_t share) {
  std::vector<const detect::candidate *> asked_for;
  std::string ids;
  for (const detect::candidate &each : detect::candidates()) {
    ids += (ids.empty() ? "" : ", ") + each.id;
    if (options_.finding.empty() || each.id == options_.finding)
      asked_for.push_back(&each);
  }
  if (ids.empty())
    throw std::invalid_argument("strategy directed needs candidates: the option candidates of CORACE_OPTIONS names "
                                "their file, which the corace command writes");
  if (asked_for.empty())
    throw std::invalid_argument("there is no candidate '" + options_.finding + "'; there are " + ids);
  directed s(knowledge_, std::move(asked_for), options_.seed);
  explore(s, share, options_.strategy == "directed" ? nullptr : &search::all_confirmed);
  if (options_.strategy == "directed" && !s.reached())
    result_.stopped = "no task waited where the candidate says while others could run";
}

void search::run_bounded() {
  bounded s(options_.bound == "preemptions" ? bounded::counted::preemptions : bounded::counted::delays);
  explore(s, options_.runs);
  result_.complete = s.complete();
  if (!s.nondeterminism().empty())
    result_.stopped = s.nondeterminism();
  else if (const auto covered = s.covered(); covered && !result_.complete)
    result_.stopped += "; every schedule with at most " + std::to_string(*covered) + ' ' + options_.bound + " was run";
}

void search::run_portfolio() {
  const auto part = [&](double of) { return static_cast<std::uint64_t>(of * static_cast<double>(options_.runs)); };
  for (const auto *each : {"fifo", "serial"})
    run_alone(each);
  if (!options_.finding.empty() || !detect::candidates().empty())
    run_directed(part(directed_holds));
  site_hold sites(knowledge_, false);
  explore(sites, part(site_holds));
  task_hold tasks(knowledge_);
  explore(tasks, part(task_holds));
  run_to_the_end();
}

// Small programs are enumerated before anything is drawn; of large ones, neither way of searching keeps the other from
// its turn.
void search::run_to_the_end() {
  const auto done = [&] { return result_.runs + result_.blocked; };
  std::uint64_t left =
      static_cast<std::uint64_t>(enumeration * static_cast<double>(options_.runs - std::min(done(), options_.runs)));
  exhaustive all(options_.footprints, options_.part);
  surw one(knowledge_, options_.seed);
  pos two(knowledge_, options_.seed);
  pct three(knowledge_, options_.seed, options_.depth ? options_.depth : 3);
  urw four(knowledge_, options_.seed);
  random five(options_.seed);
  strategy *const drawn[] = {&one, &two, &three, &four, &five};
  for (std::uint64_t turn = first_turn; !over(); turn *= 2) {
    const std::uint64_t before = done();
    enumerate(all, std::min(turn, left));
    left -= std::min(left, done() - before);
    if (result_.complete)
      return;
    const std::uint64_t until = done() + turn;
    // One run each, and more at a time when there are many to make.
    while (done() < until && !over())
      for (strategy *each : drawn)
        explore(*each, std::max<std::uint64_t>(1, turn / 256));
  }
}

} // namespace corace::schedule
