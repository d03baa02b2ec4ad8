// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedules out of bytes.
#include "support.h"

#include <corace/fuzz.h>

#include <set>

namespace corace::test {
namespace {

task<void> note(std::string &order, char who) {
  co_await yield();
  order += who;
}

task<void> three(std::string &order) {
  order.clear();
  return concurrently(3, [&](int i) { return note(order, static_cast<char>('a' + i)); });
}

TEST(bytes, make_every_schedule_and_no_byte_is_the_canonical_one) {
  std::string order;
  byte_explorer explorer([&] { return three(order); });
  EXPECT_EQ(explorer.run({}).runs, 1u);
  EXPECT_EQ(order, "abc");
  std::set<std::string> seen;
  for (unsigned i = 0; i < 1000; ++i) {
    std::vector<std::uint8_t> given;
    for (unsigned rest = i; rest; rest /= 3)
      given.push_back(static_cast<std::uint8_t>(rest % 3));
    EXPECT_TRUE(explorer.run(given).clean());
    seen.insert(order);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"abc", "acb", "bac", "bca", "cab", "cba"}));
}

TEST(bytes, that_are_the_same_give_the_same_run) {
  std::string order;
  byte_explorer explorer([&] { return three(order); });
  unsigned state = 1;
  for (int i = 0; i < 200; ++i) {
    std::vector<std::uint8_t> given;
    for (int n = 0; n < i % 13; ++n)
      given.push_back(static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24));
    (void)explorer.run(given);
    const std::string first = order;
    (void)explorer.run(given);
    EXPECT_EQ(order, first);
    (void)explore_bytes([&] { return three(order); }, given);
    EXPECT_EQ(order, first);
  }
}

task<void> lost_update() {
  shared<int> total{0, "total"};
  const auto add = [](shared<int> &to) -> task<void> {
    const int seen = to.load();
    co_await yield();
    to.store(seen + 1);
  };
  co_await gather(add(total), add(total));
}

TEST(bytes, find_a_lost_update_each_time_that_they_are_given) {
  byte_explorer explorer(lost_update);
  EXPECT_TRUE(explorer.run({}).clean());
  const std::vector<std::uint8_t> given = {0, 1, 1};
  std::string token;
  for (int i = 0; i < 20; ++i) {
    const auto result = explorer.run(given);
    ASSERT_EQ(result.failures.size(), 1u) << i;
    EXPECT_EQ(result.failures[0].kind, "lost-update");
    EXPECT_TRUE(result.failures[0].verified);
    if (i > 0) {
      EXPECT_EQ(result.failures[0].token, token);
    }
    token = result.failures[0].token;
  }
  EXPECT_TRUE(explorer.run({}).clean());
}

TEST(bytes_death, abort_with_the_story) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::vector<std::uint8_t> given = {0, 1, 1};
  EXPECT_DEATH(abort_with(explore_bytes(lost_update, given).failures.at(0)), "lost update on 'total'(.|\n)*replay: c");
}

TEST(bytes, are_no_matter_for_a_loop_that_runs) {
  run([]() -> task<void> {
    EXPECT_THROW((void)explore_bytes(lost_update, {}), usage_error);
    co_return;
  }());
}

} // namespace
} // namespace corace::test
