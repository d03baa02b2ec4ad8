// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CORACE_EXPLORE for GoogleTest: a test whose body is a coroutine, run under many schedules.
//
//   CORACE_EXPLORE(keeps_every_update) {
//     int total = 0;
//     co_await corace::gather(add(total, 1), add(total, 2));
//     EXPECT_EQ(total, 3);
//   }
//   CORACE_EXPLORE(survives_a_long_search, .runs = 100'000, .strategy = "random") { ... }
//
// It is the test `explore.NAME`. EXPECT_* counts as a failure of the schedule; ASSERT_* does not compile in a
// coroutine, whatever the coroutine, because it returns. What follows the name are fields of corace::explore_options in
// their order.
#pragma once

#include <corace/explore_test.h>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <iostream>
#include <string>

namespace corace::detail {

/// Failed expectations of this thread go to the explorer while it lives.
class gtest_expectations final : public testing::ScopedFakeTestPartResultReporter {
public:
  gtest_expectations() : ScopedFakeTestPartResultReporter(INTERCEPT_ONLY_CURRENT_THREAD, nullptr) {}
  void ReportTestPartResult(const testing::TestPartResult &result) override {
    if (result.failed())
      check_failed(result.file_name(), static_cast<std::uint32_t>(result.line_number() < 0 ? 0 : result.line_number()),
                   result.message());
  }
};

/// Before GoogleTest looks at its sharding variables.
inline const bool gtest_shards_searches = take_over_sharding();

inline void explore_in_gtest(const char *name, const char *file, int line, task<void> (*body)(),
                             const explore_options &options) {
  const std::string full = std::string("explore.") + name;
  explore_verdict verdict;
  {
    const gtest_expectations intercepted;
    verdict = explore_test({full, "--gtest_filter=" + full}, body, options);
  }
  testing::Test::RecordProperty("exploration", verdict.statistics); // in the XML and JSON reports
  if (!verdict.passed)
    ADD_FAILURE_AT(file, line) << verdict.text;
  else if (verdict.verbose)
    std::cout << full << ": " << verdict.text << std::endl;
}

} // namespace corace::detail

#define CORACE_EXPLORE(name, ...)                                                                                      \
  static ::corace::task<void> corace_explore_##name();                                                                 \
  TEST(explore, name) {                                                                                                \
    ::corace::detail::explore_in_gtest(#name, __FILE__, __LINE__, corace_explore_##name,                               \
                                       ::corace::explore_options{__VA_ARGS__});                                        \
  }                                                                                                                    \
  static ::corace::task<void> corace_explore_##name()
