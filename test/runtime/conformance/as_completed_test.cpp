// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// as_completed and staggered_race: cases AC and RACE.
#include "support.h"

namespace corace::test {
namespace {

task<int> after(std::chrono::seconds how_long, int value) {
  co_await sleep_for(how_long);
  co_return value;
}

std::vector<task<int>> three() {
  std::vector<task<int>> all;
  all.push_back(after(3s, 3));
  all.push_back(after(1s, 1));
  all.push_back(after(2s, 2));
  return all;
}

TEST(conformance, AC_01_items_come_in_the_order_of_completion) {
  run([]() -> task<void> {
    std::vector<int> seen;
    auto ends = as_completed(three());
    EXPECT_EQ(ends.size(), 3u);
    while (auto handle = co_await ends.next())
      seen.push_back(handle->result());
    EXPECT_EQ(seen, (std::vector{1, 2, 3}));
    EXPECT_EQ(now(), 3s);
    EXPECT_EQ(co_await ends.next(), std::nullopt);
  }());
}

TEST(conformance, AC_02_iteration_gives_the_original_tasks_and_futures) {
  run([]() -> task<void> {
    auto slow = create_task(after(2s, 2)), fast = create_task(after(1s, 1));
    auto ends = as_completed(std::vector{slow, fast, slow});
    EXPECT_EQ(co_await ends.next(), fast);
    EXPECT_EQ(co_await ends.next(), slow);
    EXPECT_EQ(co_await ends.next(), std::nullopt); // given twice, there once
    promise<int> p;
    p.set_value(3);
    auto mixed = as_completed(slow, p.get_future());
    EXPECT_EQ(co_await mixed.next(), future<int>(slow));
    EXPECT_EQ(co_await mixed.next(), p.get_future());
    auto bad = create_task(fail("not thrown here"));
    auto failing = as_completed(bad);
    EXPECT_EQ(co_await failing.next(), bad);
    EXPECT_NE(bad.exception(), nullptr);
  }());
}

TEST(conformance, AC_03_plain_iteration_gives_awaitables_of_the_results) {
  run([]() -> task<void> {
    std::vector<int> seen;
    for (auto &&next : as_completed(three()))
      seen.push_back(co_await std::move(next));
    EXPECT_EQ(seen, (std::vector{1, 2, 3}));
    int failures = 0;
    for (auto &&next : as_completed(fail("one", 1), fail("two", 2)))
      try {
        co_await std::move(next);
      } catch (const std::runtime_error &) {
        ++failures;
      }
    EXPECT_EQ(failures, 2);
    int late = 0; // with a time limit each that is left throws
    for (auto &&next : as_completed(three(), 1500ms))
      try {
        co_await std::move(next);
      } catch (const timeout_error &) {
        ++late;
      }
    EXPECT_EQ(late, 2);
    EXPECT_EQ(now(), 3s + 1500ms);
  }());
}

TEST(conformance, AC_05_an_interrupted_iteration_can_be_resumed) {
  run([]() -> task<void> {
    std::vector<int> seen;
    auto ends = as_completed(three());
    for (auto &&next : ends) {
      seen.push_back(co_await std::move(next));
      break;
    }
    EXPECT_EQ(ends.size(), 2u);
    for (auto &&next : ends)
      seen.push_back(co_await std::move(next));
    EXPECT_EQ(seen, (std::vector{1, 2, 3}));
  }());
}

TEST(conformance, AC_08_the_awaitable_that_is_awaited_first_gets_the_first_completion) {
  run([]() -> task<void> {
    auto ends = as_completed(three());
    auto at = ends.begin();
    auto one = *at, two = *++at, last = *++at;
    EXPECT_EQ(++at, ends.end());
    EXPECT_EQ(co_await std::move(last), 1);
    EXPECT_EQ(co_await std::move(two), 2);
    EXPECT_EQ(co_await std::move(one), 3);
  }());
}

TEST(conformance, AC_10_several_awaitables_may_be_awaited_concurrently) {
  run([]() -> task<void> {
    std::vector<task<int>> all;
    for (auto &&next : as_completed(three()))
      all.push_back(std::move(next));
    const std::vector<int> seen = co_await gather(std::move(all));
    EXPECT_EQ(seen, (std::vector{1, 2, 3}));
    EXPECT_EQ(now(), 3s);
  }());
}

using candidates = std::vector<std::function<task<int>()>>;

/// Starts, and then fails or gives its number.
task<int> candidate(texts &log, int number, std::chrono::seconds after_time, bool good) {
  log.push_back("start " + std::to_string(number));
  try {
    co_await sleep_for(after_time);
  } catch (const cancelled_error &) {
    log.push_back("cancelled " + std::to_string(number));
    throw;
  }
  if (!good)
    throw std::runtime_error("no " + std::to_string(number));
  co_return number;
}

TEST(conformance, RACE_01_without_candidates_there_is_no_winner_and_no_error) {
  run([]() -> task<void> {
    const auto result = co_await staggered_race(candidates(), 1s);
    EXPECT_EQ(result.winner, std::nullopt);
    EXPECT_EQ(result.index, std::nullopt);
    EXPECT_TRUE(result.exceptions.empty());
  }());
}

TEST(conformance, RACE_02_the_first_success_wins_and_later_ones_are_not_started) {
  run([]() -> task<void> {
    texts log;
    candidates all;
    all.push_back([&] { return candidate(log, 0, 1s, true); });
    all.push_back([&] { return candidate(log, 1, 1s, true); });
    const auto result = co_await staggered_race(all, 10s);
    EXPECT_EQ(result.winner, 0);
    EXPECT_EQ(result.index, 0u);
    EXPECT_EQ(result.exceptions.size(), 1u);
    EXPECT_EQ(result.exceptions.front(), nullptr);
    EXPECT_EQ(log, texts{"start 0"});
    EXPECT_EQ(now(), 1s);
    log.clear();
    candidates slow_first; // the second overtakes the first, which is cancelled, and the third does not start
    slow_first.push_back([&] { return candidate(log, 0, 9s, true); });
    slow_first.push_back([&] { return candidate(log, 1, 1s, true); });
    slow_first.push_back([&] { return candidate(log, 2, 1s, true); });
    const auto second = co_await staggered_race(slow_first, 2s);
    EXPECT_EQ(second.index, 1u);
    EXPECT_EQ(log, (texts{"start 0", "start 1", "cancelled 0"}));
    EXPECT_THROW(std::rethrow_exception(second.exceptions.at(0)), cancelled_error);
    EXPECT_EQ(now(), 4s);
  }());
}

TEST(conformance, RACE_03_a_failure_starts_the_next_at_once_and_errors_stand_in_the_order_of_the_starts) {
  run([]() -> task<void> {
    texts log;
    candidates all;
    all.push_back([&] { return candidate(log, 0, 1s, false); });
    all.push_back([&] { return candidate(log, 1, 1s, true); });
    for (const std::optional<std::chrono::seconds> delay :
         {std::optional(100s), std::optional<std::chrono::seconds>()}) {
      const auto before = now();
      const auto result = co_await staggered_race(all, delay);
      EXPECT_EQ(result.winner, 1);
      EXPECT_EQ(result.index, 1u);
      EXPECT_EQ(result.exceptions.size(), 2u);
      EXPECT_THROW(std::rethrow_exception(result.exceptions.at(0)), std::runtime_error);
      EXPECT_EQ(result.exceptions.at(1), nullptr);
      EXPECT_EQ(now() - before, 2s);
    }
  }());
}

TEST(conformance, RACE_05_if_all_fail_every_error_is_listed) {
  run([]() -> task<void> {
    texts log, said;
    candidates all;
    for (int i = 0; i < 3; ++i)
      all.push_back([&log, i] { return candidate(log, i, std::chrono::seconds(5 - i), false); });
    const auto result = co_await staggered_race(all, 1s);
    EXPECT_EQ(result.winner, std::nullopt);
    EXPECT_EQ(result.index, std::nullopt);
    for (const auto &each : result.exceptions)
      try {
        std::rethrow_exception(each);
      } catch (const std::runtime_error &e) {
        said.push_back(e.what());
      }
    EXPECT_EQ(said, (texts{"no 0", "no 1", "no 2"}));
    EXPECT_EQ(now(), 5s);
  }());
}

TEST(staggered_race, cancelled_leaves_nothing_running) {
  run([]() -> task<void> {
    texts log;
    candidates all;
    for (int i = 0; i < 3; ++i)
      all.push_back([&log, i] { return candidate(log, i, 60s, true); });
    auto race = create_task([](candidates c) -> task<void> { co_await staggered_race(std::move(c), 1s); }(all));
    co_await sleep_for(1500ms);
    race.cancel();
    EXPECT_TRUE(co_await ends_cancelled(race));
    EXPECT_EQ(log, (texts{"start 0", "start 1", "cancelled 0", "cancelled 1"}));
    EXPECT_EQ(event_loop::current()->all_tasks().size(), 1u);
  }());
}

} // namespace
} // namespace corace::test
