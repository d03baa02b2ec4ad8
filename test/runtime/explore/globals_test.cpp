// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

cell left_over, reset;
shared<int> counter{0, "counter"};
shared<int> fresh{0, "fresh"};

template <class Variable> task<void> count(Variable &v) {
  v = v + 1;
  co_await yield();
}

TEST(globals, what_a_run_finds_of_an_earlier_one_is_named) {
  const auto result =
      explore([]() -> task<void> { co_await gather(count(counter), count(counter)); }, exhaustively(true));
  EXPECT_FALSE(result.complete);
  ASSERT_FALSE(result.notes.empty());
  EXPECT_NE(result.notes[0].find("'counter'"), std::string::npos) << result.notes[0];
}

TEST(globals, what_the_body_sets_first_is_fine) {
  const auto result = explore(
      []() -> task<void> {
        fresh = 5;
        co_await gather(count(fresh), count(fresh));
      },
      exhaustively(true));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_TRUE(result.notes.empty()) << result.notes[0];
}

TEST(globals, so_is_it_for_plain_memory) {
  const auto run = [](bool sets) {
    return explore(
        [sets]() -> task<void> {
          cell &at = sets ? reset : left_over;
          if (sets)
            at.set(7);
          const auto add = [](cell &c) -> task<void> {
            c.set(c.get() + 1);
            co_await yield();
          };
          co_await gather(add(at), add(at));
        },
        exhaustively(true));
  };
  const auto good = run(true), bad = run(false);
  EXPECT_TRUE(good.complete && good.notes.empty()) << good.stopped;
  EXPECT_FALSE(bad.complete);
  EXPECT_EQ(bad.notes.size(), 1u);
}

} // namespace
} // namespace corace::test
