// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a failure can happen under a first-in-first-out queue, by latencies alone.
#include "support.h"

#include <stdexcept>
#include <string>

namespace corace::test {
namespace {

using namespace std::chrono_literals;

/// The one failure of this body.
explore_failure failure_of(const std::function<task<void>()> &body) {
  explore_options options;
  options.stop_at_first = true;
  const auto result = explore(body, options);
  if (result.failures.size() != 1) {
    ADD_FAILURE() << result.failures.size() << " failures";
    return {};
  }
  EXPECT_TRUE(result.failures[0].verified);
  return result.failures[0];
}

std::string here(int line) { return " (realisable_test.cpp:" + std::to_string(line) + ")"; }

TEST(realisable, what_a_plain_run_shows_needs_no_latency) {
  const auto failure = failure_of([]() -> task<void> {
    co_await sleep_for(1ms);
    throw std::runtime_error("always");
  });
  EXPECT_EQ(failure.realisable, "yes, a FIFO queue shows it without any latency");
}

struct settings {
  int value = 0;
  bool stopped = false;
};

task<void> stop(settings &s, std::chrono::milliseconds after) {
  co_await sleep_for(after);
  s.stopped = true;
}

/// Fails when the request is served after the connection was closed; both take one round trip.
TEST(realisable, latencies_decide_which_of_two_waits_ends_first) {
  int line = 0;
  const auto failure = failure_of([&]() -> task<void> {
    settings s;
    const auto request = [&](settings &of) -> task<void> {
      line = __LINE__ + 1;
      co_await sleep_for(1ms);
      if (of.stopped)
        throw std::runtime_error("served after the close");
    };
    co_await gather(request(s), stop(s, 1ms));
  });
  EXPECT_EQ(failure.message, "served after the close");
  EXPECT_EQ(failure.realisable, "latencies A.1=2us" + here(line));
}

TEST(realisable, where_nothing_takes_time_only_another_order_shows_it) {
  const auto failure = failure_of([]() -> task<void> {
    settings s;
    const auto request = [](settings &of) -> task<void> {
      co_await yield();
      if (of.stopped)
        throw std::runtime_error("served after the close");
    };
    const auto close = [](settings &of) -> task<void> {
      co_await yield();
      of.stopped = true;
    };
    co_await gather(request(s), close(s));
  });
  EXPECT_EQ(failure.realisable, "only under an executor that reorders: nothing that it awaits takes time, so under a "
                                "FIFO queue the order of spawns decides");
}

// The order of what only yields is always the same, whatever the sleep of the third.
TEST(realisable, what_no_latency_shows_is_said_to_be_unknown) {
  const auto failure = failure_of([]() -> task<void> {
    settings s;
    const auto request = [](settings &of) -> task<void> {
      co_await yield();
      if (of.stopped)
        throw std::runtime_error("served after the close");
    };
    const auto close = [](settings &of) -> task<void> {
      co_await yield();
      of.stopped = true;
    };
    const auto nap = []() -> task<void> { co_await sleep_for(1ms); };
    co_await gather(request(s), close(s), nap());
  });
  EXPECT_TRUE(failure.realisable.starts_with("only an executor that reorders is known to show it: "))
      << failure.realisable;
}

// B has to end within the wait of A, and C within that of B.
TEST(realisable, several_latencies) {
  const auto failure = failure_of([]() -> task<void> {
    std::string order;
    const auto step = [](std::string &to, char name) -> task<void> {
      co_await sleep_for(1ms);
      to += name;
    };
    co_await gather(step(order, 'a'), step(order, 'b'), step(order, 'c'));
    if (order == "cba")
      throw std::runtime_error(order);
  });
  EXPECT_EQ(failure.message, "cba");
  EXPECT_TRUE(failure.realisable.starts_with("latencies A.1=")) << failure.realisable;
  EXPECT_NE(failure.realisable.find(", B.1="), std::string::npos) << failure.realisable;
  EXPECT_EQ(failure.realisable.find("C.1="), std::string::npos) << failure.realisable;
}

// Segments take time, so the reader can wake between two of the writer.
TEST(realisable, a_wait_may_end_in_the_midst_of_what_another_task_does) {
  const auto failure = failure_of([]() -> task<void> {
    settings s;
    const auto writer = [](settings &of) -> task<void> {
      co_await sleep_for(1ms);
      of.value = 1;
      co_await yield();
      co_await yield();
      of.value = 0;
    };
    const auto reader = [](settings &of) -> task<void> {
      co_await sleep_for(1ms);
      if (of.value)
        throw std::runtime_error("read in between");
    };
    co_await gather(reader(s), writer(s));
  });
  EXPECT_TRUE(failure.realisable.starts_with("latencies ")) << failure.realisable;
}

} // namespace
} // namespace corace::test
