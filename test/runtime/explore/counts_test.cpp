// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many schedules the exhaustive search runs, against numbers that are known: multinomials without footprints, and
// the numbers of Mazurkiewicz classes with them (found by an independent model checker for programs of the same shape).
#include "support.h"

#include <memory>
#include <ostream>
#include <set>
#include <utility>

namespace corace::test {
namespace {

cell counter;

/// Every access is a segment of its own.
task<void> increment_by_access(cell &c, int times) {
  for (int i = 0; i < times; ++i) {
    if (i > 0)
      co_await yield();
    const int v = c.get();
    co_await yield();
    c.set(v + 1);
  }
}

/// The natural form: what lies between two awaits is a segment.
task<void> increment(cell &c, int times) {
  for (int i = 0; i < times; ++i) {
    const int v = c.get();
    co_await yield();
    c.set(v + 1);
  }
}

struct expected {
  int tasks, times;
  std::uint64_t runs;
};
void PrintTo(const expected &e, std::ostream *out) { *out << e.tasks << "x" << e.times; }

class all_interleavings : public testing::TestWithParam<expected> {};
TEST_P(all_interleavings, are_as_many_as_the_multinomial) {
  const auto &p = GetParam();
  const auto result = explore(
      [&]() -> task<void> {
        counter.value = 0;
        return concurrently(p.tasks, [&](int) { return increment_by_access(counter, p.times); });
      },
      exhaustively(false));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_EQ(result.runs, p.runs);
  EXPECT_EQ(result.blocked, 0u);
}
INSTANTIATE_TEST_SUITE_P(lost_update, all_interleavings,
                         testing::Values(expected{2, 1, 6}, expected{2, 2, 70}, expected{3, 1, 90},
                                         expected{3, 2, 34650}));

class classes_by_access : public testing::TestWithParam<expected> {};
TEST_P(classes_by_access, are_each_run_once) {
  const auto &p = GetParam();
  const auto result = explore(
      [&]() -> task<void> {
        counter.value = 0;
        return concurrently(p.tasks, [&](int) { return increment_by_access(counter, p.times); });
      },
      exhaustively(true));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_EQ(result.runs, p.runs);
  EXPECT_EQ(result.blocked, 0u);
}
INSTANTIATE_TEST_SUITE_P(lost_update, classes_by_access,
                         testing::Values(expected{2, 1, 4}, expected{2, 2, 34}, expected{3, 1, 36},
                                         expected{3, 2, 7134}));

TEST(classes, of_the_natural_lost_update) {
  const auto result = explore(
      []() -> task<void> {
        counter.value = 0;
        return concurrently(3, [](int) { return increment(counter, 3); });
      },
      exhaustively(true));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_EQ(result.runs, 16530u);
}

TEST(classes, of_independent_tasks_is_one) {
  static cell cells[5];
  const auto result = explore(
      []() -> task<void> {
        for (cell &each : cells)
          each.value = 0;
        return concurrently(5, [](int i) { return increment(cells[i], 4); });
      },
      exhaustively(true));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_EQ(result.runs, 1u);
}

/// Philosophers who take the left fork first; the class counts include the deadlocked schedule.
task<void> dine(std::vector<std::unique_ptr<mutex>> &forks, std::size_t i) {
  auto left = co_await forks[i]->lock();
  co_await yield();
  auto right = co_await forks[(i + 1) % forks.size()]->lock();
}

explore_result dining(std::size_t count, bool footprints) {
  return explore(
      [=]() -> task<void> {
        std::vector<std::unique_ptr<mutex>> forks;
        for (std::size_t i = 0; i < count; ++i)
          forks.push_back(std::make_unique<mutex>("fork"));
        co_await concurrently(static_cast<int>(count), [&](int i) { return dine(forks, static_cast<std::size_t>(i)); });
      },
      exhaustively(footprints));
}

TEST(classes, of_dining_philosophers_find_the_deadlock) {
  for (std::size_t count : {2u, 3u}) {
    const auto some = dining(count, true), all = dining(count, false);
    EXPECT_TRUE(some.complete) << some.stopped;
    EXPECT_TRUE(all.complete) << all.stopped;
    EXPECT_LT(some.runs, all.runs);
    ASSERT_EQ(some.failures.size(), 1u);
    EXPECT_EQ(some.failures[0].kind, "deadlock");
    EXPECT_TRUE(some.failures[0].verified);
    ASSERT_EQ(all.failures.size(), 1u);
  }
}

// A property: the final states that the search with footprints reaches are those that plain enumeration reaches.
TEST(classes, miss_no_final_state) {
  static cell x, y;
  for (int program = 0; program < 200; ++program) {
    const auto body = [program](int i) -> task<void> {
      unsigned bits = static_cast<unsigned>(program) * 2654435761u + static_cast<unsigned>(i) * 40503u;
      for (int op = 0; op < 2; ++op, bits = bits * 1664525u + 1013904223u) {
        cell &c = bits & 0x10000 ? x : y;
        if (const int seen = c.get(); bits & 0x20000 || seen > 1)
          c.set(seen + i + 1);
        if (bits & 0x40000)
          (void)(&c == &x ? y : x).get();
        co_await yield();
      }
    };
    const auto states = [&](bool footprints) {
      std::set<std::pair<int, int>> seen;
      const auto result = explore(
          [&]() -> task<void> {
            x.value = y.value = 0;
            co_await concurrently(3, body);
            seen.emplace(x.value, y.value);
          },
          exhaustively(footprints));
      EXPECT_TRUE(result.complete) << program << ": " << result.stopped;
      return std::pair(seen, result.runs);
    };
    const auto [all, all_runs] = states(false);
    const auto [some, some_runs] = states(true);
    EXPECT_EQ(some, all) << "program " << program;
    EXPECT_LE(some_runs, all_runs) << "program " << program;
  }
}

} // namespace
} // namespace corace::test
