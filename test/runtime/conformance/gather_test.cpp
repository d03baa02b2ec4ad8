// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gather: cases G.
#include "support.h"

#include <memory>

namespace corace::test {
namespace {

task<void> late(texts &log, std::string name, int after_turns) {
  co_await turns(after_turns);
  log.push_back(name);
}

/// The reports that the running loop's exception handler gets from now on.
void collect_reports(texts &into) {
  event_loop::current()->set_exception_handler(
      [&into](event_loop &, const loop_report &report) { into.push_back(to_string(report)); });
}

TEST(conformance, G_01_results_come_in_the_order_of_the_arguments) {
  run([]() -> task<void> {
    auto [a, b, c] = co_await gather(give(1, 5), give(2, 1), give(3, 3));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 3);
    std::vector<task<int>> many;
    for (int i = 0; i < 5; ++i)
      many.push_back(give(i, 5 - i));
    const std::vector<int> results = co_await gather(std::move(many));
    EXPECT_EQ(results, (std::vector{0, 1, 2, 3, 4}));
    promise<int> p;
    auto mixed = gather(p.get_future(), create_task(give(2, 1)), turns(1), gather(give(3), give(4)));
    p.set_value(1);
    auto [first, second, nothing, inner] = co_await std::move(mixed);
    EXPECT_EQ(first + second, 3);
    EXPECT_EQ(nothing, std::monostate());
    EXPECT_EQ(inner, (std::tuple{3, 4}));
  }());
}

TEST(conformance, G_02_a_gather_of_nothing_has_ended) {
  run([]() -> task<void> {
    const auto before = ticks();
    auto none = gather();
    EXPECT_TRUE(none.done());
    co_await none;
    auto empty = gather(std::vector<task<int>>());
    EXPECT_TRUE(empty.done());
    EXPECT_TRUE((co_await empty).empty());
    EXPECT_TRUE((co_await gather_results(std::vector<task_handle<int>>())).empty());
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, G_04_the_failures_after_the_first_are_not_reported) {
  texts reports, log;
  run([](texts &r, texts &l) -> task<void> {
    collect_reports(r);
    try {
      co_await gather(late(l, "slow", 9), fail("first", 1), fail("second", 3), fail("with the first", 1));
      ADD_FAILURE() << "no exception";
    } catch (const std::runtime_error &e) {
      EXPECT_STREQ(e.what(), "first");
    }
    EXPECT_EQ(l, texts{});
    co_await turns(10);
    EXPECT_EQ(l, texts{"slow"}); // the others go on
    EXPECT_EQ(r, texts{});
    { // nobody asks for this one: its first failure is reported, once
      auto unheard = gather(fail("unheard", 1), fail("later", 2));
      co_await turns(5);
    }
    EXPECT_EQ(r, texts{"a gather of 2 tasks failed, and nobody asked for its result: exception 'unheard'"});
  }(reports, log));
  EXPECT_EQ(reports.size(), 1u);
}

TEST(conformance, G_05_failures_come_as_values_in_their_places) {
  run([]() -> task<void> {
    auto victim = create_task(sleep_long());
    auto all = gather_results(give(1, 3), fail("two", 1), victim, give(4));
    co_await yield();
    victim.cancel();
    auto [one, two, three, four] = co_await std::move(all);
    EXPECT_EQ(one.value(), 1);
    EXPECT_EQ(one.error(), nullptr);
    EXPECT_FALSE(two.has_value());
    EXPECT_THROW(two.value(), std::runtime_error);
    EXPECT_THROW(std::rethrow_exception(three.error()), cancelled_error);
    EXPECT_EQ(*four, 4);
    std::vector<task<int>> many;
    many.push_back(give(7, 2));
    many.push_back([]() -> task<int> {
      throw std::logic_error("eight");
      co_return 8;
    }());
    const std::vector<outcome_of<int>> results = co_await gather_results(std::move(many));
    EXPECT_EQ(results.at(0).value(), 7);
    EXPECT_THROW(*results.at(1), std::logic_error);
  }());
}

TEST(conformance, G_06_a_cancelled_child_fails_the_gather_and_the_others_go_on) {
  run([]() -> task<void> {
    texts log;
    auto victim = create_task(sleep_long());
    auto other = create_task(late(log, "other", 5));
    auto both = gather(victim, other);
    co_await turns(2);
    victim.cancel();
    EXPECT_THROW(co_await both, cancelled_error);
    EXPECT_TRUE(both.done());
    EXPECT_FALSE(both.cancelled());
    EXPECT_THROW(std::rethrow_exception(both.exception()), cancelled_error);
    EXPECT_FALSE(other.done());
    co_await other;
    EXPECT_EQ(log, texts{"other"});
  }());
}

TEST(conformance, G_08_cancelling_a_gather_cancels_all_unfinished_children) {
  run([]() -> task<void> {
    auto ended = create_task(give(1));
    auto one = create_task(sleep_long()), two = create_task(sleep_long());
    auto all = gather(ended, one, two);
    co_await turns(2);
    EXPECT_TRUE(all.cancel());
    EXPECT_THROW(co_await all, cancelled_error);
    EXPECT_TRUE(one.cancelled());
    EXPECT_TRUE(two.cancelled());
    EXPECT_FALSE(ended.cancelled());

    auto three = create_task(sleep_long()), four = create_task(sleep_long());
    auto waiter =
        create_task([](task_handle<void> a, task_handle<void> b) -> task<void> { co_await gather(a, b); }(three, four));
    co_await turns(2);
    waiter.cancel(); // the task that awaits it
    EXPECT_TRUE(co_await ends_cancelled(waiter));
    EXPECT_TRUE(three.cancelled());
    EXPECT_TRUE(four.cancelled());

    // With failures as values, the cancellation of the gather itself is none.
    auto five = create_task(sleep_long());
    auto values = gather_results(five);
    co_await turns(2);
    EXPECT_TRUE(values.cancel());
    EXPECT_THROW(co_await values, cancelled_error);
  }());
}

TEST(conformance, G_09_cancel_when_all_children_have_ended_is_false) {
  run([]() -> task<void> {
    promise<int> p, q;
    auto both = gather(p.get_future(), q.get_future());
    p.set_value(1);
    q.set_value(2);
    EXPECT_FALSE(both.done()); // its call-back has not run yet
    EXPECT_FALSE(both.cancel());
    auto [a, b] = co_await both;
    EXPECT_EQ(a + b, 3);
    EXPECT_FALSE(both.cancel());
  }());
}

TEST(conformance, G_11_what_is_given_several_times_runs_once) {
  run([]() -> task<void> {
    int runs = 0;
    auto handle = create_task([](int &count) -> task<int> {
      co_await yield();
      co_return ++count;
    }(runs));
    auto [a, b, c] = co_await gather(handle, handle, future<int>(handle));
    EXPECT_EQ(a + b + c, 3);
    EXPECT_EQ(runs, 1);
    const std::vector twice{handle, handle};
    const std::vector<int> results = co_await gather(twice);
    EXPECT_EQ(results, (std::vector{1, 1}));
  }());
}

TEST(conformance, G_13_futures_of_different_loops_are_refused) {
  event_loop other;
  promise<int> elsewhere(other), there(other);
  run([](future<int> f) -> task<void> {
    int begun = 0;
    auto body = [](int &count) -> task<void> {
      ++count;
      co_return;
    };
    EXPECT_THROW((void)gather(body(begun), f), std::invalid_argument);
    EXPECT_THROW((void)gather(std::vector{f}), std::invalid_argument);
    co_await turns(2);
    EXPECT_EQ(begun, 0); // it was given up, and is not reported
  }(elsewhere.get_future()));
  auto both = gather(elsewhere.get_future(), there.get_future()); // no loop runs: theirs
  EXPECT_EQ(both.loop(), &other);
  EXPECT_THROW((void)gather(give(1)), usage_error);
}

TEST(conformance, G_14_the_message_of_a_cancellation_reaches_the_awaiter) {
  run([]() -> task<void> {
    auto message_of = [](auto all) -> task<std::string> {
      try {
        co_await all;
      } catch (const cancelled_error &e) {
        co_return e.message();
      }
      co_return "none";
    };
    auto one = gather(sleep_long(), sleep_long());
    auto waiter = create_task(message_of(one));
    co_await turns(2);
    one.cancel("enough");
    EXPECT_EQ(co_await waiter, "enough");

    auto task_waiter = create_task(message_of(gather(sleep_long())));
    co_await turns(2);
    task_waiter.cancel("from the task");
    EXPECT_EQ(co_await task_waiter, "from the task");

    auto stubborn = gather_results([]() -> task<int> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
      }
      co_return 1;
    }());
    auto last = create_task(message_of(stubborn));
    co_await turns(2);
    stubborn.cancel("all the same");
    EXPECT_EQ(co_await last, "all the same");
  }());
}

TEST(conformance, G_16_cancelling_a_gather_of_shields_leaves_the_shielded_alone) {
  run([]() -> task<void> {
    auto one = create_task(give(1, 6)), two = create_task(give(2, 6));
    auto first = shield(one), second = shield(two);
    auto both = gather(first, second);
    co_await turns(2);
    EXPECT_TRUE(both.cancel());
    EXPECT_THROW(co_await both, cancelled_error);
    EXPECT_TRUE(first.cancelled());
    EXPECT_TRUE(second.cancelled());
    EXPECT_EQ(co_await one + co_await two, 3);
  }());
}

template <class... Args>
concept can_gather = requires(Args... args) { gather(std::move(args)...); };

TEST(conformance, G_17_what_cannot_be_awaited_does_not_compile) {
  static_assert(can_gather<task<int>, task_handle<int>, future<int>>);
  static_assert(can_gather<std::vector<task<int>>>);
  static_assert(!can_gather<int>);
  static_assert(!can_gather<task<int>, int>);
  static_assert(!can_gather<std::vector<int>>);
}

TEST(conformance, G_19_where_all_have_ended_the_gather_has_too) {
  run([]() -> task<void> {
    auto one = create_task(give(1)), two = create_task(give(2));
    auto bad = create_task(fail("bad"));
    co_await turns(3);
    const auto before = ticks();
    auto both = gather(one, two);
    EXPECT_TRUE(both.done());
    auto [a, b] = co_await both;
    EXPECT_EQ(a + b, 3);
    auto failing = gather(one, bad);
    EXPECT_TRUE(failing.done());
    EXPECT_THROW(co_await failing, std::runtime_error);
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, G_20_the_awaiter_goes_on_two_ticks_after_the_last_childs_end) {
  run([]() -> task<void> {
    std::uint64_t ended = 0;
    auto child = [](std::uint64_t &at) -> task<void> {
      at = ticks();
      co_return;
    };
    const auto before = ticks();
    auto both = gather(child(ended), child(ended));
    co_await both;
    EXPECT_EQ(ticks(), ended + 2);
    EXPECT_EQ(ticks(), before + 3);
  }());
}

TEST(gather, moves_what_cannot_be_copied) {
  run([]() -> task<void> {
    auto make = [](int v) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(v); };
    auto [p, q] = co_await gather(make(1), make(2));
    EXPECT_EQ(*p + *q, 3);
    auto handle = create_task(make(5));
    EXPECT_EQ(*co_await std::move(handle), 5);
  }());
}

TEST(gather, is_a_future) {
  run([]() -> task<void> {
    texts log;
    auto both = gather(give(1, 2), give(2, 1));
    EXPECT_EQ(to_string(both), "a gather of 2 tasks pending");
    EXPECT_THROW((void)both.result(), invalid_state);
    both.add_done_callback([&log](const any_future &f) { log.push_back(to_string(f)); });
    auto [a, b] = co_await wait_for(both, 1s);
    EXPECT_EQ(a + b, 3);
    EXPECT_EQ(log, texts{"a gather of 2 tasks finished"});
    EXPECT_EQ(std::get<1>(both.result()), 2);
    EXPECT_EQ(std::get<0>(co_await shield(both)), 1);
  }());
}

} // namespace
} // namespace corace::test
