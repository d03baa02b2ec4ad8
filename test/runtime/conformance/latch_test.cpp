// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

task<void> wait_for(latch &l, texts &log, std::string name) {
  co_await l.wait();
  log.push_back(std::move(name));
}

TEST(latch, waiters_go_on_in_order_when_the_count_is_zero) {
  run([]() -> task<void> {
    latch l{3, "l"};
    texts log;
    auto a = create_task(wait_for(l, log, "a"));
    auto b = create_task(wait_for(l, log, "b"));
    co_await yield();
    EXPECT_EQ(to_string(l), "latch 'l' count 3, 2 waiters");
    l.count_down(2);
    EXPECT_FALSE(l.try_wait());
    co_await turns(3);
    EXPECT_EQ(log, texts{});
    const auto before = ticks();
    co_await l.arrive_and_wait(); // the last one does not suspend
    EXPECT_EQ(ticks(), before);
    EXPECT_TRUE(l.try_wait());
    log.push_back("last");
    co_await gather(a, b);
    EXPECT_EQ(log, (texts{"last", "a", "b"}));
    co_await l.wait();
    EXPECT_EQ(to_string(l), "latch 'l' count 0");
  }());
}

TEST(latch, arrive_and_wait_waits_for_the_others) {
  run([]() -> task<void> {
    latch l{3};
    texts log;
    const auto arrive = [](latch &x, texts &t, std::string name) -> task<void> {
      co_await x.arrive_and_wait();
      t.push_back(std::move(name));
    };
    auto a = create_task(arrive(l, log, "a")), b = create_task(arrive(l, log, "b"));
    co_await turns(2);
    EXPECT_EQ(to_string(l), "latch count 1, 2 waiters");
    a.cancel(); // what it has counted stays
    l.count_down();
    co_await b;
    EXPECT_TRUE(co_await ends_cancelled(a));
    EXPECT_EQ(log, texts{"b"});
  }());
}

TEST(latch, misuse_throws_and_names_it) {
  EXPECT_EQ(message_of<std::invalid_argument>([] { latch(-1, "l"); }), "corace: latch 'l' with a negative count");
  latch l{1, "l"};
  EXPECT_EQ(message_of<std::invalid_argument>([&] { l.count_down(-1); }),
            "corace: latch 'l' is counted down by a negative number");
  EXPECT_EQ(message_of<usage_error>([&] { l.count_down(2); }), "latch 'l' is counted down below zero");
  l.count_down(0);
  EXPECT_FALSE(l.try_wait());
  l.count_down();
  EXPECT_TRUE(l.try_wait());
  EXPECT_THROW((void)l.arrive_and_wait(), usage_error);
}

} // namespace
} // namespace corace::test
