// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each strategy finds what it is made for, in few runs, and does what its definition says.
#include "support.h"

#include <stdexcept>

namespace corace::test {
namespace {

explore_options by(const char *strategy, std::uint64_t runs = 1000) {
  explore_options options;
  options.strategy = strategy;
  options.runs = runs;
  options.stop_at_first = true;
  return options;
}

/// The run that showed the first failure; 0: none did.
std::uint64_t first_failure(const std::function<task<void>()> &body, const explore_options &options) {
  const auto result = explore(body, options);
  return result.failures.empty() ? 0 : result.failures[0].found_in_run;
}

/// As many awaits as tasks have to pass before the one that matters.
task<void> late_update(int steps_before) {
  int total = 0;
  const auto add = [](int &sum, int before) -> task<void> {
    for (int i = 0; i < before; ++i)
      co_await yield();
    const int seen = sum;
    co_await sleep_for(std::chrono::seconds(0));
    sum = seen + 1;
  };
  co_await gather(add(total, steps_before), add(total, 3 * steps_before), add(total, 5 * steps_before));
  if (total == 1)
    throw std::runtime_error("two updates were lost");
}

TEST(site_hold, finds_in_a_run_for_each_await_what_chance_does_not) {
  const auto body = [] { return late_update(40); };
  const std::uint64_t runs = first_failure(body, by("site-hold"));
  EXPECT_GT(runs, 0u);
  EXPECT_LE(runs, 4u);
  EXPECT_EQ(first_failure(body, by("random", 20)), 0u);
}

TEST(site_hold, makes_a_run_for_each_await_under_each_order_and_then_for_pairs) {
  explore_options options = by("site-hold");
  const auto result = explore([] { return late_update(4); },
                              [&] {
                                options.stop_at_first = false;
                                return options;
                              }());
  // Two awaits: a run to see them, one each under three orders, and the pair under three orders.
  EXPECT_EQ(result.runs, 1u + 2 * 3 + 3);
  EXPECT_EQ(result.stopped, "all its schedules were run");
}

TEST(task_hold, holds_one_task_at_one_of_many_passages) {
  // Each comes by the same await again and again; it goes wrong only between the third time of one and all of another.
  const auto body = []() -> task<void> {
    int round = 0, seen_by_other = -1;
    const auto counter = [](int &r, int &seen) -> task<void> {
      for (int i = 0; i < 6; ++i) {
        r = i;
        co_await yield();
        if (r == 3 && seen == 3)
          throw std::runtime_error("seen in between");
      }
    };
    const auto other = [](int &r, int &seen) -> task<void> {
      co_await sleep_for(std::chrono::seconds(0));
      seen = r;
      co_await sleep_for(std::chrono::seconds(0));
    };
    co_await gather(counter(round, seen_by_other), other(round, seen_by_other));
  };
  EXPECT_GT(first_failure(body, by("task-hold", 30)), 0u);
  EXPECT_EQ(first_failure(body, by("serial")), 0u);
  EXPECT_EQ(first_failure(body, by("site-hold", 30)), 0u);
}

TEST(site_hold, does_not_wait_for_who_polls) {
  explore_options options = by("site-hold");
  options.stop_at_first = false;
  const auto result = explore(
      []() -> task<void> {
        bool done = false;
        const auto poll = [](bool &flag) -> task<void> {
          while (!flag)
            co_await yield();
        };
        const auto work = [](bool &flag) -> task<void> {
          co_await sleep_for(std::chrono::seconds(0));
          flag = true;
        };
        co_await gather(poll(done), poll(done), work(done));
      },
      options);
  EXPECT_TRUE(result.clean());
  EXPECT_EQ(result.stopped, "all its schedules were run"); // and none was cut off
}

TEST(strategies, tell_who_has_found_it) {
  const auto body = [] { return late_update(3); };
  EXPECT_EQ(explore(body, by("portfolio")).failures.at(0).strategy, "site-hold");
  EXPECT_EQ(explore(body, by("random")).failures.at(0).strategy, "random");
}

TEST(strategies, a_random_run_that_failed_is_the_one_that_is_reported) {
  int late = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::uint64_t runs = 0, failed = 0;
    explore_options options = by("random", 20000);
    options.seed = seed;
    const auto result = explore(
        [&]() -> task<void> {
          ++runs;
          try {
            co_await late_update(3);
          } catch (const std::runtime_error &) {
            failed = failed ? failed : runs;
            throw;
          }
        },
        options);
    ASSERT_FALSE(result.clean()) << seed;
    EXPECT_EQ(result.failures[0].found_in_run, failed) << seed;
    late += failed > 64;
  }
  EXPECT_GT(late, 5); // else nobody has learned anything of quick runs
}

} // namespace
} // namespace corace::test
