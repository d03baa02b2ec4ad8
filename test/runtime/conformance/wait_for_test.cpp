// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wait_for: cases WF.
#include "support.h"

namespace corace::test {
namespace {

/// Sleeps; when cancelled it takes some time to end, and says so.
task<int> slow_to_end(texts &log, loop_clock::duration cleanup) {
  std::exception_ptr cancelled;
  try {
    co_await sleep_long();
  } catch (const cancelled_error &) {
    cancelled = std::current_exception();
  }
  co_await sleep_for(cleanup);
  log.push_back("cleaned up");
  std::rethrow_exception(cancelled);
}

task<std::string> swallows() {
  try {
    co_await sleep_long();
  } catch (const cancelled_error &) {
  }
  co_return "all the same";
}

TEST(conformance, WF_01_gives_the_value_if_it_comes_in_time) {
  run([]() -> task<void> {
    EXPECT_EQ(co_await wait_for(give(1, 3), 1s), 1);
    auto handle = create_task(give(2, 3));
    EXPECT_EQ(co_await wait_for(handle, 1s), 2);
    EXPECT_EQ(co_await wait_for(handle, 0s), 2); // it has ended
    promise<int> p;
    p.set_value(3);
    EXPECT_EQ(co_await wait_for(p.get_future(), 1s), 3);
    EXPECT_THROW(co_await wait_for(fail("body"), 1s), std::runtime_error);
    EXPECT_EQ(now(), 0s);
  }());
}

TEST(conformance, WF_02_no_limit_waits_as_long_as_it_takes) {
  run([]() -> task<void> {
    co_await wait_for(sleep_long(), std::nullopt);
    co_await wait_for(create_task(sleep_long()), std::optional<std::chrono::seconds>());
    EXPECT_EQ(now(), 48h);
  }());
}

TEST(conformance, WF_03_on_timeout_it_waits_for_the_cleanup_and_throws_then) {
  run([]() -> task<void> {
    texts log;
    EXPECT_THROW(co_await wait_for(slow_to_end(log, 5s), 1s), timeout_error);
    EXPECT_EQ(log, texts{"cleaned up"});
    EXPECT_EQ(now(), 6s);
    auto handle = create_task(slow_to_end(log, 5s));
    EXPECT_THROW(co_await wait_for(handle, 1s), timeout_error);
    EXPECT_EQ(log.size(), 2u);
    EXPECT_TRUE(handle.cancelled());
    EXPECT_EQ(now(), 12s);
    bool began = false;
    auto body = [](bool &b) -> task<void> {
      b = true;
      co_return;
    };
    EXPECT_THROW(co_await wait_for(body(began), 0s), timeout_error);
    EXPECT_FALSE(began);
  }());
}

TEST(conformance, WF_05_a_value_after_the_cancellation_is_the_result) {
  run([]() -> task<void> {
    EXPECT_EQ(co_await wait_for(swallows(), 1s), "all the same");
    EXPECT_EQ(co_await wait_for(create_task(swallows()), 1s), "all the same");
    auto begun = create_task(swallows());
    co_await turns(2);
    EXPECT_EQ(co_await wait_for(begun, 0s), "all the same");
    EXPECT_EQ(this_task::cancelling(), 0u);
    co_await yield();
  }());
}

TEST(conformance, WF_07_cancelling_the_waiter_cancels_what_it_waits_for) {
  run([]() -> task<void> {
    for (const std::optional<std::chrono::seconds> limit :
         {std::optional(10s), std::optional<std::chrono::seconds>()}) {
      auto inner = create_task(sleep_long());
      auto waiter = create_task(wait_for(inner, limit));
      co_await turns(2);
      waiter.cancel();
      EXPECT_TRUE(co_await ends_cancelled(waiter));
      EXPECT_TRUE(inner.cancelled());
      texts log;
      auto direct = create_task(wait_for(slow_to_end(log, 0s), limit));
      co_await turns(2);
      direct.cancel();
      EXPECT_TRUE(co_await ends_cancelled(direct));
      EXPECT_EQ(log, texts{"cleaned up"});
    }
    EXPECT_EQ(now(), 0s);
  }());
}

TEST(conformance, WF_08_the_waiter_ends_after_what_it_waits_for) {
  run([]() -> task<void> {
    texts log;
    auto inner = create_task(slow_to_end(log, 3s));
    auto waiter = create_task(wait_for(inner, 10s));
    co_await turns(2);
    waiter.cancel();
    co_await sleep_for(1s);
    EXPECT_FALSE(waiter.done());
    EXPECT_TRUE(co_await ends_cancelled(waiter));
    EXPECT_EQ(log, texts{"cleaned up"});
    EXPECT_TRUE(inner.done());
    EXPECT_EQ(now(), 3s);
  }());
}

TEST(conformance, WF_12_the_cancellation_is_nested_in_the_timeout_error) {
  run([]() -> task<void> {
    int nested = 0;
    for (const auto limit : {0s, 1s})
      try {
        co_await wait_for(create_task(sleep_long()), limit);
      } catch (const timeout_error &e) {
        try {
          std::rethrow_if_nested(e);
        } catch (const cancelled_error &) {
          ++nested;
        }
      }
    EXPECT_EQ(nested, 2);
  }());
}

} // namespace
} // namespace corace::test
