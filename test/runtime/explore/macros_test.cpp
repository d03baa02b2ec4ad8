// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CORACE_EXPLORE in GoogleTest, and what a failing test tells.
#include <corace/corace.h>
#include <corace/explore_gtest.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corace::test {
namespace {

task<void> add(shared<int> &to, int amount) {
  const int seen = to.load();
  co_await yield();
  to.store(seen + amount);
}

task<void> loses_an_update() {
  shared<int> total{0, "total"};
  co_await gather(add(total, 1), add(total, 2));
}

task<void> step(int &n) {
  co_await yield();
  ++n;
}

CORACE_EXPLORE(the_body_is_a_coroutine) {
  int order = 0;
  co_await gather(step(order), step(order));
  EXPECT_EQ(order, 2);
}

// Under any other strategy this one fails.
CORACE_EXPLORE(options_follow_the_name, .runs = 25, .strategy = "fifo", .seed = 7) {
  std::vector<int> order;
  const auto note = [](std::vector<int> &to, int what) -> task<void> {
    co_await yield();
    to.push_back(what);
  };
  co_await gather(note(order, 1), note(order, 2));
  EXPECT_EQ(order, (std::vector{1, 2}));
}

class environment {
public:
  environment(const char *name, const std::string &value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  environment(const environment &) = delete;
  environment &operator=(const environment &) = delete;
  ~environment() { ::unsetenv(name_); }

private:
  const char *name_;
};

const explore_case this_case{"explore.example", "--gtest_filter=explore.example"};

[[nodiscard]] std::string part_after(const std::string &text, const std::string &mark) {
  const auto at = text.find(mark);
  return at == std::string::npos
             ? ""
             : text.substr(at + mark.size(), text.find_first_of(" \n", at + mark.size()) - at - mark.size());
}

TEST(explore_test, a_failure_tells_what_where_how_and_again) {
  const auto verdict = explore_test(this_case, loses_an_update);
  ASSERT_FALSE(verdict.passed);
  for (const char *part : {"lost update on 'total'", "macros_test.cpp:", "A: add", "B: add",
                           "const int seen = to.load();", "→ 0", "co_await yield();", "── suspends",
                           "to.store(seen + amount);", "update is lost", "1 switch away", "shown again 10 times of 10",
                           "replay: CORACE_REPLAY=c", "explore_test --gtest_filter=explore.example", "seed 1, "})
    EXPECT_NE(verdict.text.find(part), std::string::npos) << part << " is not in\n" << verdict.text;
}

TEST(explore_test, the_columns_follow_the_schedule) {
  const auto result = explore(loses_an_update);
  ASSERT_EQ(result.failures.size(), 1u);
  using action = explore_step::action;
  std::vector<std::pair<std::string, action>> did;
  for (const explore_step &each : result.failures[0].steps)
    did.emplace_back(each.task, each.what);
  const std::vector<std::pair<std::string, action>> expected = {
      {"A", action::begin}, {"A", action::read},    {"A", action::suspend}, {"B", action::begin},
      {"B", action::read},  {"B", action::suspend}, {"B", action::go_on},   {"B", action::write},
      {"B", action::end},   {"A", action::go_on},   {"A", action::write}};
  EXPECT_EQ(did, expected) << interleaving(result.failures[0]);
}

TEST(explore_test, without_accesses_the_turns_are_told) {
  const auto result = explore([]() -> task<void> {
    std::string order;
    const auto say = [](std::string &to, char what) -> task<void> {
      co_await yield();
      to += what;
    };
    co_await gather(say(order, 'a'), say(order, 'b'));
    if (order == "ba")
      throw std::runtime_error("b came first");
  });
  ASSERT_EQ(result.failures.size(), 1u);
  const std::string text = interleaving(result.failures[0]);
  EXPECT_NE(text.find("co_await yield();"), std::string::npos) << text;
  EXPECT_NE(text.find("ends"), std::string::npos) << text;
}

task<void> expects_too_much() {
  int n = 0;
  const auto set = [](int &x, int to) -> task<void> {
    co_await yield();
    x = to;
  };
  co_await gather(set(n, 1), set(n, 2));
  EXPECT_EQ(n, 2) << "the second one was last";
}

TEST(explore_test, an_expectation_fails_the_schedule_and_not_the_process) {
  testing::TestPartResultArray seen;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &seen);
    detail::explore_in_gtest("example", "file.cpp", 12, expects_too_much, {});
  }
  ASSERT_EQ(seen.size(), 1); // not one for each schedule
  const auto &failure = seen.GetTestPartResult(0);
  EXPECT_STREQ(failure.file_name(), "file.cpp");
  EXPECT_EQ(failure.line_number(), 12);
  for (const char *part : {"macros_test.cpp:", "the second one was last", "CORACE_REPLAY="})
    EXPECT_NE(std::string(failure.message()).find(part), std::string::npos) << part << "\n" << failure.message();
}

TEST(explore_test, every_failure_says_what_kind_it_is) {
  const auto thrown = explore_test(this_case, []() -> task<void> {
    co_await yield();
    throw std::runtime_error("parser: line 3: no number");
  });
  EXPECT_TRUE(thrown.text.starts_with("exception: parser: line 3: no number\n")) << thrown.text;
  EXPECT_TRUE(explore_test(this_case, loses_an_update).text.starts_with("lost update on 'total': ")) << thrown.text;
}

TEST(explore_test, a_token_shows_the_same_failure_in_one_run) {
  const auto found = explore_test(this_case, loses_an_update);
  const std::string token = part_after(found.text, "CORACE_REPLAY=");
  const environment replay("CORACE_REPLAY", token);
  const auto again = explore_test(this_case, loses_an_update);
  EXPECT_FALSE(again.passed);
  EXPECT_EQ(part_after(again.text, "CORACE_REPLAY="), token) << again.text;
  EXPECT_NE(again.text.find("the schedule was run"), std::string::npos) << again.text;
}

TEST(explore_test, statistics_of_a_passing_test_are_told_when_asked_for) {
  const auto body = []() -> task<void> { co_return; };
  EXPECT_FALSE(explore_test(this_case, body).verbose);
  const environment verbose("CORACE_VERBOSE", "1");
  const auto verdict = explore_test(this_case, body);
  EXPECT_TRUE(verdict.passed);
  EXPECT_TRUE(verdict.verbose);
  EXPECT_EQ(verdict.text.find('\n'), std::string::npos);
}

TEST(explore_test, the_environment_takes_the_place_of_options) {
  int runs = 0;
  const auto body = [&]() -> task<void> {
    ++runs;
    co_return;
  };
  const environment strategy("CORACE_STRATEGY", "random"), number("CORACE_RUNS", "17");
  EXPECT_TRUE(explore_test(this_case, body, {.runs = 5, .strategy = "serial"}).passed);
  EXPECT_EQ(runs, 17 + 3); // three are run again
}

TEST(explore_test, wrong_options_fail_the_test_and_say_what_to_write) {
  const auto body = []() -> task<void> { co_return; };
  for (const char *text : {"many", "12x", "-1", "1e99999999999", " 7"}) {
    const environment runs("CORACE_RUNS", text);
    const auto verdict = explore_test(this_case, body);
    EXPECT_FALSE(verdict.passed) << text;
    EXPECT_NE(verdict.text.find("CORACE_RUNS="), std::string::npos) << verdict.text;
  }
  EXPECT_FALSE(explore_test(this_case, body, {.strategy = "clever"}).passed);
  const environment replay("CORACE_REPLAY", "nonsense");
  EXPECT_FALSE(explore_test(this_case, body).passed);
}

} // namespace
} // namespace corace::test
