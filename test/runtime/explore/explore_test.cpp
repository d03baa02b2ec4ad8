// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include "explore/token.h"

#include <stdexcept>

namespace corace::test {
namespace {

using namespace std::chrono_literals;

int total = 0;

task<void> increment() {
  const int seen = total;
  co_await sleep_for(0s);
  total = seen + 1;
}

/// Fails when an update was lost.
task<void> count_to_three() {
  total = 0;
  co_await gather(increment(), increment(), increment());
  if (total != 3)
    throw std::runtime_error("total is " + std::to_string(total));
}

TEST(explore, finds_a_lost_update_and_shrinks_its_schedule) {
  const auto result = explore(count_to_three);
  ASSERT_EQ(result.failures.size(), 1u);
  const auto &failure = result.failures[0];
  EXPECT_EQ(failure.kind, "exception");
  EXPECT_EQ(failure.message, "total is 2");
  EXPECT_TRUE(failure.verified);
  EXPECT_EQ(failure.switches, 1u);
}

TEST(explore, every_strategy_but_the_serial_one_finds_it) {
  for (const char *strategy : {"fifo", "random", "exhaustive", "portfolio"}) {
    explore_options options;
    options.strategy = strategy;
    EXPECT_EQ(explore(count_to_three, options).failures.size(), 1u) << strategy;
  }
  explore_options options;
  options.strategy = "serial";
  const auto result = explore(count_to_three, options);
  EXPECT_TRUE(result.clean());
  EXPECT_EQ(result.runs, 2u);
  EXPECT_FALSE(result.complete);
}

TEST(explore, replays_a_token_a_hundred_times_of_a_hundred) {
  explore_options random;
  random.strategy = "random";
  random.seed = 7;
  const auto found = explore(count_to_three, random);
  ASSERT_EQ(found.failures.size(), 1u);
  explore_options replay;
  replay.strategy = "replay";
  replay.token = found.failures[0].token;
  for (int i = 0; i < 100; ++i) {
    const auto again = explore(count_to_three, replay);
    ASSERT_EQ(again.failures.size(), 1u);
    EXPECT_EQ(again.failures[0].message, found.failures[0].message);
    EXPECT_EQ(again.failures[0].token, found.failures[0].token);
  }
  replay.token = replay.token.substr(0, 8) + "-"; // the canonical schedule
  EXPECT_TRUE(explore(count_to_three, replay).clean());
}

TEST(explore, the_same_seed_gives_the_same_search) {
  explore_options options;
  options.strategy = "random";
  options.runs = 50;
  for (std::uint64_t seed : {1u, 2u, 3u}) {
    options.seed = seed;
    const auto first = explore(count_to_three, options), second = explore(count_to_three, options);
    ASSERT_EQ(first.failures.size(), second.failures.size());
    for (std::size_t i = 0; i < first.failures.size(); ++i) {
      EXPECT_EQ(first.failures[i].token, second.failures[i].token);
      EXPECT_EQ(first.failures[i].found_in_run, second.failures[i].found_in_run);
    }
  }
}

TEST(explore, what_a_quick_run_showed_is_shown_again_when_it_is_looked_at) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::uint64_t runs = 0;
    bool failed = false;
    explore_options options;
    options.strategy = "random";
    options.seed = seed;
    options.runs = 1;
    const auto result = explore(
        [&]() -> task<void> {
          std::vector<int> order;
          co_await concurrently(4, [&](int i) -> task<void> {
            co_await yield();
            co_await yield();
            order.push_back(i);
          });
          failed |= runs++ == 0 && order[0] > order[1];
          if (order[0] > order[1])
            throw std::runtime_error("order");
        },
        options);
    EXPECT_EQ(result.clean(), !failed) << seed;
  }
}

TEST(explore, a_correct_program_is_clean_and_the_search_says_so) {
  const auto result = explore([]() -> task<void> {
    mutex m;
    total = 0;
    const auto locked = [](mutex &x) -> task<void> {
      auto lock = co_await x.lock();
      co_await increment();
    };
    co_await gather(locked(m), locked(m), locked(m));
    if (total != 3)
      throw std::runtime_error("lost");
  });
  EXPECT_TRUE(result.clean());
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.stopped, "every schedule was run");
}

// The lock keeps each increment whole, so only the order of the tasks is left: 3! schedules of the first segments.
TEST(explore, sleeping_tasks_wake_in_the_order_of_their_deadlines) {
  std::vector<int> order;
  const auto result = explore(
      [&]() -> task<void> {
        order.clear();
        const auto nap = [&](int i) -> task<void> {
          co_await sleep_for(i * 1ms);
          order.push_back(i);
        };
        co_await gather(nap(3), nap(1), nap(2));
        if (order != std::vector{1, 2, 3})
          throw std::runtime_error("order");
      },
      exhaustively(false));
  EXPECT_TRUE(result.clean());
  EXPECT_TRUE(result.complete);
}

