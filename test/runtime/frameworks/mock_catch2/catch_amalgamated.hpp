// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The names of Catch2 3 that corace/explore_catch2.h and the tests use, where Catch2 is not installed. For one source
// file, which has main() then.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace Catch {

struct SourceLineInfo {
  const char *file;
  std::size_t line;
};
struct AssertionResult {
  bool holds;
  SourceLineInfo where;
  std::string expression, values;
  [[nodiscard]] bool isOk() const { return holds; }
  [[nodiscard]] bool hasExpression() const { return true; }
  [[nodiscard]] bool hasExpandedExpression() const { return true; }
  [[nodiscard]] bool hasMessage() const { return false; }
  [[nodiscard]] std::string getExpressionInMacro() const { return "CHECK( " + expression + " )"; }
  [[nodiscard]] std::string getExpandedExpression() const { return values; }
  [[nodiscard]] std::string_view getMessage() const { return {}; }
  [[nodiscard]] SourceLineInfo getSourceInfo() const { return where; }
};
struct AssertionStats {
  AssertionResult assertionResult;
};
struct EventListenerBase {
  explicit EventListenerBase(int) {}
  virtual void assertionEnded(const AssertionStats &) = 0;
  virtual ~EventListenerBase() = default;
};
struct test_failed {}; // no std::exception, as Catch2's own

struct registry {
  struct test {
    const char *name;
    void (*body)();
  };
  std::vector<test> tests;
  std::vector<std::unique_ptr<EventListenerBase>> listeners;
  bool failed = false;
};
inline registry &all() {
  static registry only;
  return only;
}
inline int add(const char *name, void (*body)()) {
  all().tests.push_back({name, body});
  return 0;
}
inline int listen(std::unique_ptr<EventListenerBase> listener) {
  all().listeners.push_back(std::move(listener));
  return 0;
}
inline void check(bool holds, const char *file, int line, const char *expression, const std::string &values) {
  for (const auto &each : all().listeners)
    each->assertionEnded({{holds, {file, static_cast<std::size_t>(line)}, expression, values}});
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

} // namespace Catch

#define CATCH_REGISTER_LISTENER(type) static const int mock_listener = Catch::listen(std::make_unique<type>(0));
#define MOCK_TEST(function, name)                                                                                      \
  static void function();                                                                                              \
  static const int function##_added = Catch::add(name, function);                                                      \
  static void function()
#define MOCK_LINE(line, name) MOCK_TEST(mock_test_##line, name)
#define MOCK_AT(line, name) MOCK_LINE(line, name)
#define TEST_CASE(name, tags) MOCK_AT(__LINE__, name)
#define FAIL_CHECK(text) (Catch::all().failed = true, std::printf("ERROR: %s\n", std::string(text).c_str()))
#define CHECK(...)                                                                                                     \
  do {                                                                                                                 \
    const auto result = Catch::splitter() << __VA_ARGS__;                                                              \
    Catch::check(result.holds, __FILE__, __LINE__, #__VA_ARGS__, result.values);                                       \
  } while (false)
#define REQUIRE(...)                                                                                                   \
  do {                                                                                                                 \
    const auto result = Catch::splitter() << __VA_ARGS__;                                                              \
    Catch::check(result.holds, __FILE__, __LINE__, #__VA_ARGS__, result.values);                                       \
    if (!result.holds)                                                                                                 \
      throw Catch::test_failed();                                                                                      \
  } while (false)

#ifdef MOCK_CATCH2_MAIN
int main(int count, char **arguments) { return Catch::run(count > 1 ? arguments[1] : nullptr); }
#endif
