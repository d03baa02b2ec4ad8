// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

task<void> wait_for(event &e, texts &log, std::string name) {
  co_await e.wait();
  log.push_back(name);
}

TEST(conformance, EVT_01_a_new_event_is_unset) {
  static constinit event global{"global"};
  EXPECT_FALSE(global.is_set());
}

TEST(conformance, EVT_02_wait_on_a_set_event_gives_true_without_suspending) {
  run([]() -> task<void> {
    event e;
    e.set();
    EXPECT_TRUE(e.is_set());
    const auto before = ticks();
    EXPECT_TRUE(co_await e.wait());
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, EVT_04_a_task_that_was_queued_before_set_runs_before_the_woken_waiters) {
  run([]() -> task<void> {
    event e;
    texts log;
    auto first = create_task(wait_for(e, log, "1"));
    auto second = create_task(wait_for(e, log, "2"));
    co_await yield();
    auto third = create_task(append(log, "3"));
    e.set();
    co_await gather(first, second, third);
    EXPECT_EQ(log, (texts{"3", "1", "2"}));
  }());
}

TEST(conformance, EVT_05_set_and_clear_still_release_who_waited) {
  run([]() -> task<void> {
    event e;
    texts log;
    auto waiter = create_task(wait_for(e, log, "woken"));
    auto result = create_task([](event &x) -> task<bool> { co_return co_await x.wait(); }(e));
    co_await yield();
    e.set();
    e.clear();
    co_await waiter;
    EXPECT_TRUE(co_await result);
    EXPECT_FALSE(e.is_set());
    EXPECT_EQ(log, texts{"woken"});
  }());
}

TEST(conformance, EVT_07_after_clear_wait_suspends_again) {
  run([]() -> task<void> {
    event e;
    texts log;
    e.set();
    e.clear();
    auto waiter = create_task(wait_for(e, log, "woken"));
    co_await turns(3);
    EXPECT_EQ(log, texts{});
    e.set();
    co_await waiter;
  }());
}

TEST(conformance, EVT_09_set_skips_waiters_that_are_cancelled_already) {
  run([]() -> task<void> {
    event e;
    texts log;
    auto first = create_task(wait_for(e, log, "first"));
    auto second = create_task(wait_for(e, log, "second"));
    co_await yield();
    first.cancel();
    e.set();
    EXPECT_TRUE(co_await ends_cancelled(first));
    co_await second;
    EXPECT_EQ(log, texts{"second"});
  }());
}

TEST(conformance, EVT_10_a_woken_waiter_counts_until_it_has_resumed) {
  run([]() -> task<void> {
    event e{"e"};
    texts log;
    auto waiter = create_task(wait_for(e, log, "woken"));
    co_await yield();
    e.set();
    EXPECT_EQ(to_string(e), "event 'e' set, 1 waiter");
    e.clear();
    EXPECT_EQ(to_string(e), "event 'e' unset, 1 waiter");
    co_await yield();
    EXPECT_EQ(to_string(e), "event 'e' unset");
    co_await waiter;
  }());
}

TEST(conformance, EVT_11_set_clear_set_set_wakes_once) {
  run([]() -> task<void> {
    event e;
    texts log;
    auto waiter = create_task(wait_for(e, log, "woken"));
    co_await yield();
    e.set();
    e.clear();
    e.set();
    e.set();
    co_await waiter;
    co_await turns(3);
    EXPECT_EQ(log, texts{"woken"});
  }());
}

TEST(conformance, EVT_12_the_text_form_shows_the_state_and_the_waiters) {
  run([]() -> task<void> {
    event e{"e"};
    texts log;
    EXPECT_EQ(to_string(event()), "event unset");
    auto waiters = gather(wait_for(e, log, "1"), wait_for(e, log, "2"));
    co_await turns(2);
    EXPECT_EQ(to_string(e), "event 'e' unset, 2 waiters");
    e.set();
    co_await std::move(waiters);
    EXPECT_EQ(to_string(e), "event 'e' set");
  }());
}

TEST(event, binds_to_the_loop_that_waits_on_it) {
  event_loop first, second;
  event e{"e"};
  const auto wait = [](event &x) -> task<void> { co_await x.wait(); };
  first.run_until_complete([](event &x, auto w) -> task<void> {
    auto waiter = create_task(w(x));
    co_await yield();
    x.set();
    co_await waiter;
  }(e, wait));
  second.run_until_complete(wait(e)); // set: nothing to wait for
  e.clear();
  EXPECT_THROW(second.run_until_complete(wait(e)), usage_error);
}

} // namespace
} // namespace corace::test
