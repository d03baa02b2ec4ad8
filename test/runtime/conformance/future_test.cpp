// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

std::exception_ptr some_error(const char *text = "no") { return std::make_exception_ptr(std::runtime_error(text)); }

/// Runs a body that gets a loop; everything here wants one.
template <class Body> void on_loop(Body body) {
  run([](Body b) -> task<void> {
    b(*event_loop::current());
    co_return;
  }(std::move(body)));
}

TEST(conformance, FUT_01_a_new_future_is_neither_done_nor_cancelled) {
  event_loop loop;
  const auto f = loop.create_promise<int>().get_future();
  EXPECT_FALSE(f.done());
  EXPECT_FALSE(f.cancelled());
}

TEST(conformance, FUT_02_a_value_makes_it_done) {
  event_loop loop;
  promise<int> p(loop);
  p.set_value(4);
  EXPECT_TRUE(p.get_future().done());
  EXPECT_EQ(p.get_future().result(), 4);
  EXPECT_EQ(p.get_future().exception(), nullptr);
}

TEST(conformance, FUT_03_a_pending_future_has_no_outcome) {
  event_loop loop;
  const auto f = promise<int>(loop).get_future();
  EXPECT_THROW((void)f.result(), invalid_state);
  EXPECT_THROW((void)f.exception(), invalid_state);
}

TEST(conformance, FUT_05_cancel_ends_it_at_once) {
  event_loop loop;
  promise<int> p(loop);
  EXPECT_TRUE(p.cancel());
  const auto f = p.get_future();
  EXPECT_TRUE(f.done());
  EXPECT_TRUE(f.cancelled());
  EXPECT_THROW((void)f.result(), cancelled_error);
  EXPECT_THROW((void)f.exception(), cancelled_error);
  EXPECT_FALSE(p.cancel());
}

TEST(conformance, FUT_07_the_very_exception_comes_back) {
  event_loop loop;
  promise<int> p(loop);
  const auto error = some_error();
  p.set_exception(error);
  EXPECT_EQ(p.get_future().exception(), error);
  try {
    (void)p.get_future().result();
    FAIL();
  } catch (const std::runtime_error &) {
    EXPECT_EQ(std::current_exception(), error);
  }
}

TEST(conformance, FUT_09_a_call_back_on_a_done_future_is_queued) {
  event_loop loop;
  texts log;
  promise<int> p(loop);
  p.set_value(1);
  loop.call_soon([&] {
    p.get_future().add_done_callback([&](const any_future &) { log.push_back("called"); });
    log.push_back("added");
    loop.call_soon([&] { loop.stop(); });
  });
  loop.run_forever();
  EXPECT_EQ(log, (texts{"added", "called"}));
}

TEST(conformance, FUT_11_a_call_back_is_removed_with_all_its_registrations) {
  event_loop loop;
  texts log;
  promise<int> p(loop);
  const auto f = p.get_future();
  const auto twice = f.add_done_callback([&](const any_future &) { log.push_back("twice"); });
  f.add_done_callback([&](const any_future &) { log.push_back("twice"); }, twice);
  f.add_done_callback([&](const any_future &) { log.push_back("kept"); });
  EXPECT_EQ(f.remove_done_callback(twice), 2u);
  EXPECT_EQ(f.remove_done_callback(twice), 0u);
  p.set_value(1);
  loop.run_until_complete(give(0, 2));
  EXPECT_EQ(log, texts{"kept"});
}

TEST(conformance, FUT_12_a_call_back_cannot_stop_one_that_is_being_delivered) {
  event_loop loop;
  texts log;
  promise<int> p(loop);
  const auto f = p.get_future();
  any_future::callback_id second = 0;
  f.add_done_callback([&](const any_future &ended) {
    log.push_back("first");
    EXPECT_EQ(ended.remove_done_callback(second), 0u);
  });
  second = f.add_done_callback([&](const any_future &) { log.push_back("second"); });
  p.set_value(1);
  loop.run_until_complete(give(0, 2));
  EXPECT_EQ(log, (texts{"first", "second"}));
}

