// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CORACE_EXPLORE for doctest: a test case whose body is a coroutine, run under many schedules.
//
//   CORACE_EXPLORE(keeps_every_update) {
//     int total = 0;
//     co_await corace::gather(add(total, 1), add(total, 2));
//     CHECK(total == 3);
//   }
//   CORACE_EXPLORE(survives_a_long_search, .runs = 100'000, .strategy = "random") { ... }
//
// It is the test case `explore.NAME`. A CHECK or REQUIRE that fails is a failure of the schedule; doctest counts each
// of them as well. What follows the name are fields of corace::explore_options in their order.
#pragma once

#include <corace/explore_test.h>

#include <doctest/doctest.h>

#include <iostream>
#include <string>

namespace corace::detail {

/// Hears of failed checks.
class doctest_listener final : public doctest::IReporter {
public:
  explicit doctest_listener(const doctest::ContextOptions &) {}
  void report_query(const doctest::QueryData &) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats &) override {}
  void test_case_start(const doctest::TestCaseData &) override {}
  void test_case_reenter(const doctest::TestCaseData &) override {}
  void test_case_end(const doctest::CurrentTestCaseStats &) override {}
  void test_case_exception(const doctest::TestCaseException &) override {}
  void subcase_start(const doctest::SubcaseSignature &) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData &check) override {
    if (!check.m_failed || !exploring_quietly())
      return;
    std::string message = std::string(check.m_expr) + " is not so";
    if (check.m_decomp.size())
      message += std::string(": ") + check.m_decomp.c_str();
    if (check.m_threw)
      message += std::string(": it threw ") + check.m_exception.c_str();
    check_failed(check.m_file, static_cast<std::uint32_t>(check.m_line), message);
  }
  void log_message(const doctest::MessageData &) override {}
  void test_case_skipped(const doctest::TestCaseData &) override {}
};
inline const int doctest_listens = doctest::registerReporter<doctest_listener>("corace", 1, false);

inline void explore_in_doctest(const char *name, const char *file, int line, task<void> (*body)(),
                               const explore_options &options) {
  const std::string full = std::string("explore.") + name;
  const explore_verdict verdict = explore_quietly({full, "-tc=" + full}, body, options);
  const std::string text = full + ": " + verdict.text; // doctest's own heading may have gone unseen
  if (!verdict.passed)
    DOCTEST_ADD_FAIL_CHECK_AT(file, line, text);
  else if (verdict.verbose)
    std::cout << text << std::endl;
}

} // namespace corace::detail

#define CORACE_EXPLORE(name, ...)                                                                                      \
  static ::corace::task<void> corace_explore_##name();                                                                 \
  DOCTEST_TEST_CASE("explore." #name) {                                                                                \
    ::corace::detail::explore_in_doctest(#name, __FILE__, __LINE__, corace_explore_##name,                             \
                                         ::corace::explore_options{__VA_ARGS__});                                      \
  }                                                                                                                    \
  static ::corace::task<void> corace_explore_##name()
