// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The names of doctest that corace/explore_doctest.h and the tests use, where doctest is not installed.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace doctest {

struct String {
  std::string text;
  [[nodiscard]] std::size_t size() const { return text.size(); }
  [[nodiscard]] const char *c_str() const { return text.c_str(); }
};
struct AssertData {
  const char *m_file;
  int m_line;
  const char *m_expr;
  bool m_failed, m_threw;
  String m_exception, m_decomp;
};
struct ContextOptions {};
struct QueryData {};
struct TestRunStats {};
struct TestCaseData {};
struct CurrentTestCaseStats {};
struct TestCaseException {};
struct SubcaseSignature {};
struct MessageData {};

struct IReporter {
  virtual void report_query(const QueryData &) = 0;
  virtual void test_run_start() = 0;
  virtual void test_run_end(const TestRunStats &) = 0;
  virtual void test_case_start(const TestCaseData &) = 0;
  virtual void test_case_reenter(const TestCaseData &) = 0;
  virtual void test_case_end(const CurrentTestCaseStats &) = 0;
  virtual void test_case_exception(const TestCaseException &) = 0;
  virtual void subcase_start(const SubcaseSignature &) = 0;
  virtual void subcase_end() = 0;
  virtual void log_assert(const AssertData &) = 0;
  virtual void log_message(const MessageData &) = 0;
  virtual void test_case_skipped(const TestCaseData &) = 0;
  virtual ~IReporter() = default;
};

struct test_failed {}; // no std::exception, as doctest's own

struct registry {
  struct test {
    const char *name;
    void (*body)();
  };
  std::vector<test> tests;
  std::vector<std::unique_ptr<IReporter>> listeners;
  bool failed = false;
};
inline registry &all() {
  static registry only;
  return only;
}
template <class Reporter> int registerReporter(const char *, int, bool) {
  all().listeners.push_back(std::make_unique<Reporter>(ContextOptions()));
  return 0;
}
inline int add(const char *name, void (*body)()) {
  all().tests.push_back({name, body});
  return 0;
}
inline void check(bool holds, const char *file, int line, const char *expression, const std::string &values) {
  for (const auto &each : all().listeners)
    each->log_assert({file, line, expression, !holds, false, {}, {values}});
  all().failed |= !holds;
  if (!holds)
    std::printf("%s:%d: CHECK( %s )\n", file, line, expression);
}
template <class T> struct operand {
  const T &left;
  bool holds = true;
  std::string values = {};
  operand &operator==(const T &right) {
    holds = left == right;
    values = std::to_string(left) + " == " + std::to_string(right);
    return *this;
  }
};
struct splitter {
  template <class T> operand<T> operator<<(const T &left) { return {left}; }
};

inline int run(const char *filter) {
  int failed = 0, passed = 0;
  for (const registry::test &each : all().tests) {
    if (filter && std::strcmp(filter, each.name) != 0)
      continue;
    all().failed = false;
    try {
      each.body();
    } catch (...) {
      all().failed = true;
    }
    ++(all().failed ? failed : passed);
  }
  std::printf("%d passed | %d failed\n", passed, failed);
  return failed != 0;
}

} // namespace doctest

#define DOCTEST_NAME(line) mock_test_##line
#define DOCTEST_TEST(function, name)                                                                                   \
  static void function();                                                                                              \
  static const int function##_added = doctest::add(name, function);                                                    \
  static void function()
#define DOCTEST_LINE(line, name) DOCTEST_TEST(mock_test_##line, name)
#define DOCTEST_AT(line, name) DOCTEST_LINE(line, name)
#define DOCTEST_TEST_CASE(name) DOCTEST_AT(__LINE__, name)
#define DOCTEST_ADD_FAIL_CHECK_AT(file, line, text)                                                                    \
  (doctest::all().failed = true, std::printf("%s:%d: ERROR: %s\n", file, line, (text).c_str()))
#define CHECK(...)                                                                                                     \
  do {                                                                                                                 \
    const auto result = doctest::splitter() << __VA_ARGS__;                                                            \
    doctest::check(result.holds, __FILE__, __LINE__, #__VA_ARGS__, result.values);                                     \
  } while (false)
#define REQUIRE(...)                                                                                                   \
  do {                                                                                                                 \
    const auto result = doctest::splitter() << __VA_ARGS__;                                                            \
    doctest::check(result.holds, __FILE__, __LINE__, #__VA_ARGS__, result.values);                                     \
    if (!result.holds)                                                                                                 \
      throw doctest::test_failed();                                                                                    \
  } while (false)

#ifdef DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
int main(int count, char **arguments) {
  return doctest::run(count > 1 && std::strncmp(arguments[1], "-tc=", 4) == 0 ? arguments[1] + 4 : nullptr);
}
#endif
