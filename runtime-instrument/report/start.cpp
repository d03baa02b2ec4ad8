// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/start.h"

#include "detect/detector.h"
#include "explore/replay.h"
#include "explore/session.h"
#include "report/crash.h"
#include "report/evidence.h"
#include "report/notes.h"

#include <corace/errors.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>
#include <utility>

namespace corace::report {

namespace {
options &mutable_options() {
  static auto *all = new options;
  return *all;
}

bool finished = false;
pid_t owner = 0; ///< the process in which all began

schedule::violation_entry entry_of(const detect::violation &v) {
  schedule::violation_entry entry{v.kind, v.matched, v.first, v.suspension, v.rival, v.second, 0, {}};
  v.object.copy(entry.object, sizeof(entry.object) - 1);
  return entry;
}

schedule::failure_entry entry_of(const note &n) {
  schedule::failure_entry entry{
      .kind = n.kind, .site = n.site, .line = n.line, .file = {}, .function = {}, .message = {}};
  n.file.copy(entry.file, sizeof(entry.file) - 1);
  n.function.copy(entry.function, sizeof(entry.function) - 1);
  n.message.copy(entry.message, sizeof(entry.message) - 1);
  return entry;
}

/// Collects findings, each distinct one once.
class collector {
public:
  explicit collector(evidence &e) : evidence_(e) {}
  void add(const schedule::violation_entry &race) {
    if (schedule::finding *f = add(race.kind, key_of(race)))
      f->race = race;
  }
  void add(const schedule::failure_entry &failure) {
    if (schedule::finding *f = add(failure.kind, key_of(failure)))
      f->failure = failure;
  }

private:
  schedule::finding *add(race_kind kind, const std::string &key) {
    if (!seen_.insert(key).second)
      return nullptr;
    schedule::finding f;
    f.kind = kind;
    f.verified = true;
    f.found_in_run = 1;
    evidence_.result.findings.push_back(std::move(f));
    return &evidence_.result.findings.back();
  }
  evidence &evidence_;
  std::set<std::string> seen_;
};

/// What a process that followed a schedule wrote down.
void collect(evidence &e, collector &found, schedule::session &session) {
  session.decider()->end();
  const schedule::run_memory &memory = *session.memory();
  for (const auto &each : memory.violations.all())
    found.add(each);
  for (const auto &each : memory.failures.all())
    found.add(each);
  e.result.reached.assign(memory.reached.all().begin(), memory.reached.all().end());
  if (session.replayed()) {
    e.strength = outcome::confirmed;
    e.token_fingerprint = session.replayed()->fingerprint;
  }
  for (schedule::finding &each : e.result.findings) {
    each.tasks.assign(memory.tasks.all().begin(), memory.tasks.all().end());
    each.history.assign(memory.history.all().begin(), memory.history.all().end());
    if (session.replayed())
      each.schedule = session.replayed()->deviations;
    schedule::count_switches(each, memory);
  }
}

void collect_plain(evidence &e, collector &found) {
  const detect::run_result result = detect::end_run();
  for (const auto &each : result.violations)
    found.add(entry_of(each));
  for (const note &each : take_notes())
    found.add(entry_of(each));
  for (const auto &each : result.reached)
    e.result.reached.push_back({each.of, each.first, each.second});
  for (schedule::finding &each : e.result.findings)
    for (const detect::event &event : result.history)
      each.history.push_back({event, 0});
}

/// Once, at the end of the process.
void finish() noexcept {
  if (std::exchange(finished, true))
    return;
  auto &session = schedule::session::get();
  if (session.forked_run()) {
    session.decider()->end();
    return;
  }
  evidence e;
  if (session.followed()) {
    e.strength = outcome::confirmed;
    e.token_fingerprint = std::get<schedule::token>(schedule::parse_token(current_options().token)).fingerprint;
    e.searched = true;
    e.result = *session.followed();
  }
  collector found(e);
  if (session.decider())
    collect(e, found, session);
  else
    collect_plain(e, found);
  if (const std::string path = evidence_path(); !path.empty()) {
    if (::getpid() != owner && path == current_options().evidence)
      return; // the program has forked: the file is the parent's
    if (const std::string problem = write_file(path, to_text(e)); !problem.empty())
      std::fprintf(stderr, "corace: %s\n", problem.c_str());
  } else if (current_options().report) {
    std::fputs(to_lines(e).c_str(), stderr);
  }
}

void at_exit() {
  // A schedule that the program did not follow is no evidence.
  if (auto &session = schedule::session::get(); session.replayed() && !finished)
    if (const std::string problem = schedule::replay::unapplied(session.replayed()->deviations, *session.memory());
        !problem.empty()) {
      if (!current_options().lenient)
        refuse("the token '" + current_options().token + "' does not fit this program: " + problem);
      std::fprintf(stderr, "corace: left out of the schedule: %s\n", problem.c_str());
    }
  if (const auto &session = schedule::session::get();
      current_options().mode == "replay" && !session.replayed() && !session.followed() && !finished)
    refuse("mode=replay: the program has ended without a call of corace::run() or of the test that the token is of, so "
           "there was nothing to replay");
  finish();
}

/// The reason for which the process dies was written down where it arose.
[[nodiscard]] bool told_already(schedule::session &session) {
  if (session.decider())
    return session.decider()->failed();
  return has_note(race_kind::deadlock);
}

/// The schedule has cancelled a task, and the program has let that come out of its run.
[[nodiscard]] bool dies_of_a_move(schedule::session &session) noexcept {
  if (!session.memory()->flags[0].cancelled)
    return false;
  try {
    if (const std::exception_ptr error = std::current_exception())
      std::rethrow_exception(error);
  } catch (const cancelled_error &) {
    return true;
  } catch (...) {
  }
  return false;
}

void at_death(bool by_exception, const std::string &message) noexcept {
  auto &session = schedule::session::get();
  if (session.forked_run()) { // its parent says what an abort() means
    if (by_exception && dies_of_a_move(session)) {
      session.decider()->end();
      ::_exit(0);
    }
    if (by_exception && !session.decider()->failed())
      session.decider()->fail(race_kind::exception, message);
    session.memory()->flags[0].crashed = by_exception ? 0 : SIGABRT;
  } else if (!told_already(session)) {
    add_note({.kind = by_exception ? race_kind::exception : race_kind::assertion,
              .site = nullptr,
              .file = {},
              .function = {},
              .line = 0,
              .message = by_exception ? message : "the program aborted"});
  }
  finish();
}
} // namespace

const options &current_options() { return mutable_options(); }

void refuse(const std::string &reason) {
  std::fprintf(stderr, "corace: %s\n", reason.c_str());
  std::fflush(nullptr);
  ::_exit(2);
}

std::string evidence_path() {
  std::string path = current_options().evidence;
  for (std::size_t at = 0; (at = path.find("%p", at)) != std::string::npos;)
    path.replace(at, 2, std::to_string(::getpid()));
  return path;
}

void at_start() {
  static bool started = false;
  if (std::exchange(started, true))
    return;
  if (const char *given = std::getenv("CORACE_OPTIONS")) {
    auto parsed = parse_options(given);
    if (const auto *problem = std::get_if<std::string>(&parsed))
      refuse("CORACE_OPTIONS: " + *problem);
    mutable_options() = std::get<options>(std::move(parsed));
  }
  owner = ::getpid();
  const options &all = current_options();
  if (all.help)
    std::fputs(help_text().c_str(), stderr);
  if (!all.candidates.empty())
    if (const std::string problem = detect::load_candidates(all.candidates); !problem.empty())
      refuse(problem);
  detect::begin_run({.history = false, .footprints = false});
  std::atexit(at_exit);
  watch_for_death(at_death);
  if (all.mode == "run" && !all.evidence.empty())
    watch_for_stop(finish);
}

} // namespace corace::report
