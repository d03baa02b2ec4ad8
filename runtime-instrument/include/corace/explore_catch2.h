// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CORACE_EXPLORE for Catch2 (version 3): a test case whose body is a coroutine, run under many schedules.
//
//   CORACE_EXPLORE(keeps_every_update) {
//     int total = 0;
//     co_await corace::gather(add(total, 1), add(total, 2));
//     CHECK(total == 3);
//   }
//   CORACE_EXPLORE(survives_a_long_search, .runs = 100'000, .strategy = "random") { ... }
//
// It is the test case `explore.NAME` with the tag [explore]. A CHECK or REQUIRE that fails is a failure of the
// schedule; Catch2 counts each of them as well. What follows the name are fields of corace::explore_options in their
// order.
#pragma once

#include <corace/explore_test.h>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#elif __has_include(<catch_amalgamated.hpp>)
#include <catch_amalgamated.hpp>
#else
#error                                                                                                                 \
    "corace/explore_catch2.h needs Catch2, version 3: neither <catch2/catch_test_macros.hpp> nor <catch_amalgamated.hpp> was found"
#endif

#include <iostream>
#include <string>
#include <utility>

namespace corace::detail {

/// Hears of failed checks. Each source file registers one; the first one made does the work.
class catch2_listener final : public Catch::EventListenerBase {
public:
  using EventListenerBase::EventListenerBase;
  void assertionEnded(const Catch::AssertionStats &stats) override {
    const Catch::AssertionResult &check = stats.assertionResult;
    if (!first_ || check.isOk() || !exploring_quietly())
      return;
    std::string message = check.hasExpression() ? check.getExpressionInMacro() + " is not so" : "a check has failed";
    if (check.hasExpandedExpression())
      message += ": " + check.getExpandedExpression();
    if (check.hasMessage())
      message += ": " + std::string(check.getMessage());
    check_failed(check.getSourceInfo().file, static_cast<std::uint32_t>(check.getSourceInfo().line), message);
  }

private:
  inline static bool made_ = false;
  const bool first_ = !std::exchange(made_, true);
};

[[nodiscard]] inline std::string explore_in_catch2(const char *name, task<void> (*body)(),
                                                   const explore_options &options) {
  const std::string full = std::string("explore.") + name;
  const explore_verdict verdict = explore_quietly({full, full}, body, options);
  if (verdict.passed && verdict.verbose)
    std::cout << full << ": " << verdict.text << std::endl;
  if (verdict.passed)
    return {};
  // Catch2 wraps lines, which a drawing in columns does not survive.
  std::cerr << full << ": " << verdict.text << std::endl;
  return verdict.text.substr(0, verdict.text.find('\n')) + " (the schedule stands on stderr)";
}

} // namespace corace::detail

CATCH_REGISTER_LISTENER(corace::detail::catch2_listener)

#ifdef CATCH_CONFIG_PREFIX_ALL
#define CORACE_CATCH2(macro) CATCH_##macro
#else
#define CORACE_CATCH2(macro) macro
#endif

#define CORACE_EXPLORE(name, ...)                                                                                      \
  static ::corace::task<void> corace_explore_##name();                                                                 \
  CORACE_CATCH2(TEST_CASE)("explore." #name, "[explore]") {                                                            \
    const std::string corace_report =                                                                                  \
        ::corace::detail::explore_in_catch2(#name, corace_explore_##name, ::corace::explore_options{__VA_ARGS__});     \
    if (!corace_report.empty())                                                                                        \
      CORACE_CATCH2(FAIL_CHECK)(corace_report);                                                                        \
  }                                                                                                                    \
  static ::corace::task<void> corace_explore_##name()