TEST(conformance, FUT_13_awaiting_a_done_future_costs_no_tick) {
  run([]() -> task<void> {
    promise<int> p;
    p.set_value(3);
    const auto before = ticks();
    EXPECT_EQ(co_await p.get_future(), 3);
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, FUT_15_a_future_can_be_awaited_any_number_of_times) {
  run([]() -> task<void> {
    promise<std::string> p;
    const auto f = p.get_future();
    const auto wait = [](future<std::string> x) -> task<std::string> { co_return co_await x; };
    auto one = create_task(wait(f));
    auto two = create_task(wait(f));
    co_await yield();
    p.set_value("text");
    EXPECT_EQ(co_await one, "text");
    EXPECT_EQ(co_await two, "text");
    EXPECT_EQ(co_await f, "text");
    EXPECT_EQ(co_await f, "text");
  }());
}

TEST(conformance, FUT_17_a_message_goes_with_the_cancellation) {
  event_loop loop;
  promise<int> with(loop), without(loop);
  with.cancel("enough");
  without.cancel();
  try {
    (void)with.get_future().result();
    FAIL();
  } catch (const cancelled_error &e) {
    EXPECT_EQ(e.message(), "enough");
  }
  try {
    (void)without.get_future().exception();
    FAIL();
  } catch (const cancelled_error &e) {
    EXPECT_EQ(e.message(), "");
  }
}

TEST(conformance, FUT_19_an_exception_that_was_read_is_not_reported) {
  testing::internal::CaptureStderr();
  {
    event_loop loop;
    promise<int> by_result(loop), by_exception(loop), by_await(loop);
    for (const auto &each : {by_result, by_exception, by_await})
      each.set_exception(some_error());
    EXPECT_THROW((void)by_result.get_future().result(), std::runtime_error);
    EXPECT_TRUE(by_exception.get_future().exception());
    EXPECT_THROW(
        loop.run_until_complete([](future<int> f) -> task<int> { co_return co_await f; }(by_await.get_future())),
        std::runtime_error);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  {
    event_loop loop;
    promise<int>(loop).set_exception(some_error("unread"));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "corace: a future failed, and nobody asked for its result: exception 'unread'\n");
}

TEST(conformance, FUT_21_a_future_without_a_failure_is_dropped_in_silence) {
  testing::internal::CaptureStderr();
  {
    event_loop loop;
    promise<int> pending(loop), unread(loop), cancelled(loop);
    unread.set_value(1);
    cancelled.cancel();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(conformance, FUT_23_an_outcome_can_be_copied) {
  event_loop loop;
  promise<int> value(loop), failure(loop), cancelled(loop);
  value.set_value(1);
  const auto error = some_error();
  failure.set_exception(error);
  cancelled.cancel();
  const auto copy = [&](const promise<int> &from) {
    promise<int> to(loop);
    copy_outcome(from.get_future(), to);
    return to.get_future();
  };
  EXPECT_EQ(copy(value).result(), 1);
  EXPECT_EQ(copy(failure).exception(), error);
  EXPECT_TRUE(copy(cancelled).cancelled());
  promise<int> gone(loop);
  gone.cancel();
  copy_outcome(value.get_future(), gone);
  EXPECT_TRUE(gone.get_future().cancelled());
}

TEST(conformance, FUT_25_a_future_of_the_loop_needs_no_wrapping) {
  on_loop([](event_loop &loop) {
    const auto f = promise<int>(loop).get_future();
    EXPECT_EQ(create_task(f), f);
  });
}

TEST(conformance, FUT_26_a_promise_needs_a_loop) { EXPECT_THROW(promise<int>(), usage_error); }

TEST(conformance, FUT_28_the_text_tells_the_state_and_the_call_backs) {
  event_loop loop;
  promise<int> p(loop), failed(loop), cancelled(loop);
  const auto f = p.get_future();
  EXPECT_EQ(to_string(f), "a future pending");
  f.add_done_callback([](const any_future &) {});
  EXPECT_EQ(to_string(f), "a future pending, 1 call-back");
  for (int i = 0; i < 9; ++i)
    f.add_done_callback([](const any_future &) {});
  EXPECT_EQ(to_string(f), "a future pending, 10 call-backs");
  p.set_value(12);
  EXPECT_EQ(to_string(f), "a future finished with 12");
  failed.set_exception(some_error("bad"));
  EXPECT_EQ(to_string(failed.get_future()), "a future finished with exception 'bad'");
  (void)failed.get_future().exception();
  cancelled.cancel();
  EXPECT_EQ(to_string(cancelled.get_future()), "a future cancelled");
}

TEST(conformance, FUT_29_a_future_knows_its_loop) {
  any_future kept;
  {
    event_loop loop;
    kept = promise<int>(loop).get_future();
    EXPECT_EQ(kept.loop(), &loop);
  }
  EXPECT_EQ(kept.loop(), nullptr);
}

TEST(conformance, FUT_30_in_debug_mode_a_future_knows_where_it_was_made) {
  event_loop loop(run_options{.debug = true});
  const auto line = static_cast<unsigned>(__LINE__) + 1;
  const auto f = promise<int>(loop).get_future();
  ASSERT_TRUE(f.created());
  EXPECT_EQ(f.created()->line(), line);
  EXPECT_NE(to_string(f).find("future_test.cpp:" + std::to_string(line)), std::string::npos);
  event_loop plain(run_options{.debug = false});
  EXPECT_FALSE(promise<int>(plain).get_future().created());
}

TEST(future, a_second_value_is_refused) {
  event_loop loop;
  promise<int> p(loop);
  p.set_value(1);
  EXPECT_THROW(p.set_value(2), invalid_state);
  EXPECT_THROW(p.set_exception(some_error()), invalid_state);
  EXPECT_EQ(p.get_future().result(), 1);
}

TEST(future, holds_references_and_what_can_only_be_moved) {
  run([]() -> task<void> {
    int number = 1;
    promise<int &> reference;
    reference.set_value(number);
    int &got = co_await reference.get_future();
    EXPECT_EQ(&got, &number);
    promise<std::unique_ptr<int>> owner;
    owner.set_value(std::make_unique<int>(5));
    const auto taken = co_await owner.get_future();
    EXPECT_EQ(*taken, 5);
  }());
}

TEST(future, of_another_loop_cannot_be_awaited) {
  event_loop other;
  promise<int> foreign(other);
  EXPECT_THROW(run([](future<int> f) -> task<int> { co_return co_await f; }(foreign.get_future())), usage_error);
}

TEST(future, the_last_await_takes_the_result_along) {
  run([]() -> task<void> {
    const int *made = nullptr;
    const auto make = [&]() -> task<std::vector<int>> {
      std::vector<int> numbers(100);
      made = numbers.data();
      co_return std::move(numbers);
    };
    const auto direct = co_await create_task(make());
    EXPECT_EQ(direct.data(), made);
    auto one = create_task(make()), other = one;
    const auto copied = co_await std::move(one);
    EXPECT_NE(copied.data(), made);
    EXPECT_FALSE(one);
    const auto moved = co_await std::move(other);
    EXPECT_EQ(moved.data(), made);
  }());
}

struct fixed_point {
  const int x, y;
};
task<fixed_point> point(int x) { co_return fixed_point{x, x}; }

TEST(future, a_result_need_not_be_assignable) {
  run([]() -> task<void> {
    const auto pair = co_await gather(point(1), point(2));
    EXPECT_EQ(std::get<0>(pair).x + std::get<1>(pair).y, 3);
    promise<fixed_point> from, to;
    from.set_value(fixed_point{4, 5});
    copy_outcome(from.get_future(), to);
    EXPECT_EQ(to.get_future().result().y, 5);
    EXPECT_EQ((co_await create_task(point(6))).x, 6);
  }());
}

} // namespace
} // namespace corace::test
