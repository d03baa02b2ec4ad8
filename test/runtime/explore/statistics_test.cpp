// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a search tells of what it has seen: classes against the numbers that enumeration gives, awaits against programs
// of which it is known.
#include "support.h"

#include <algorithm>

namespace corace::test {
namespace {

cell counter;

task<void> increment_by_access(cell &c, int times) {
  for (int i = 0; i < times; ++i) {
    if (i > 0)
      co_await yield();
    const int v = c.get();
    co_await yield();
    c.set(v + 1);
  }
}

[[nodiscard]] explore_options randomly(std::uint64_t runs) {
  explore_options options;
  options.strategy = "random";
  options.footprints = true;
  options.runs = runs;
  return options;
}

TEST(statistics, random_schedules_are_of_the_classes_that_there_are) {
  struct known {
    int tasks, times;
    std::uint64_t classes;
  };
  for (const known each : {known{2, 1, 4}, known{2, 2, 34}, known{3, 1, 36}}) {
    const auto result = explore(
        [&]() -> task<void> {
          counter.value = 0;
          return concurrently(each.tasks, [&](int) { return increment_by_access(counter, each.times); });
        },
        randomly(8000));
    const explore_statistics &s = result.statistics;
    EXPECT_EQ(s.runs, 8000u);
    EXPECT_EQ(s.classes, each.classes);
    EXPECT_EQ(s.drawn_classes, each.classes);
    EXPECT_EQ(s.drawn_once, 0u);
    EXPECT_EQ(s.unseen_probability(), 0);
    EXPECT_EQ(s.estimated_classes(), each.classes);
  }
}

TEST(statistics, few_random_schedules_tell_that_there_is_more) {
  const auto result = explore(
      []() -> task<void> {
        counter.value = 0;
        return concurrently(3, [](int) { return increment_by_access(counter, 2); });
      },
      randomly(200));
  const explore_statistics &s = result.statistics; // 7,134 classes in all
  EXPECT_LE(s.classes, 200u);
  EXPECT_GT(s.unseen_probability(), 0.5);
  EXPECT_GT(s.estimated_classes(), 2.0 * static_cast<double>(s.classes));
  EXPECT_LT(s.estimated_classes(), 20000);
}

// A property: what random schedules reach is what enumeration reaches, on programs with branches.
TEST(statistics, classes_are_those_of_the_enumeration) {
  static cell x, y;
  for (int program = 0; program < 30; ++program) {
    const auto body = [program](int i) -> task<void> {
      unsigned bits = static_cast<unsigned>(program) * 2654435761u + static_cast<unsigned>(i) * 40503u;
      for (int op = 0; op < 2; ++op, bits = bits * 1664525u + 1013904223u) {
        cell &c = bits & 0x10000 ? x : y;
        if (const int seen = c.get(); bits & 0x20000 || seen > 1)
          c.set(seen + i + 1);
        co_await yield();
      }
    };
    const auto all = [&]() -> task<void> {
      x.value = y.value = 0;
      return concurrently(2, body);
    };
    const auto complete = explore(all, exhaustively(true));
    ASSERT_TRUE(complete.complete);
    EXPECT_EQ(complete.statistics.classes, complete.runs);
    EXPECT_EQ(explore(all, randomly(1500)).statistics.drawn_classes, complete.runs) << "program " << program;
  }
}

TEST(statistics, steps_and_speed_are_counted) {
  const auto result = explore(
      []() -> task<void> {
        co_await concurrently(2, [](int i) -> task<void> {
          for (int n = 0; n <= i; ++n)
            co_await yield();
        });
      },
      exhaustively(false));
  const explore_statistics &s = result.statistics;
  EXPECT_EQ(s.fewest_steps, 7u); // 2 of the main task, 2 and 3
  EXPECT_EQ(s.most_steps, 7u);
  EXPECT_EQ(s.mean_steps, 7);
  EXPECT_EQ(s.runs, result.runs);
  EXPECT_GT(s.runs_per_second(), 0);
}

TEST(statistics, long_runs_are_recorded_now_and_then) {
  const auto result = explore(
      []() -> task<void> {
        co_await concurrently(2, [](int) -> task<void> {
          for (int i = 0; i < 2000; ++i)
            co_await yield();
        });
      },
      randomly(60));
  EXPECT_EQ(result.statistics.runs, 60u);
  EXPECT_GE(result.statistics.recorded, 3u);
  EXPECT_LE(result.statistics.recorded, 10u);
}

[[nodiscard]] const await_coverage *at_line(const explore_statistics &s, std::uint32_t line) {
  const auto at = std::find_if(s.awaits.begin(), s.awaits.end(), [&](const auto &each) { return each.line == line; });
  return at == s.awaits.end() ? nullptr : &*at;
}

TEST(statistics, an_await_is_disturbed_by_a_writer_of_what_lives_across_it) {
  std::uint32_t alone = 0, bare = 0, locked = 0;
  const auto result = explore(
      [&]() -> task<void> {
        static cell own[2], shared_one, guarded;
        own[0].value = own[1].value = shared_one.value = guarded.value = 0;
        mutex m;
        co_await concurrently(2, [&](int i) -> task<void> {
          own[i].set(1);
          alone = __LINE__ + 1;
          co_await yield();
          (void)own[i].get();
          const int v = shared_one.get();
          bare = __LINE__ + 1;
          co_await yield();
          shared_one.set(v + 1);
          const auto lock = co_await m.lock();
          const int w = guarded.get();
          locked = __LINE__ + 1;
          co_await yield();
          guarded.set(w + 1);
        });
      },
      exhaustively(true));
  EXPECT_TRUE(result.complete);
  const explore_statistics &s = result.statistics;
  ASSERT_TRUE(at_line(s, alone) && at_line(s, bare) && at_line(s, locked)) << s.text();
  EXPECT_EQ(at_line(s, alone)->across, 0u);
  EXPECT_GT(at_line(s, bare)->disturbed, 0u);
  EXPECT_LT(at_line(s, bare)->disturbed, at_line(s, bare)->across);
  EXPECT_GT(at_line(s, locked)->across, 0u);
  EXPECT_EQ(at_line(s, locked)->disturbed, 0u);
  EXPECT_EQ(s.awaits_to_disturb(), 2u) << s.text();
  EXPECT_EQ(s.awaits_disturbed(), 1u);
}

TEST(statistics, read_as_a_line_a_page_and_json) {
  explore_statistics s;
  s.runs = 30;
  s.blocked = 10;
  s.seconds = 0.5;
  s.fewest_steps = 5;
  s.most_steps = 9;
  s.mean_steps = 7.25;
  s.recorded = s.drawn = 20;
  s.classes = s.drawn_classes = 12;
  s.drawn_once = 6;
  s.drawn_twice = 2;
  s.awaits = {
      {.file = "src/a \"b\".cpp", .function = "f", .line = 7, .column = 3, .waits = 9, .across = 4, .disturbed = 1},
      {.file = "c.cpp", .function = "g", .line = 8, .column = 3, .waits = 9, .across = 4, .disturbed = 0}};
  EXPECT_EQ(s.line(), "30 schedules (10 more pruned), 12 classes of at least 17, 5 to 9 steps, 80 schedules/s, awaits "
                      "disturbed: 1 of 2");
  EXPECT_EQ(s.text(), "schedules    30 run, 10 pruned (25 %), 80 a second\n"
                      "steps        5 to 9 steps, 7.2 on average\n"
                      "classes      12 seen in 20 recorded runs; random schedules can show 17 at least, and one more "
                      "shows a new one with probability 0.300\n"
                      "await        a \"b\".cpp:7  9 waits, disturbed in 1 of 4\n"
                      "await        c.cpp:8  9 waits, NEVER disturbed in 4\n");
  EXPECT_EQ(s.json(),
            R"({"runs":30,"blocked":10,"share_pruned":0.25,"seconds":0.5,"runs_per_second":80,)"
            R"("steps":{"fewest":5,"mean":7.25,"most":9},"recorded":20,"classes":12,"drawn":20,"drawn_classes":12,)"
            R"("drawn_once":6,"drawn_twice":2,"unseen_probability":0.3,"estimated_classes":17,"awaits":[)"
            R"({"file":"src/a \"b\".cpp","line":7,"column":3,"function":"f","waits":9,"across":4,"disturbed":1},)"
            R"({"file":"c.cpp","line":8,"column":3,"function":"g","waits":9,"across":4,"disturbed":0}]})");
  EXPECT_EQ(explore_statistics().line(), "0 schedules, 0 steps");
}

} // namespace
} // namespace corace::test
