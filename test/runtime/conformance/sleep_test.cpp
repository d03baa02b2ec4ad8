// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <cmath>

namespace corace::test {
namespace {

TEST(conformance, SLP_01_yield_gives_up_exactly_one_tick) {
  texts log;
  run([](texts &l) -> task<void> {
    auto handle = create_task(append(l, "queued before"));
    const auto before = ticks();
    co_await sleep_for(0s);
    EXPECT_EQ(ticks(), before + 1);
    EXPECT_EQ(l, texts{"queued before"});
  }(log));
}

TEST(conformance, SLP_02_a_negative_delay_is_like_zero) {
  run([]() -> task<void> {
    const auto before = ticks();
    co_await sleep_for(-5s);
    EXPECT_EQ(ticks(), before + 1);
    EXPECT_EQ(now(), 0s);
  }());
}

TEST(conformance, SLP_05_a_sleep_ends_one_tick_after_its_timer) {
  run([]() -> task<void> {
    const auto before = ticks();
    co_await sleep_for(1ms);
    EXPECT_EQ(ticks(), before + 2);
    EXPECT_EQ(now(), 1ms);
  }());
}

TEST(conformance, SLP_07_a_delay_that_is_no_number_throws) {
  EXPECT_THROW((void)sleep_for(std::chrono::duration<double>(std::nan(""))), std::invalid_argument);
}

TEST(conformance, SLP_03_a_sleep_can_carry_a_result) {
  run([]() -> task<void> {
    EXPECT_EQ(co_await sleep_for(1s, std::string("slept")), "slept");
    EXPECT_EQ(now(), 1s);
    const auto owned = co_await sleep_until(loop_clock::time_point(2s), std::make_unique<int>(3));
    EXPECT_EQ(*owned, 3);
  }());
}

task<void> nap(texts &log, std::chrono::nanoseconds delay, std::string name) {
  co_await sleep_for(delay);
  log.push_back(std::move(name));
}

TEST(conformance, SLP_09_sleepers_wake_in_the_order_of_their_deadlines) {
  texts log;
  run([](texts &l) -> task<void> {
    co_await gather(nap(l, 30ms, "c"), nap(l, 10ms, "a"), nap(l, 20ms, "b"), nap(l, 0ms, "0"));
  }(log));
  EXPECT_EQ(log, (texts{"0", "a", "b", "c"}));
}

TEST(sleep, takes_any_duration) {
  run([]() -> task<void> {
    co_await sleep_for(std::chrono::duration<double>(1.5));
    EXPECT_EQ(now(), 1500ms);
    co_await sleep_until(loop_clock::time_point(2s));
    EXPECT_EQ(now(), 2s);
    co_await sleep_for(std::chrono::hours::max());
    EXPECT_GT(now(), 24h * 365);
  }());
}

} // namespace
} // namespace corace::test
