// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wait and shield: cases W, SH, WF-10 and CANC-29.
#include "support.h"

namespace corace::test {
namespace {

task<int> sleeper(std::chrono::seconds how_long, int value = 0) {
  co_await sleep_for(how_long);
  co_return value;
}

/// A braced list inside of a co_await expression is too much for GCC 12.
template <class First, class... Rest> std::vector<First> list_of(First first, Rest... rest) { return {first, rest...}; }

TEST(conformance, W_01_gives_what_is_done_and_what_is_pending) {
  run([]() -> task<void> {
    auto a = create_task(sleeper(2s)), b = create_task(sleeper(1s)), c = create_task(sleeper(3s));
    auto [done, pending] = co_await wait(list_of(a, b, c));
    EXPECT_EQ(done, (std::vector{a, b, c}));
    EXPECT_TRUE(pending.empty());
    EXPECT_EQ(now(), 3s);
    auto d = create_task(sleeper(2s)), e = create_task(sleeper(1s));
    const auto first = co_await wait(d, e, return_when::first_completed);
    EXPECT_EQ(first.done, std::vector{e});
    EXPECT_EQ(first.pending, std::vector{d});
    promise<int> p;
    const auto mixed = co_await wait(e, p.get_future(), return_when::first_completed);
    EXPECT_EQ(mixed.done, std::vector<any_future>{e});
    EXPECT_EQ(mixed.pending, std::vector<any_future>{p.get_future()});
    co_await d;
  }());
}

TEST(conformance, W_03_first_exception_waits_for_a_failure_or_for_all) {
  run([]() -> task<void> {
    auto cancelled = create_task(sleep_long());
    auto fails = create_task(fail("x", 5));
    auto slow = create_task(sleep_long());
    auto both = create_task(wait(list_of(cancelled, fails, slow), return_when::first_exception));
    co_await turns(2);
    cancelled.cancel(); // no failure
    co_await turns(2);
    EXPECT_FALSE(both.done());
    const auto &split = co_await both;
    EXPECT_EQ(split.done, (std::vector{cancelled, fails}));
    EXPECT_EQ(split.pending, std::vector{slow});
    EXPECT_EQ(now(), 0s);
    auto a = create_task(sleeper(1s)), b = create_task(sleeper(2s));
    EXPECT_EQ((co_await wait(a, b, return_when::first_exception)).done.size(), 2u);
    EXPECT_EQ(now(), 2s);
    EXPECT_EQ((co_await wait(fails, slow, return_when::first_exception)).pending.size(), 1u); // it had failed before
    EXPECT_NE(fails.exception(), nullptr);
    slow.cancel();
  }());
}

TEST(conformance, W_04_a_time_limit_gives_the_split_and_neither_throws_nor_cancels) {
  run([]() -> task<void> {
    auto a = create_task(sleeper(1s, 1)), b = create_task(sleeper(10s, 2));
    const auto split = co_await wait(a, b, 2s);
    EXPECT_EQ(split.done, std::vector{a});
    EXPECT_EQ(split.pending, std::vector{b});
    EXPECT_EQ(now(), 2s);
    EXPECT_EQ(co_await b, 2);
    auto c = create_task(sleeper(1s));
    EXPECT_EQ((co_await wait(list_of(c), return_when::all_completed, 0s)).pending.size(), 1u);
    EXPECT_EQ(now(), 10s);
    EXPECT_EQ((co_await wait(c, std::nullopt)).done.size(), 1u);
  }());
}

TEST(conformance, W_06_exceptions_of_the_tasks_are_not_thrown) {
  run([]() -> task<void> {
    auto bad = create_task(fail("bad", 1)), fine = create_task(turns(2));
    const auto split = co_await wait(bad, fine);
    EXPECT_EQ(split.done.size(), 2u);
    EXPECT_THROW((void)bad.result(), std::runtime_error);
  }());
}

TEST(conformance, W_07_nothing_to_wait_for_is_invalid) {
  run([]() -> task<void> {
    EXPECT_THROW(co_await wait(std::vector<task_handle<int>>()), std::invalid_argument);
    co_return;
  }());
}

template <class... Args>
concept can_wait = requires(Args... args) { wait(args...); };

TEST(conformance, W_08_only_the_three_conditions_compile) {
  static_assert(can_wait<std::vector<task_handle<int>>, return_when>);
  static_assert(can_wait<task_handle<int>, future<void>, return_when, std::chrono::seconds>);
  static_assert(!can_wait<std::vector<task_handle<int>>, int>);
  static_assert(!can_wait<task_handle<int>, const char *>);
  static_assert(!can_wait<std::vector<int>>);
}

TEST(conformance, W_10_duplicates_count_once) {
  run([]() -> task<void> {
    auto a = create_task(sleeper(1s)), b = create_task(sleeper(2s));
    const auto split = co_await wait(list_of(a, b, a, a), return_when::first_completed);
    EXPECT_EQ(split.done, std::vector{a});
    EXPECT_EQ(split.pending, std::vector{b});
    EXPECT_EQ((co_await wait(b, b, b)).done, list_of(b));
  }());
}

TEST(conformance, W_12_waiting_for_ended_tasks_takes_two_ticks) {
  run([]() -> task<void> {
    auto a = create_task(give(1)), b = create_task(give(2));
    co_await turns(3);
    const auto before = ticks();
    co_await wait(a, b);
    EXPECT_EQ(ticks(), before + 2);
    EXPECT_EQ(now(), 0s);
  }());
}

TEST(conformance, W_13_no_call_backs_stay_behind) {
  run([]() -> task<void> {
    auto a = create_task(sleeper(1s), "a"), b = create_task(sleeper(9s), "b");
    for (int i = 0; i < 3; ++i)
      co_await wait(a, b, return_when::first_completed, 2s);
    EXPECT_EQ(to_string(b), "task 'b' pending, waits for the end of its sleep");
    auto cancelled = create_task(wait(list_of(b)));
    co_await turns(2);
    EXPECT_EQ(to_string(b), "task 'b' pending, waits for the end of its sleep, 1 call-back");
    cancelled.cancel();
    EXPECT_TRUE(co_await ends_cancelled(cancelled));
    EXPECT_EQ(to_string(b), "task 'b' pending, waits for the end of its sleep");
    EXPECT_EQ((co_await wait(a, b)).done.size(), 2u); // they can be waited for again
  }());
}

TEST(conformance, CANC_29_cancelling_a_task_in_wait_ends_the_wait_only) {
  run([]() -> task<void> {
    auto a = create_task(sleeper(1s, 1)), b = create_task(sleeper(2s, 2));
    auto waiter = create_task(wait(list_of(a, b)));
    co_await turns(2);
    const auto before = ticks();
    waiter.cancel();
    EXPECT_TRUE(co_await ends_cancelled(waiter));
    EXPECT_LE(ticks(), before + 2);
    EXPECT_EQ(co_await a + co_await b, 3);
  }());
}

TEST(conformance, SH_01_the_inner_result_passes_through) {
  run([]() -> task<void> {
    EXPECT_EQ(co_await shield(give(42, 2)), 42);
    auto handle = create_task(give(1, 2));
    EXPECT_EQ(co_await shield(handle), 1);
    EXPECT_EQ(handle.result(), 1); // still there
    EXPECT_THROW(co_await shield(fail("inner", 1)), std::runtime_error);
    promise<std::string> p;
    auto outer = shield(p.get_future());
    p.set_value("later");
    EXPECT_EQ(co_await outer, "later");
  }());
}

TEST(conformance, SH_03_cancelling_the_inner_one_cancels_the_shield) {
  run([]() -> task<void> {
    auto inner = create_task(sleep_long());
    auto outer = shield(inner);
    co_await turns(2);
    inner.cancel("inside");
    try {
      co_await outer;
      ADD_FAILURE() << "no exception";
    } catch (const cancelled_error &e) {
      EXPECT_EQ(e.message(), "inside");
    }
    EXPECT_TRUE(outer.cancelled());
  }());
}

TEST(conformance, SH_05_shielding_what_has_ended_gives_that_very_future) {
  run([]() -> task<void> {
    auto inner = create_task(give(1));
    co_await inner;
    EXPECT_EQ(any_future(shield(inner)), any_future(inner));
    promise<int> p;
    p.set_value(2);
    EXPECT_EQ(shield(p.get_future()), p.get_future());
    const auto before = ticks();
    EXPECT_EQ(co_await shield(inner), 1);
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, SH_06_after_the_shield_was_cancelled_an_inner_failure_is_reported) {
  run([]() -> task<void> {
    texts reports;
    event_loop::current()->set_exception_handler(
        [&](event_loop &, const loop_report &report) { reports.push_back(to_string(report)); });
    {
      auto outer = shield(create_task(fail("inner", 5), "left alone"));
      co_await turns(2);
      EXPECT_TRUE(outer.cancel());
      co_await turns(6);
    }
    EXPECT_EQ(reports, texts{"task 'left alone' failed, and nobody asked for its result: exception 'inner'"});
    reports.clear();
    { // somebody reads it
      auto read = create_task(fail("inner", 5));
      auto outer = shield(read);
      outer.cancel();
      co_await turns(8);
      EXPECT_NE(read.exception(), nullptr);
    }
    { // the shield has passed it on, and that was read
      auto outer = shield(create_task(fail("inner", 1)));
      EXPECT_THROW(co_await outer, std::runtime_error);
    }
    EXPECT_EQ(reports, texts{});
    event_loop::current()->set_exception_handler({});
  }());
}

TEST(conformance, SH_08_a_coroutine_cannot_be_shielded_where_no_loop_runs) {
  testing::internal::CaptureStderr();
  EXPECT_THROW((void)shield(give(1)), usage_error);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), ""); // it was given up
}

TEST(conformance, SH_10_the_awaiting_task_sees_the_cancellation_promptly) {
  run([]() -> task<void> {
    auto inner = create_task(sleeper(10s, 7));
    std::uint64_t seen = 0;
    auto waiter = create_task([](task_handle<int> h, std::uint64_t &at) -> task<void> {
      try {
        co_await shield(h);
      } catch (const cancelled_error &) {
        at = ticks();
        throw;
      }
    }(inner, seen));
    co_await turns(2);
    const auto before = ticks();
    waiter.cancel();
    EXPECT_TRUE(co_await ends_cancelled(waiter));
    EXPECT_EQ(seen, before + 1);
    EXPECT_EQ(now(), 0s);
    EXPECT_EQ(co_await inner, 7);
  }());
}

TEST(conformance, WF_10_a_limit_on_a_shield_leaves_the_shielded_alone) {
  run([]() -> task<void> {
    auto inner = create_task(sleeper(10s, 7));
    EXPECT_THROW(co_await wait_for(shield(inner), 1s), timeout_error);
    EXPECT_EQ(now(), 1s);
    EXPECT_FALSE(inner.done());
    EXPECT_EQ(co_await inner, 7);
  }());
}

} // namespace
} // namespace corace::test
