// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the test frameworks' CORACE_EXPLORE stands on, for a framework of one's own: explores a test as its options and
// the environment say, and puts what went wrong into words. Include corace/explore_gtest.h, corace/explore_catch2.h or
// corace/explore_doctest.h to use one of those.
//
// The environment: CORACE_REPLAY=TOKEN runs the one schedule of a report; CORACE_VERBOSE=1 tells the statistics of
// tests that pass as well; CORACE_STRATEGY, CORACE_SEED, CORACE_RUNS and CORACE_SECONDS take the place of the test's
// own options, for a longer search by night. CORACE_SHARD=2/5 runs a part of each search (corace/explore_shard.h), and
// CORACE_STATEMENTS=FILE adds a line to the file for each test, which says what became of the part.
#pragma once

#include <corace/explore.h>

#include <functional>
#include <string>

namespace corace {

/// A test as its framework knows it.
struct explore_case {
  std::string name;      ///< "explore.keeps_every_update"
  std::string arguments; ///< those that make the test program run this test alone; already quoted for a shell
};

struct explore_verdict {
  bool passed = true;
  /// When it failed: what, where, the interleaving, and how to see it again. When it passed: one line of statistics.
  std::string text;
  std::string statistics; ///< in one line
  bool verbose = false;   ///< the text of a test that passed is to be shown
};

/// Throws nothing: wrong options are a failure of the test.
[[nodiscard]] explore_verdict explore_test(const explore_case &test, const std::function<task<void>()> &body,
                                           explore_options options = {});

namespace detail {
/// A check of the framework's has failed in the run that is under way.
void check_failed(const char *file, std::uint32_t line, std::string message);

/// explore_test() for a framework that tells a listener of failed checks, but prints them as well, once for each
/// schedule: stdout is silent during the search, though not when one schedule is replayed. An exception that leaves the
/// body after a failed check is the framework's own.
[[nodiscard]] explore_verdict explore_quietly(const explore_case &test, task<void> (*body)(),
                                              const explore_options &options);
/// Whether a listener is to pass failed checks on.
[[nodiscard]] bool exploring_quietly() noexcept;
} // namespace detail

} // namespace corace
