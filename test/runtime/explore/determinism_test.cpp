// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs that do something else under the same schedule are found out, with the step.
#include "support.h"

namespace corace::test {
namespace {

task<void> turn() { co_await yield(); }

TEST(determinism, names_the_step_at_which_other_tasks_were_ready) {
  int runs = 0;
  explore_options options;
  options.strategy = "random";
  options.runs = 20;
  const auto result =
      explore([&]() -> task<void> { return concurrently(2 + ++runs % 2, [](int) { return turn(); }); }, options);
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_NE(result.notes[0].find("the program is not deterministic: at step 2, where task "), std::string::npos)
      << result.notes[0];
  EXPECT_NE(result.notes[0].find(" were ready, and A 'turn', B 'turn'"), std::string::npos) << result.notes[0];
  EXPECT_NE(result.notes[0].find(" the next time; look for random numbers"), std::string::npos) << result.notes[0];
  EXPECT_NE(result.stopped.find(": at step 2"), std::string::npos) << result.stopped;
}

task<void> one_way_or_another(bool which) {
  if (which)
    co_await yield();
  else
    co_await yield(); // another place
  co_await yield();
}

TEST(determinism, names_the_place_at_which_a_task_stood) {
  int runs = 0;
  const auto result = explore([&]() -> task<void> {
    ++runs;
    co_await gather(one_way_or_another(runs % 2 == 0), turn());
  });
  ASSERT_EQ(result.notes.size(), 1u);
  const int line = __LINE__;
  const std::string one = "determinism_test.cpp:" + std::to_string(line - 13),
                    other = "determinism_test.cpp:" + std::to_string(line - 11);
  EXPECT_NE(result.notes[0].find(" went on from "), std::string::npos) << result.notes[0];
  EXPECT_NE(result.notes[0].find(one), std::string::npos) << result.notes[0];
  EXPECT_NE(result.notes[0].find(other), std::string::npos) << result.notes[0];
  EXPECT_FALSE(result.complete);
}

TEST(determinism, of_a_program_that_has_it_is_not_complained_of) {
  for (const char *strategy : {"portfolio", "random", "exhaustive"}) {
    explore_options options;
    options.strategy = strategy;
    options.runs = 50;
    const auto result = explore([]() -> task<void> { return concurrently(3, [](int) { return turn(); }); }, options);
    EXPECT_TRUE(result.notes.empty()) << result.notes[0];
  }
}

} // namespace
} // namespace corace::test
