// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A search that is split: its parts have all that the whole has, and nothing twice.
#include "support.h"

#include <corace/explore_test.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace corace::test {
namespace {

class environment {
public:
  environment(const char *name, const std::string &value) : name_(name) {
    if (const char *old = std::getenv(name))
      old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  environment(const environment &) = delete;
  environment &operator=(const environment &) = delete;
  ~environment() {
    if (old_)
      ::setenv(name_, old_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

private:
  const char *name_;
  std::optional<std::string> old_;
};

/// A program of two or three tasks with branches; its outcome is the order of its conflicting accesses.
struct random_program {
  unsigned number;
  int tasks;

  static inline cell cells[2];
  std::string order = {};

  task<void> one(int i) {
    unsigned bits = number * 2654435761u + static_cast<unsigned>(i) * 40503u;
    for (int op = 0; op < 3; ++op, bits = bits * 1664525u + 1013904223u) {
      cell &c = cells[bits >> 16 & 1];
      const int seen = c.get();
      if (bits & 0x20000 || seen > 2)
        c.set(seen + i + 1);
      order += static_cast<char>('a' + i);
      order += std::to_string(seen);
      co_await yield();
    }
  }
  task<void> all() {
    order.clear();
    cells[0].value = cells[1].value = 0;
    return concurrently(tasks, [this](int i) { return one(i); });
  }
};

TEST(shards, of_an_enumeration_have_all_its_schedules_and_none_twice) {
  for (unsigned number = 0; number < 25; ++number)
    for (const bool footprints : {false, true}) {
      random_program program{number, footprints ? 3 : 2};
      const auto search = [&](explore_shard part, std::map<std::string, int> &outcomes) {
        explore_options options = exhaustively(footprints);
        options.shard = part;
        const auto result =
            explore([&]() -> task<void> { co_await program.all(), ++outcomes[program.order]; }, options);
        EXPECT_TRUE(result.complete) << number << ": " << result.stopped;
        EXPECT_EQ(result.part, part);
        return result.runs;
      };
      std::map<std::string, int> whole;
      const std::uint64_t runs = search({1, 1}, whole);
      for (const std::uint32_t of : {2u, 3u, 7u}) {
        std::map<std::string, int> joined;
        std::uint64_t sum = 0;
        for (std::uint32_t n = 1; n <= of; ++n)
          sum += search({n, of}, joined);
        EXPECT_EQ(sum, runs) << "program " << number << " in " << of << " parts";
        for (const auto &[outcome, times] : whole)
          EXPECT_TRUE(joined.contains(outcome)) << "program " << number << " in " << of << " parts: " << outcome;
        EXPECT_EQ(joined.size(), whole.size());
      }
    }
}

TEST(shards, divide_the_work) {
  std::uint64_t most = 0;
  for (std::uint32_t n = 1; n <= 4; ++n) {
    explore_options options = exhaustively(false);
    options.shard = {n, 4};
    const auto result = explore(
        []() -> task<void> {
          co_await concurrently(3, [](int) -> task<void> {
            co_await yield();
            co_await yield();
          });
        },
        options);
    most = std::max(most, result.runs + result.blocked);
    EXPECT_EQ(result.stopped, "every schedule of part " + std::to_string(n) + "/4 was run");
  }
  EXPECT_LT(most, 1000u); // of 1,680
}

TEST(shards, of_a_random_search_are_dealt_its_schedules_in_turn) {
  const auto search = [](explore_shard part, std::uint64_t runs) {
    std::vector<std::string> orders;
    explore_options options;
    options.strategy = "random";
    options.runs = runs;
    options.shard = part;
    (void)explore(
        [&]() -> task<void> {
          std::string order;
          co_await concurrently(5, [&](int i) -> task<void> {
            co_await yield();
            order += static_cast<char>('a' + i);
          });
          orders.push_back(order);
        },
        options);
    orders.resize(runs); // some are run again at the end
    return orders;
  };
  const auto whole = search({1, 1}, 30), one = search({1, 3}, 10), two = search({2, 3}, 10), three = search({3, 3}, 10);
  ASSERT_EQ(whole.size(), 30u);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(one.at(i), whole[3 * i]);
    EXPECT_EQ(two.at(i), whole[3 * i + 1]);
    EXPECT_EQ(three.at(i), whole[3 * i + 2]);
  }
}

TEST(shards, of_a_portfolio_find_what_the_whole_finds) {
  const auto body = []() -> task<void> {
    shared<int> total{0, "total"};
    const auto add = [](shared<int> &to) -> task<void> {
      const int seen = to.load();
      co_await yield();
      to.store(seen + 1);
    };
    co_await gather(add(total), add(total));
  };
  std::size_t found = 0;
  for (std::uint32_t n = 1; n <= 2; ++n) {
    explore_options options;
    options.shard = {n, 2};
    const auto result = explore(body, options);
    EXPECT_TRUE(result.complete) << result.stopped;
    found += result.failures.size();
  }
  EXPECT_GE(found, 1u);
}

TEST(shards, are_named_by_the_environment) {
  EXPECT_EQ(shard_of_environment(), explore_shard());
  {
    const environment set("CORACE_SHARD", "2/5");
    EXPECT_EQ(shard_of_environment(), (explore_shard{2, 5}));
    explore_options options = exhaustively(false);
    EXPECT_EQ(explore([]() -> task<void> { co_return; }, options).part, (explore_shard{2, 5}));
    options.shard = explore_shard();
    EXPECT_EQ(explore([]() -> task<void> { co_return; }, options).part, explore_shard());
  }
  for (const char *bad : {"0/4", "5/4", "2", "/", "a/b", "1/", "2/ 4", "-1/4", "99999999999/4"}) {
    const environment set("CORACE_SHARD", bad);
    EXPECT_THROW((void)shard_of_environment(), usage_error) << bad;
    EXPECT_THROW((void)explore([]() -> task<void> { co_return; }), usage_error) << bad;
  }
}

TEST(shards, of_test_runners_split_searches_only_when_they_are_told_to) {
  const std::string status = testing::TempDir() + "corace_shard_status";
  std::remove(status.c_str());
  const environment index("TEST_SHARD_INDEX", "2"), total("TEST_TOTAL_SHARDS", "3"),
      file("TEST_SHARD_STATUS_FILE", status);
  EXPECT_EQ(shard_of_environment(), explore_shard());
  EXPECT_FALSE(std::ifstream(status).is_open());
  const environment set("CORACE_SHARD", "runner");
  EXPECT_EQ(shard_of_environment(), (explore_shard{3, 3}));
  EXPECT_TRUE(std::ifstream(status).is_open());
  std::remove(status.c_str());
  const environment beyond("TEST_SHARD_INDEX", "3");
  EXPECT_THROW((void)shard_of_environment(), usage_error);
}

TEST(shards, take_over_from_googletest) {
  const environment set("CORACE_SHARD", "runner"), index("GTEST_SHARD_INDEX", "0"), total("GTEST_TOTAL_SHARDS", "4"),
      file("GTEST_SHARD_STATUS_FILE", testing::TempDir() + "corace_gtest_status");
  EXPECT_TRUE(detail::take_over_sharding());
  EXPECT_EQ(std::getenv("GTEST_TOTAL_SHARDS"), nullptr);
  EXPECT_EQ(shard_of_environment(), (explore_shard{1, 4}));
  std::remove((testing::TempDir() + "corace_gtest_status").c_str());
}

TEST(statements, say_complete_only_when_all_parts_are) {
  const std::vector<explore_statement> parts = {{"a", {1, 2}, 10, 0, true}, {"b\tc", {1, 2}, 5, 1, true},
                                                {"a", {2, 2}, 20, 0, true}, {"b\tc", {1, 2}, 5, 1, true},
                                                {"d", {1, 2}, 5, 0, true},  {"d", {2, 2}, 7, 0, false}};
  const auto merged = merge(parse_statements(to_text(parts)));
  ASSERT_EQ(merged.size(), 3u);
  EXPECT_EQ(merged[0].test, "a");
  EXPECT_TRUE(merged[0].complete);
  EXPECT_EQ(merged[0].runs, 30u);
  EXPECT_EQ(merged[0].part, explore_shard());
  EXPECT_EQ(merged[1].test, "b\tc");
  EXPECT_FALSE(merged[1].complete); // its second part is missing
  EXPECT_EQ(merged[1].failures, 1u);
  EXPECT_FALSE(merged[2].complete);
}

TEST(statements, that_cannot_be_read_or_joined_are_refused) {
  for (const char *text :
       {"nonsense", "corace-statement-1\ta\t1/2\t3\t0\tmaybe", "corace-statement-1\ta\t3/2\t3\t0\tcomplete",
        "corace-statement-1\ta\t1/2\tx\t0\tcomplete", "corace-statement-2\ta\t1/2\t3\t0\tcomplete"})
    EXPECT_THROW((void)parse_statements(text), usage_error) << text;
  EXPECT_TRUE(parse_statements("").empty());
  const std::vector<explore_statement> different = {{"a", {1, 2}, 1, 0, true}, {"a", {2, 3}, 1, 0, true}};
  EXPECT_THROW((void)merge(different), usage_error);
}

TEST(statements, are_written_by_tests) {
  const std::string path = testing::TempDir() + "corace_statements";
  std::remove(path.c_str());
  const environment file("CORACE_STATEMENTS", path);
  for (const char *part : {"1/2", "2/2"}) {
    const environment set("CORACE_SHARD", part);
    EXPECT_TRUE(explore_test({"explore.x", ""}, []() -> task<void> { co_await yield(); }).passed);
  }
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const auto merged = merge(parse_statements(text.str()));
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_TRUE(merged[0].complete) << text.str();
  std::remove(path.c_str());
}

} // namespace
} // namespace corace::test