TEST(explore, finds_the_deadlock_of_two_locks) {
  const auto result = explore([]() -> task<void> {
    mutex a{"a"}, b{"b"};
    const auto both = [](mutex &x, mutex &y) -> task<void> {
      auto one = co_await x.lock();
      co_await yield();
      auto two = co_await y.lock();
    };
    co_await gather(both(a, b), both(b, a));
  });
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "deadlock");
  EXPECT_NE(result.failures[0].message.find("waits for mutex 'b', which"), std::string::npos);
  EXPECT_EQ(result.failures[0].switches, 1u);
}

TEST(explore, finds_what_only_a_wake_up_in_between_shows) {
  // A pulsed event is lost by who comes late.
  const auto result = explore([]() -> task<void> {
    event e{"pulse"};
    const auto waiter = [](event &x) -> task<void> {
      co_await yield();
      co_await x.wait();
    };
    const auto pulse = [](event &x) -> task<void> {
      co_await yield();
      x.set();
      x.clear();
    };
    co_await gather(waiter(e), pulse(e));
  });
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "deadlock");
}

TEST(explore, reports_a_coroutine_that_was_never_awaited) {
  testing::internal::CaptureStderr();
  const auto result = explore([]() -> task<void> {
    [[maybe_unused]] auto forgotten = increment();
    co_return;
  });
  testing::internal::GetCapturedStderr();
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "never-awaited");
  EXPECT_EQ(result.failures[0].message, "coroutine 'increment' was never awaited");
}

TEST(explore, a_run_without_an_end_is_cut_off) {
  explore_options options;
  options.steps = 1000;
  options.runs = 5;
  const auto result = explore(
      []() -> task<void> {
        shared<int> turns{0, "turns"};
        for (;; ++turns)
          co_await yield();
      },
      options);
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(result.clean());
  EXPECT_EQ(result.cut_off, result.runs);
}

TEST(explore, says_when_the_program_is_not_deterministic) {
  int run_number = 0;
  const auto result = explore(
      [&]() -> task<void> {
        ++run_number;
        return concurrently(2 + run_number % 2, [](int) { return increment(); });
      },
      exhaustively(false, 200));
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(result.stopped.starts_with("the same schedule led to other decisions when it was run again: at step "))
      << result.stopped;
}

task<void> write_twice(cell &c) {
  c.set(1);
  co_await yield();
  c.set(2);
}

TEST(explore, counts_the_runs_that_it_gave_up_as_equivalent) {
  const auto result = explore(
      []() -> task<void> {
        static cell cells[3]; // at one place in all runs, under AddressSanitizer as well
        co_await concurrently(3, [&](int i) { return write_twice(cells[i / 2]); });
      },
      exhaustively(true, 9));
  EXPECT_FALSE(result.complete);
  ASSERT_GT(result.blocked, 0u);
  EXPECT_EQ(result.runs + result.blocked, 9u);
  EXPECT_EQ(result.stopped, "the limit of 9 runs was reached, " + std::to_string(result.blocked) +
                                " of them equivalent to others and skipped");
}

TEST(explore, a_run_that_is_given_up_leaves_no_complaints) {
  testing::internal::CaptureStderr();
  const auto result = explore(
      []() -> task<void> {
        static cell cells[2];
        co_await gather(write_twice(cells[0]), write_twice(cells[1]), []() -> task<void> {
          co_await yield();
          throw std::runtime_error("failed");
        }());
      },
      exhaustively(true));
  EXPECT_GT(result.blocked, 0u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(explore, refuses_what_it_does_not_know) {
  explore_options options;
  options.strategy = "clever";
  EXPECT_THROW((void)explore(count_to_three, options), usage_error);
  options.strategy = "replay";
  for (const char *token : {"", "c2", "c2.0000", "c1.0000.-", "c2.00.-", "c2.0000.A-B", "c2.0000.A1", "c2.zzzz.-",
                            "c2.0000.A1-b", "c2.0000.A9-B", "c2.0000.A1-Q", "c2.0000.A1-B,", "c2.0000.A01-B"}) {
    options.token = token;
    if (std::string_view(token).starts_with("c2.0000"))
      options.token = "c2." + schedule::program_fingerprint() + std::string(token).substr(7);
    EXPECT_THROW((void)explore(count_to_three, options), usage_error) << token;
  }
  run([]() -> task<void> {
    EXPECT_THROW((void)explore(count_to_three), usage_error);
    co_return;
  }());
}

} // namespace
} // namespace corace::test
