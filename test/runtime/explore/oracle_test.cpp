// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests with a result: it has to be that of a serial order.
#include "support.h"

#include <stdexcept>
#include <utility>

namespace corace::test {
namespace {

/// Read in one segment, written in the next; nobody but the oracle can see it.
task<void> add_slowly(int &sum, int by) {
  const int seen = sum;
  co_await yield();
  sum = seen + by;
}
task<void> add_at_once(int &sum, int by) {
  co_await yield();
  sum += by;
}

task<int> sum_of(task<void> (*add)(int &, int), int tasks) {
  int sum = 0;
  co_await concurrently(tasks, [&](int i) { return add(sum, i + 1); });
  co_return sum;
}

TEST(oracle, finds_a_result_that_no_serial_order_has) {
  const auto result = explore([] { return sum_of(add_slowly, 2); });
  ASSERT_EQ(result.failures.size(), 1u);
  const auto &failure = result.failures[0];
  EXPECT_EQ(failure.kind, "wrong-result");
  EXPECT_TRUE(failure.message == "result '1' equals that of none of the serial orders: '3'" ||
              failure.message == "result '2' equals that of none of the serial orders: '3'")
      << failure.message;
  EXPECT_EQ(failure.switches, 1u);
  EXPECT_TRUE(failure.verified);
  explore_options replay;
  replay.strategy = "replay";
  replay.token = failure.token;
  const auto again = explore([] { return sum_of(add_slowly, 2); }, replay);
  ASSERT_EQ(again.failures.size(), 1u);
  EXPECT_EQ(again.failures[0].kind, "wrong-result");
}

TEST(oracle, lets_every_serial_result_pass) {
  const auto result = explore([]() -> task<std::string> { // in whatever order
    std::string order;
    const auto append = [](std::string &to, char c) -> task<void> {
      co_await yield();
      to += c;
    };
    co_await gather(append(order, 'a'), append(order, 'b'), append(order, 'c'));
    co_return order;
  });
  EXPECT_TRUE(result.clean()) << result.failures[0].message;
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_TRUE(result.notes.empty()) << result.notes[0];
  EXPECT_TRUE(explore([] { return sum_of(add_at_once, 3); }).clean());
}

struct pair_of {
  int first, second;
  bool operator==(const pair_of &) const = default;
};

TEST(oracle, compares_what_cannot_be_printed) {
  const auto body = [](bool wrong) {
    return [wrong]() -> task<pair_of> {
      int sum = 0;
      co_await concurrently(2, [&](int i) { return wrong ? add_slowly(sum, i + 1) : add_at_once(sum, i + 1); });
      co_return pair_of{sum, sum};
    };
  };
  const auto result = explore(body(true));
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "wrong-result");
  EXPECT_TRUE(explore(body(false)).clean());
}

TEST(oracle, may_ask_for_the_result_after_the_end) {
  int sum = 0;
  explore_options options;
  options.result = [&] { return std::to_string(sum); };
  const auto body = [&sum](task<void> (*add)(int &, int)) {
    return [&sum, add]() -> task<void> {
      sum = 0;
      co_await gather(add(sum, 1), add(sum, 1));
    };
  };
  EXPECT_EQ(explore(body(add_slowly), options).failures.size(), 1u);
  EXPECT_TRUE(explore(body(add_at_once), options).clean());
}

TEST(oracle, counts_no_order_that_does_not_come_to_its_end) {
  // If the second one is first, there is nothing to take.
  const auto result = explore([]() -> task<int> {
    int here = 0, taken = 0;
    const auto bring = [](int &place) -> task<void> {
      co_await yield();
      place = 1;
    };
    const auto take = [](int &place, int &out) -> task<void> {
      co_await yield();
      if (place == 0)
        throw std::logic_error("nothing is here");
      out = std::exchange(place, 0);
    };
    co_await gather(bring(here), take(here, taken));
    co_return taken;
  });
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "exception");
  EXPECT_TRUE(result.notes.empty());
}

TEST(oracle, says_so_where_no_order_has_a_result) {
  explore_options options;
  options.strategy = "fifo";
  const auto result = explore(
      []() -> task<bool> {
        bool here[2] = {};
        const auto meet = [](bool &own, const bool &other) -> task<void> {
          own = true;
          co_await yield();
          if (!other)
            throw std::logic_error("the other one has not begun");
        };
        co_await gather(meet(here[0], here[1]), meet(here[1], here[0]));
        co_return true;
      },
      options);
  EXPECT_TRUE(result.clean());
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_EQ(result.notes[0],
            "results were not judged: no order in which the tasks run one after the other comes to an end");
}

TEST(oracle, of_many_tasks_gives_a_note_and_no_failure) {
  const auto result = explore([] { return sum_of(add_slowly, 7); });
  EXPECT_TRUE(result.clean()) << result.failures[0].message;
  ASSERT_FALSE(result.notes.empty());
  EXPECT_NE(result.notes[0].find("equals that of none of 720 of the serial orders: '28', which may be chance"),
            std::string::npos)
      << result.notes[0];
}

} // namespace
} // namespace corace::test
