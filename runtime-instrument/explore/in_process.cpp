// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/in_process.h"

#include "explore/conductor.h"
#include "explore/interleaving.h"
#include "explore/session.h"
#include "report/evidence.h"
#include "report/notes.h"
#include "report/start.h"

#include <corace/errors.h>
#include <corace/explore.h>
#include <corace/run.h>

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace corace {

namespace {
using namespace schedule;

/// Runs a body in this process, on a loop of its own each time.
class in_process_runner final : public schedule::runner {
public:
  explicit in_process_runner(const std::function<task<void>()> &body,
                             const std::function<std::string()> &result = nullptr)
      : body_(body), asked_(result) {
    conductor_.log()->watch(&globals_);
  }

  void run() override {
    conductor_.begin();
    globals_.begin_run();
    if (conductor_.writes_down()) // so that frames lie at the same places whenever they are compared
      detail::rewind_frames();
    result_.reset();
    const bool detect = memory().flags[0].detect;
    if (!loop_ || !loop_->is_empty() || loop_->observed() != detect)
      loop_.emplace(run_options{}, detail::supervision{.observe = detect, .order = &conductor_, .ordinal = 1});
    loop_->rewind();
    try {
      run_body();
    } catch (const detail::run_abandoned &) { // the flags tell
    } catch (const deadlock_error &) {        // was written down when it was found
    } catch (const std::exception &e) {
      conductor_.fail(race_kind::exception, e.what());
    } catch (const cancelled_error &e) {
      if (!memory().flags[0].cancelled) // else it is what was asked for
        conductor_.fail(race_kind::exception, e.what());
    } catch (...) {
      conductor_.fail(race_kind::exception, "an exception that is no std::exception");
    }
    if (!loop_->is_empty()) {
      detect::pause(true); // what is destroyed with the loop was not done by a task
      loop_.reset();
      detect::pause(false);
    }
    conductor_.end();
  }
  [[nodiscard]] bool cheap() const noexcept override { return true; }
  [[nodiscard]] bool stable_addresses() const noexcept override { return false; }
  [[nodiscard]] const std::string *result() const noexcept override { return result_ ? &*result_ : nullptr; }
  [[nodiscard]] const detect::globals &globals() const noexcept { return globals_; }

private:
  void run_body() {
    const auto main = detail::start_task(*loop_, body_(), std::source_location());
    try {
      loop_->run_main(*main.state());
    } catch (const detail::run_abandoned &) { // nobody could ask for what had failed by then
      loop_->set_exception_handler([](event_loop &, const loop_report &) {});
      throw;
    }
    detail::rethrow_outcome(*main.state());
    if (asked_)
      result_ = asked_();
  }

  const std::function<task<void>()> &body_;
  std::function<std::string()> asked_; ///< for the result; empty: nobody asks
  std::optional<std::string> result_;  ///< of the last run
  detect::globals globals_;
  conductor conductor_{memory()};
  std::optional<event_loop> loop_; ///< kept from run to run
};

/// What went wrong before the search is not its finding.
class notes_aside {
public:
  notes_aside() = default;
  notes_aside(const notes_aside &) = delete;
  notes_aside &operator=(const notes_aside &) = delete;
  ~notes_aside() {
    for (report::note &each : notes_)
      report::add_note(std::move(each));
  }

private:
  std::vector<report::note> notes_ = report::take_notes();
};

[[nodiscard]] explore_failure to_failure(const finding &f, std::string_view test) {
  explore_failure out;
  out.kind = to_string(f.kind);
  out.token = to_string(token{test_fingerprint(test), f.schedule});
  out.message = f.failure ? f.failure->message : report::headline(f);
  out.object = f.race ? f.race->object : "";
  out.found_in_run = f.found_in_run;
  out.strategy = f.strategy;
  out.switches = static_cast<std::uint32_t>(f.schedule.size());
  out.verified = f.verified;
  out.steps = interleaving_of(f);
  if (f.failure && f.failure->line) {
    out.file = f.failure->file;
    out.line = f.failure->line;
  }
  out.realisable = to_string(f.realisable);
  return out;
}

[[nodiscard]] search_result replay_once(schedule::runner &runs, const explore_options &options) {
  auto parsed = parse_own_token(options.token);
  if (const auto *problem = std::get_if<std::string>(&parsed))
    throw usage_error("corace::explore: " + *problem);
  const token &own = std::get<token>(parsed);
  if (of_another_test(own, options.name))
    throw usage_error("corace::explore: the token '" + options.token + "' was made by another test than " +
                      (options.name.empty() ? "this one, which has no name" : "'" + options.name + "'"));
  search_options wanted;
  wanted.steps = options.steps;
  try {
    wanted.allowed = allowance_of(options);
    return search(runs, wanted).follow(own.deviations, options.lenient);
  } catch (const std::invalid_argument &e) {
    throw usage_error(std::string("corace::explore: ") + e.what());
  }
}

/// Under mode=replay: the one run, where the process's token is of this test; else nothing is run.
[[nodiscard]] search_result replay_for_process(schedule::runner &runs, explore_options options) {
  options.token = report::current_options().token;
  options.lenient |= report::current_options().lenient;
  auto parsed = parse_own_token(options.token);
  if (const auto *problem = std::get_if<std::string>(&parsed))
    report::refuse(*problem);
  search_result found;
  if (of_another_test(std::get<token>(parsed), options.name)) {
    found.stopped = "passed over: the process replays a schedule of another test";
    return found;
  }
  found = replay_once(runs, options);
  session::get().followed(found);
  return found;
}
} // namespace

namespace schedule {
std::unique_ptr<runner> make_in_process_runner(const std::function<task<void>()> &body) {
  return std::make_unique<in_process_runner>(body);
}

search_options to_search_options(const explore_options &options) {
  search_options wanted;
  wanted.strategy = options.strategy;
  wanted.seed = options.seed;
  wanted.depth = options.depth;
  wanted.bound = options.bound;
  wanted.finding = options.finding;
  wanted.runs = options.runs;
  wanted.seconds = options.seconds;
  wanted.steps = options.steps;
  wanted.allowed = allowance_of(options);
  wanted.stop_at_first = options.stop_at_first;
  wanted.fail_at_step_limit = options.fail_at_step_limit;
  wanted.footprints = options.footprints.value_or(detect::instrumented_sites() > 0);
  wanted.part = options.shard ? *options.shard : shard_of_environment();
  return wanted;
}

explore_result to_result(search_result found, std::string_view test) {
  explore_result out;
  out.runs = found.runs;
  out.blocked = found.blocked;
  out.complete = found.complete;
  out.stopped = found.stopped;
  out.cut_off = found.cut_off;
  out.notes = std::move(found.notes);
  out.statistics = std::move(found.statistics);
  for (const finding &each : found.findings)
    out.failures.push_back(to_failure(each, test));
  out.part = found.part;
  return out;
}
} // namespace schedule

explore_result explore(const std::function<task<void>()> &body, const explore_options &options) {
  if (event_loop::current())
    throw usage_error("corace::explore: the calling thread runs an event loop");
  report::at_start();
  const notes_aside earlier;
  in_process_runner runs(body, options.result);
  search_result found;
  if (report::current_options().mode == "replay") {
    found = replay_for_process(runs, options);
  } else if (options.strategy == "replay") {
    found = replay_once(runs, options);
  } else {
    try {
      found = search(runs, to_search_options(options)).go();
    } catch (const std::invalid_argument &e) {
      throw usage_error(std::string("corace::explore: ") + e.what());
    }
  }
  detect::begin_run({}); // the process goes on as it was
  if (runs.globals().leaked() && found.complete) {
    found.complete = false;
    found.stopped += ", but not all of them began with the same globals";
  }
  explore_result result = to_result(std::move(found), options.name);
  const auto &notes = runs.globals().notes();
  result.notes.insert(result.notes.end(), notes.begin(), notes.end());
  return result;
}

} // namespace corace
