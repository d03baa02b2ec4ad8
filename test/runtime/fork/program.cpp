// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program with a main of its own, for the tests of CORACE_OPTIONS: its first argument says what it does. What the
// pass would report of plain memory is reported by hand.
#undef NDEBUG
#include "interface/corace_interface.h"

#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

using corace::gather;
using corace::task;
using corace::yield;

namespace {

constexpr corace_site site(corace_site_kind kind, std::uint32_t hash, std::uint8_t flags) {
  return {.file = 0,
          .function = 0,
          .object = 0,
          .line = hash,
          .column = 1,
          .kind = static_cast<std::uint8_t>(kind),
          .flags = flags,
          .hash = hash};
}
corace_site sites[] = {site(CORACE_SITE_READ, 11, 0), site(CORACE_SITE_WRITE, 12, CORACE_SITE_WRITE_BACK),
                       site(CORACE_SITE_READ, 13, 0), site(CORACE_SITE_WRITE, 14, 0)};
const char file[] = "/src/program.cpp", function[] = "increment()";
[[gnu::constructor]] void register_sites() {
  for (corace_site &each : sites) { // texts stand relative to the fields
    each.file = static_cast<std::int32_t>(file - reinterpret_cast<const char *>(&each.file));
    each.function = static_cast<std::int32_t>(function - reinterpret_cast<const char *>(&each.function));
  }
  __corace_module(std::begin(sites), std::end(sites));
}

long counter = 0;

task<void> increment() {
  __corace_read(&counter, sizeof(counter), &sites[0]);
  const long seen = counter;
  co_await yield();
  counter = seen + 1;
  __corace_write(&counter, sizeof(counter), &sites[1]);
}
task<void> two_increments() { co_await gather(increment(), increment()); }
task<void> three_increments() { co_await gather(increment(), increment(), increment()); }

task<void> many_increments() {
  corace::task_group group;
  for (int i = 0; i < 2000; ++i)
    group.create_task(increment());
  co_await group.join();
}
template <class Then> task<void> two_increments_and(Then then) {
  co_await two_increments();
  then();
}
/// The child ends as the parent does, and before it. It loses updates alone.
task<void> two_increments_in_child() {
  if (::fork() == 0)
    co_await two_increments();
  else
    ::wait(nullptr);
}
void spin() {
  for (volatile bool on = true; on;) {
  }
}

task<void> set(bool &flag) {
  co_await yield();
  flag = true;
  __corace_write(&flag, sizeof(flag), &sites[3]);
}
/// Calls `then` when it runs before set() has.
template <class Then> task<void> when_first(const bool &flag, Then then) {
  co_await yield();
  __corace_read(&flag, sizeof(flag), &sites[2]);
  if (!flag)
    then();
}
template <class Then> task<void> race_to(Then then) {
  alignas(8) bool flag = false;
  co_await gather(set(flag), when_first(flag, then));
}

task<void> lock_both(corace::mutex &a, corace::mutex &b) {
  auto one = co_await a.lock();
  co_await yield();
  auto two = co_await b.lock();
}
task<void> deadlock() {
  corace::mutex a{"a"}, b{"b"};
  co_await gather(lock_both(a, b), lock_both(b, a));
}

task<void> yielding() { co_await yield(); }
task<void> two_yields() { co_await gather(yielding(), yielding()); }
task<void> save() { co_await yield(); }
task<void> forget() {
  [[maybe_unused]] auto forgotten = save();
  co_return;
}

/// Fails when an update is lost.
task<void> count_two() {
  counter = 0;
  co_await gather(increment(), increment());
  if (counter != 2)
    throw std::runtime_error("an update was lost");
}
/// Leaks the flag when it is cancelled; what the cancelled task throws goes on.
task<void> hold(bool &held) {
  held = true;
  co_await corace::sleep_for(std::chrono::seconds(1));
  held = false;
}
task<void> leak_when_cancelled() {
  bool held = false;
  try {
    co_await gather(hold(held), yielding());
  } catch (const corace::cancelled_error &) {
    if (held)
      throw std::runtime_error("leaked");
    throw;
  }
}
task<void> fail_for_a_choice() {
  co_await yield();
  if (corace::choose(3) == 2)
    throw std::runtime_error("chosen");
}

/// Prints as it goes, so that a test sees who runs where.
task<void> clean() {
  std::printf("in the run\n");
  co_await yield();
}

} // namespace

int main(int argc, char **argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  std::printf("before the run\n"); // stays in the buffer when the run forks
  if (what == "lost") {
    corace::run(two_increments());
    std::printf("counter %ld\n", counter);
  } else if (what == "assert") {
    corace::run(three_increments());
    assert(counter == 3);
  } else if (what == "segv") {
    corace::run(race_to([] { std::raise(SIGILL); }));
  } else if (what == "abort-after-race") {
    corace::run(race_to([] { std::abort(); }));
  } else if (what == "throw") {
    corace::run(race_to([] { throw std::runtime_error("too early"); }));
  } else if (what == "exit") {
    corace::run(race_to([] { std::exit(3); }));
  } else if (what == "quick-exit") {
    corace::run(race_to([] { ::_exit(4); }));
  } else if (what == "hang") {
    corace::run(race_to(spin));
  } else if (what == "lost-many") {
    corace::run(many_increments());
  } else if (what == "lost-then-hang") {
    corace::run(two_increments_and(spin));
  } else if (what == "lost-then-crash") {
    corace::run(two_increments_and([] { std::raise(SIGKILL); }));
  } else if (what == "lost-in-child") {
    const pid_t parent = ::getpid();
    corace::run(two_increments_in_child());
    if (::getpid() == parent && argc > 2) // leaves nothing itself
      ::_exit(0);
  } else if (what == "lost-then-stopped") {
    corace::run(two_increments_and([] {
      std::raise(SIGTERM);
      spin();
    }));
  } else if (what == "lost-then-exit") {
    corace::run(two_increments_and([] { ::_exit(5); }));
  } else if (what == "crash-now-and-then") {
    corace::run(race_to([] {
      if (!std::getenv("CORACE_TEST_MARK") || ::rmdir(std::getenv("CORACE_TEST_MARK")) == 0)
        std::raise(SIGILL);
    }));
  } else if (what == "deadlock") {
    corace::run(deadlock());
  } else if (what == "forget") {
    corace::run(forget());
  } else if (what == "twice") { // the race is in the second loop
    corace::run(clean());
    corace::run(two_increments());
  } else if (what == "cancelled") {
    corace::run(two_yields());
  } else if (what == "leak-when-cancelled") {
    corace::run(leak_when_cancelled());
  } else if (what == "choice") {
    corace::run(fail_for_a_choice());
  } else if (what == "clean") {
    corace::run(clean());
  } else if (what == "explore") { // as two tests of a test program would
    for (const char *name : {"one", "other"}) {
      corace::explore_options options;
      options.name = name;
      const auto result = corace::explore(count_two, options);
      std::printf("%s: %llu %s %s\n", name, static_cast<unsigned long long>(result.runs), result.stopped.c_str(),
                  result.clean() ? "-" : result.failures[0].token.c_str());
    }
  } else if (what == "no-run") {
    std::printf("nothing to do\n");
  } else {
    return 9;
  }
  std::printf("end of main\n");
}
