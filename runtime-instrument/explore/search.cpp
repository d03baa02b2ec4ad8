// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/search.h"

#include "explore/fifo.h"
#include "explore/replay.h"
#include "explore/shrink.h"

#include <algorithm>
#include <stdexcept>

namespace corace::schedule {

namespace {
[[nodiscard]] std::string place(const detect::event &e) {
  const corace_site *site = e.via && (!e.site || (e.site->flags & CORACE_SITE_SYSTEM)) ? e.via : e.site;
  return site ? std::to_string(site->hash) : "-";
}
constexpr int verifications = 10;
/// With candidates, the search ends when all are confirmed and this many runs have brought nothing new.
constexpr std::uint64_t patience = 200;
/// Shrinking one finding takes at most this part of the time that is left.
constexpr double shrinking_share = 0.2;
constexpr std::uint64_t other_schedules_in_forks = 150;
/// How many runs may be spent on whether latencies show a finding.
constexpr std::uint64_t latency_runs = 2000, latency_runs_in_forks = 100;

/// No latency makes it happen.
[[nodiscard]] bool is_fault(const deviation &d) noexcept {
  return d.choice || (d.move != detail::move_kind::task && d.move != detail::move_kind::timer);
}
} // namespace

std::string key_of(const violation_entry &race) {
  std::string key(to_string(race.kind));
  return race.matched ? key + ' ' + race.matched->id : key + ' ' + place(race.first) + ' ' + place(race.second);
}

std::string key_of(const failure_entry &failure) {
  std::string key(to_string(failure.kind));
  if (failure.site)
    return key + ' ' + std::to_string(failure.site->hash);
  if (failure.line)
    return key + ' ' + failure.file + ' ' + failure.function + ' ' + std::to_string(failure.line);
  // Numbers in a message are values or process ids, which may differ from run to run; so may who waits for whom.
  if (failure.kind == race_kind::deadlock || failure.kind == race_kind::wrong_result ||
      failure.kind == race_kind::livelock)
    return key;
  for (const char *c = failure.message; *c; ++c)
    if (*c < '0' || *c > '9')
      key += *c;
  return key;
}

search::search(runner &run, search_options options)
    : runner_(run), memory_(run.memory()), options_(std::move(options)), start_(std::chrono::steady_clock::now()),
      statistics_(options_.footprints, run.cheap()) {}

double search::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

// Why the search ended, and what of it the numbers do not tell.
void search::say_why() {
  const auto counted = [](std::uint64_t n) { return std::to_string(n) + (n == 1 ? " schedule" : " schedules"); };
  std::string &why = result_.stopped;
  if (unsteady_ && result_.complete) {
    result_.complete = false;
    why = "what one schedule showed was not seen again";
  } else if (result_.complete) {
    why += (why.empty() ? "" : ", so none was left out: ") + std::string("every schedule") +
           (options_.part.of > 1 ? " of part " + to_string(options_.part) : "") + " was run";
  } else if (why.empty()) {
    why = "all its schedules were run";
  }
  if (!result_.nondeterminism.empty())
    why = (result_.complete ? "the same schedule led to other decisions when it was run again" : why) + ": " +
          result_.nondeterminism;
  result_.complete = result_.complete && result_.nondeterminism.empty();
  if (cut_off_)
    why += "; " + counted(cut_off_) + (cut_off_ == 1 ? " was" : " were") + " cut off after " +
           std::to_string(options_.steps) + " steps";
  if (slow_)
    why += "; " + counted(slow_) + (slow_ == 1 ? " was" : " were") + " ended for taking too long";
}

search_result search::follow(const std::vector<deviation> &schedule, bool lenient) {
  plan p;
  replay(schedule).next(p);
  run(p, {.history = true});
  const std::string problem = replay::unapplied(schedule, memory_);
  if (!problem.empty() && !lenient)
    throw std::invalid_argument(problem);
  if (asked_serial_orders())
    run(p, {.history = true});
  result_.runs = 1;
  result_.strategies = strategy_ = "replay";
  result_.stopped = "the schedule was run" + (problem.empty() ? "" : ", without what does not apply: " + problem);
  for (const std::string &key : keys())
    take(key, 1, schedule, true);
  return std::move(result_);
}

bool search::over() {
  if (result_.runs + result_.blocked >= options_.runs) {
    result_.stopped =
        "the limit of " + std::to_string(options_.runs) + " runs was reached" +
        (result_.blocked ? ", " + std::to_string(result_.blocked) + " of them equivalent to others and skipped" : "");
    return true;
  }
  if (clock_rests_ > 0) {
    --clock_rests_;
  } else {
    const double now = elapsed();
    if (now >= options_.seconds) {
      result_.stopped = "the time limit was reached";
      return true;
    }
    // Looked at about once in a millisecond.
    clock_rests_ = now - last_look_ < 0.001 ? std::min<std::uint64_t>(2 * rest_ + 1, 1000) : rest_ / 2;
    rest_ = clock_rests_;
    last_look_ = now;
  }
  if (options_.stop_at_first && !result_.findings.empty()) {
    result_.stopped = "the first failure was found";
    return true;
  }
  const auto &candidates = detect::candidates();
  if (!options_.finding.empty() && std::any_of(confirmed_.begin(), confirmed_.end(),
                                               [&](const auto *each) { return each->id == options_.finding; })) {
    result_.stopped = "the finding was confirmed";
    return true;
  }
  if (!candidates.empty() && confirmed_.size() == candidates.size() && result_.runs - last_news_ >= patience) {
    result_.stopped = "all candidates were confirmed";
    return true;
  }
  return false;
}

bool search::all_confirmed() const {
  const auto &candidates = detect::candidates();
  return !candidates.empty() && confirmed_.size() == candidates.size();
}

void search::explore(strategy &s, std::uint64_t share, bool (search::*enough)() const) {
  // The few schedules that are given are the first part's.
  if (over() || (s.source() == schedule_source::given && options_.part.number != 1))
    return;
  if (strategy_ = s.name(); !ran_.contains(strategy_)) {
    ran_.insert(strategy_);
    result_.strategies += (result_.strategies.empty() ? "" : ", ") + strategy_;
  }
  const std::uint64_t limit = result_.runs + result_.blocked + share;
  plan p;
  while (!over() && result_.runs + result_.blocked < limit && !(enough && (this->*enough)()) && s.next(p)) {
    if (p.size() > memory_.plan.capacity()) {
      result_.stopped = "the program is too large for " + s.name();
      return;
    }
    if (is_elsewhere(s))
      continue;
    run_for(s, p);
    const run_flags &flags = memory_.flags[0];
    result_.cut_off += flags.cut_off && !flags.slow;
    cut_off_ += flags.cut_off && !flags.slow && memory_.failures.empty();
    slow_ += flags.slow;
    ++(flags.abandoned || s.elsewhere() ? result_.blocked : result_.runs);
    if (asked_serial_orders())
      run(p, {.footprints = s.wants_footprints()});
    if (p[0] == static_cast<std::uint64_t>(picker_kind::fifo))
      fifo_keys_ = keys();
    if (keeps_traces() && flags.ready && !flags.slow && !flags.hung && !memory_.steps.empty())
      traces_.emplace_back(p, memory_);
    if (!memory_.violations.empty() || !memory_.failures.empty()) {
      const double before = elapsed();
      look(result_.runs);
      aside_ += elapsed() - before;
    }
  }
}

bool search::is_elsewhere(const strategy &s) {
  return options_.part.of > 1 && s.source() == schedule_source::random &&
         dealt_[s.name()]++ % options_.part.of != options_.part.number - 1;
}

// The strategy learns from the quick run, for what it has to see is the same.
void search::run_for(strategy &s, const plan &p) {
  const bool learns = !options_.once && knowledge_.hungry();
  const bool recorded = learns || keeps_traces() || (!options_.once && statistics_.samples_next());
  const bool quick = runner_.cheap() && !options_.once;
  run(p, {.steps = s.wants_steps() || recorded || !quick,
          .ready = s.wants_ready() || learns || keeps_traces(),
          .labels = recorded || !quick,
          .skip_known = s.knows_beginning() && !recorded && quick,
          .footprints = s.wants_footprints() || recorded,
          .detect = !quick});
  s.learn(memory_);
  if (learns)
    knowledge_.learn(memory_);
  const run_flags &flags = memory_.flags[0];
  if (flags.abandoned || s.elsewhere())
    statistics_.count_blocked();
  else
    statistics_.count(memory_, s.source());
  if (flags.detect || (!flags.suspicious && !any_news()))
    return;
  run(p, {.footprints = s.wants_footprints()}); // the picker may go by them
}

void search::run(const plan &p, const wanted &what) {
  memory_.plan.clear();
  memory_.plan.append(p);
  run_flags &flags = memory_.flags[0];
  flags.steps = what.steps;
  flags.labels = what.labels;
  flags.skip_known = what.skip_known;
  flags.ready = what.ready;
  flags.footprints = what.footprints;
  flags.detect = what.detect;
  flags.history = what.history;
  flags.timers = what.timers;
  flags.most_steps = options_.steps;
  flags.allowed = options_.allowed;
  runner_.run();
  judge_run();
  for (const reach_entry &each : memory_.reached.all()) {
    auto at = std::find_if(result_.reached.begin(), result_.reached.end(),
                           [&](const reach_entry &r) { return r.of == each.of; });
    if (at == result_.reached.end()) {
      result_.reached.push_back(each);
      continue;
    }
    at->first = std::max(at->first, each.first);
    at->second = std::max(at->second, each.second);
  }
}

bool search::any_news() const {
  for (const failure_entry &each : memory_.failures.all())
    if (!known_.contains(key_of(each)))
      return true;
  return false;
}

// At the end, when the most has happened that may be kept from run to run. In another order than before, so that a
// program which does something else in every second run is found out.
void search::check_determinism() {
  if (traces_.size() > 1)
    std::swap(traces_[0], traces_[1]);
  for (const auto &[p, before] : traces_) {
    if (elapsed() >= options_.seconds)
      return;
    run(p, {.ready = true, .footprints = true, .detect = false}); // the picker may go by footprints
    result_.nondeterminism = before.difference(memory_);
    if (result_.nondeterminism.empty())
      continue;
    return add_note("the program is not deterministic: " + result_.nondeterminism +
                    "; look for random numbers, the time, addresses that are compared or hashed, and state that is "
                    "kept from run to run");
  }
}

void search::add_note(const std::string &note) {
  if (std::find(result_.notes.begin(), result_.notes.end(), note) == result_.notes.end())
    result_.notes.push_back(note);
}

search::key_set search::keys() const {
  key_set all;
  for (const violation_entry &each : memory_.violations.all())
    all.insert(key_of(each));
  for (const failure_entry &each : memory_.failures.all())
    all.insert(key_of(each));
  return all;
}

// Deals with what the last run showed for the first time. Reporting runs the program again, so the memory is read
// first.
void search::look(std::uint64_t found_in_run) {
  std::vector<std::string> fresh;
  for (const std::string &key : keys())
    if (known_.insert(key).second)
      fresh.push_back(key);
  if (fresh.empty())
    return;
  last_news_ = result_.runs;
  for (const std::string &key : fresh)
    remember(key);
  // Under the loop's own order the ready tasks are not those that a token speaks of: the same sequence once more.
  plan p;
  sequence(memory_).next(p);
  for (const std::string &key : fresh) {
    run(p, {});
    report(key, found_in_run);
  }
}

void search::report(const std::string &key, std::uint64_t found_in_run) {
  const int times = memory_.flags[0].slow ? 1 : verifications; // such a run costs its time each time
  const std::vector<deviation> schedule = shrink(key, deviations_of(memory_));
  bool verified = true;
  for (int i = 0; i < times && verified && (i == 0 || elapsed() < options_.seconds * (1 + grace)); ++i)
    verified = shows(key, schedule) && replay::unapplied(schedule, memory_).empty();
  if (!verified || sightings_[key].race) // only a race has a story
    (void)shows(key, schedule, true);
  take(key, found_in_run, schedule, verified);
}

void search::remember(const std::string &key) {
  finding &f = sightings_[key];
  for (const violation_entry &each : memory_.violations.all())
    if (key_of(each) == key && !f.race)
      f.race = each;
  for (const failure_entry &each : memory_.failures.all())
    if (key_of(each) == key && !f.failure)
      f.failure = each;
}

// Makes a finding of what the last run showed; of what was seen once and never again, an observed one.
void search::take(const std::string &key, std::uint64_t found_in_run, const std::vector<deviation> &schedule,
                  bool verified) {
  finding f;
  for (const violation_entry &each : memory_.violations.all())
    if (key_of(each) == key && !f.race)
      f.race = each;
  for (const failure_entry &each : memory_.failures.all())
    if (key_of(each) == key && !f.failure)
      f.failure = each;
  if (const auto seen = sightings_.find(key);
      !f.race && !f.failure && seen != sightings_.end() && (seen->second.failure || runner_.stable_addresses())) {
    f.race = seen->second.race;
    f.failure = seen->second.failure;
    verified = false;
    unsteady_ = true;
  }
  if (!f.race && !f.failure)
    return;
  f.kind = f.race ? f.race->kind : f.failure->kind;
  f.schedule = schedule;
  f.verified = verified;
  f.found_in_run = found_in_run;
  f.strategy = strategy_;
  if (f.race && f.race->matched && verified)
    confirmed_.insert(f.race->matched);
  f.tasks.assign(memory_.tasks.all().begin(), memory_.tasks.all().end());
  f.steps.assign(memory_.steps.all().begin(), memory_.steps.all().end());
  f.history.assign(memory_.history.all().begin(), memory_.history.all().end());
  count_switches(f, memory_);
  result_.findings.push_back(std::move(f));
}

bool search::shows(const std::string &key, const std::vector<deviation> &schedule, bool history) {
  plan p;
  replay(schedule).next(p);
  run(p, {.history = history});
  return keys().contains(key);
}

void count_switches(finding &f, const run_memory &run) {
  f.switches = static_cast<std::uint32_t>(f.schedule.size());
  if (!f.race)
    return;
  task_key owner = 0;
  for (const task_entry &each : run.tasks.all())
    if (each.loop == f.race->loop && each.id == f.race->first.task)
      owner = each.key;
  // From the segment with the first access to that with the second one.
  std::uint32_t segment = 0, switches = 0;
  task_key before = 0;
  bool inside = false;
  for (const step_entry &step : run.steps.all()) {
    if (inside && step.chosen != before)
      ++switches;
    before = step.chosen;
    if (step.chosen != owner)
      continue;
    inside |= segment == f.race->first.segment;
    if (segment++ == f.race->second.segment)
      break;
  }
  if (inside)
    f.switches = switches;
}

std::vector<deviation> search::shrink(const std::string &key, std::vector<deviation> from) {
  // All findings together may take but a part of the time.
  const double now = elapsed(), until = now + std::max(options_.seconds - now, 0.0) * shrinking_share;
  shrinker::limits most;
  most.late = [this, until] { return elapsed() >= until; };
  if (!runner_.cheap())
    most.others = other_schedules_in_forks;
  const bool detect = sightings_[key].race || !runner_.cheap(); // a failure shows without, though with fewer words
  const auto shows_it = [&](const std::vector<deviation> &s) {
    plan p;
    replay(s).next(p);
    run(p, {.ready = true, .detect = detect});
    return keys().contains(key);
  };
  return shrinker(shows_it, memory_, most).shrink(std::move(from));
}

void search::judge_fifo() {
  if (!fifo_keys_ && !result_.findings.empty()) {
    plan p;
    fifo s;
    s.next(p);
    run(p, {});
    fifo_keys_ = keys();
  }
  for (finding &each : result_.findings) {
    const std::string key = each.race ? key_of(*each.race) : key_of(*each.failure);
    each.under_fifo = fifo_keys_->contains(key) ? finding::fifo::yes : finding::fifo::no;
    if (each.under_fifo == finding::fifo::yes)
      each.realisable.is = realisability::verdict::fifo;
    else if (each.verified && std::none_of(each.schedule.begin(), each.schedule.end(), is_fault))
      judge_latencies(each);
  }
}

void search::judge_latencies(finding &f) {
  const std::string key = f.race ? key_of(*f.race) : key_of(*f.failure);
  const double until = options_.seconds * (1 + grace);
  latency_search::limits most{.runs = runner_.cheap() ? latency_runs : latency_runs_in_forks,
                              .late = [this, until] { return elapsed() >= until; }};
  if (most.late())
    return;
  const auto shows = [&](const plan &p) {
    run(p, {.detect = f.race || !runner_.cheap(), .timers = true});
    return keys().contains(key);
  };
  plan failing;
  replay(f.schedule).next(failing);
  f.realisable = latency_search(shows, memory_, most).judge(failing);
}

} // namespace corace::schedule
