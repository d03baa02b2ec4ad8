// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <atomic>
#include <thread>

namespace corace::test {
namespace {

/// Appends a text when it is called.
auto say(texts &log, std::string text) {
  return [&log, text = std::move(text)] { log.push_back(text); };
}

/// Runs what is ready, once.
void one_tick(event_loop &loop) {
  loop.stop();
  loop.run_forever();
}

TEST(conformance, LOOP_01_call_backs_run_in_the_order_in_which_they_were_queued) {
  event_loop loop;
  texts log;
  for (const char *name : {"a", "b", "c"})
    loop.call_soon(say(log, name));
  one_tick(loop);
  EXPECT_EQ(log, (texts{"a", "b", "c"}));
}

TEST(conformance, LOOP_02_each_call_back_runs_once) {
  event_loop loop;
  int calls = 0;
  loop.call_soon([&] { ++calls; });
  one_tick(loop);
  one_tick(loop);
  EXPECT_EQ(calls, 1);
}

TEST(conformance, LOOP_03_what_becomes_ready_in_a_tick_waits_for_the_next) {
  event_loop loop;
  texts log;
  loop.call_soon([&] {
    log.push_back("first");
    loop.call_soon(say(log, "queued by the first"));
  });
  loop.call_soon(say(log, "second"));
  one_tick(loop);
  EXPECT_EQ(log, (texts{"first", "second"}));
  one_tick(loop);
  EXPECT_EQ(log, (texts{"first", "second", "queued by the first"}));
}

TEST(conformance, LOOP_05_a_call_back_may_cancel_a_later_one_of_the_same_tick) {
  event_loop loop;
  texts log;
  callback_handle later;
  loop.call_soon([&] { later.cancel(); });
  later = loop.call_soon(say(log, "cancelled"));
  loop.call_soon(say(log, "kept"));
  one_tick(loop);
  EXPECT_EQ(log, texts{"kept"});
  EXPECT_TRUE(later.cancelled());
}

TEST(conformance, LOOP_07_timers_fire_in_the_order_of_their_deadlines) {
  event_loop loop;
  texts log;
  loop.call_later(30ms, say(log, "30"));
  loop.call_later(-1ms, say(log, "-1"));
  loop.call_later(10ms, say(log, "10"));
  loop.call_later(-2ms, say(log, "-2"));
  loop.call_later(31ms, [&] { loop.stop(); });
  loop.run_forever();
  EXPECT_EQ(log, (texts{"-2", "-1", "10", "30"}));
}

TEST(conformance, LOOP_09_equal_deadlines_fire_in_the_order_of_creation) {
  event_loop loop;
  texts log, expected;
  for (int i = 0; i < 20; ++i) {
    loop.call_at(loop_clock::time_point(1ms), say(log, std::to_string(i)));
    expected.push_back(std::to_string(i));
  }
  loop.call_later(2ms, [&] { loop.stop(); });
  loop.run_forever();
  EXPECT_EQ(log, expected);
}

TEST(conformance, LOOP_10_a_cancelled_timer_neither_fires_nor_keeps_the_loop) {
  event_loop loop;
  texts log;
  auto never = loop.call_later(1ms, say(log, "never"));
  loop.call_later(5ms, [&] {
    log.push_back(std::to_string(loop.now().time_since_epoch() / 1ms));
    loop.stop();
  });
  never.cancel();
  const auto before = loop.ticks();
  loop.run_forever();
  EXPECT_EQ(log, texts{"5"});
  EXPECT_EQ(loop.ticks(), before + 1) << "the loop has woken for the cancelled timer";
}

TEST(conformance, LOOP_11_cancelled_timers_take_no_memory) {
  event_loop loop;
  auto kept = loop.call_later(1h, [] {});
  for (int i = 0; i < 10000; ++i)
    loop.call_later(2h, [] {}).cancel();
  EXPECT_EQ(loop.timers(), 1u);
  kept.cancel();
  EXPECT_EQ(loop.timers(), 0u);
}

TEST(conformance, LOOP_12_stop_lets_the_tick_finish) {
  event_loop loop;
  texts log;
  loop.call_soon([&] {
    loop.stop();
    loop.call_soon(say(log, "next run"));
  });
  loop.call_soon(say(log, "same tick"));
  loop.run_forever();
  EXPECT_EQ(log, texts{"same tick"});
  one_tick(loop);
  EXPECT_EQ(log, (texts{"same tick", "next run"}));
}

TEST(conformance, LOOP_14_run_until_complete_gives_the_result_or_throws) {
  event_loop loop;
  EXPECT_EQ(loop.run_until_complete(give(42, 2)), 42);
  EXPECT_THROW(loop.run_until_complete(fail("no", 1)), std::runtime_error);
}

TEST(conformance, LOOP_15_a_coroutine_becomes_a_task_and_a_future_is_taken_as_it_is) {
  event_loop loop;
  any_task seen;
  loop.run_until_complete([](any_task &out) -> task<void> {
    out = this_task::current();
    co_return;
  }(seen));
  EXPECT_TRUE(seen);
  promise<int> later(loop);
  loop.call_later(1s, [=] { later.set_value(7); });
  EXPECT_EQ(loop.run_until_complete(later.get_future()), 7);
  EXPECT_EQ(loop.run_until_complete(later.get_future()), 7) << "it has ended already";
}

template <class T>
concept runnable = requires(event_loop &loop, T x) { loop.run_until_complete(std::move(x)); };

TEST(conformance, LOOP_17_only_what_can_be_awaited_can_be_run) {
  static_assert(runnable<task<int>> && runnable<task_handle<int>> && runnable<future<void>>);
  static_assert(!runnable<int> && !runnable<void (*)()> && !runnable<promise<int>>);
}

task<void> leave(int code) {
  co_await yield();
  throw fatal_exit(code);
}

TEST(conformance, LOOP_19_an_aborted_run_leaves_no_stop_behind) {
  event_loop loop;
  promise<void> abandoned(loop);
  loop.call_soon([] { throw fatal_exit(); });
  EXPECT_THROW(loop.run_until_complete(abandoned.get_future()), fatal_exit);
  texts log;
  loop.call_soon([&] { abandoned.set_value(); });
  loop.call_later(1ms, say(log, "reached"));
  loop.call_later(2ms, [&] { loop.stop(); });
  loop.run_forever();
  EXPECT_EQ(log, texts{"reached"}) << "the end of the abandoned target has stopped the loop";
}

TEST(conformance, LOOP_20_a_fatal_exit_of_main_comes_out_once) {
  testing::internal::CaptureStderr();
  {
    event_loop loop;
    EXPECT_THROW(loop.run_until_complete(leave(3)), fatal_exit);
    EXPECT_EQ(loop.run_until_complete(give(1, 3)), 1) << "a stop request was left";
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(conformance, LOOP_22_after_close_nothing_runs) {
  event_loop loop;
  loop.close();
  loop.close();
  EXPECT_TRUE(loop.is_closed());
  EXPECT_THROW(loop.run_forever(), usage_error);
  EXPECT_THROW(loop.run_until_complete(give(1)), usage_error);
  EXPECT_THROW(loop.call_soon([] {}), usage_error);
  EXPECT_THROW(loop.call_later(1s, [] {}), usage_error);
  EXPECT_THROW(loop.call_at({}, [] {}), usage_error);
  std::thread([&] { EXPECT_THROW(loop.call_soon_threadsafe([] {}), usage_error); }).join();
}

TEST(conformance, LOOP_24_close_discards_what_has_not_run) {
  auto counted = std::make_shared<int>(0);
  event_loop loop;
  loop.call_soon([counted] { ++*counted; });
  loop.call_later(1s, [counted] { ++*counted; });
  EXPECT_EQ(counted.use_count(), 3);
  loop.close();
  EXPECT_EQ(*counted, 0);
  EXPECT_EQ(counted.use_count(), 1) << "what was discarded was not given back";
}

TEST(conformance, LOOP_26_a_call_from_another_thread_wakes_the_loop) {
  event_loop loop;
  std::atomic<bool> runs{false};
  std::thread::id ran_on;
  loop.call_soon([&] { runs = true; });
  std::thread other([&] {
    while (!runs)
      std::this_thread::yield();
    loop.call_soon_threadsafe([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run_forever(); // nothing else would end it
  other.join();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(conformance, LOOP_27_on_the_loops_own_thread_such_a_call_keeps_its_place) {
  event_loop loop;
  texts log;
  loop.call_soon([&] {
    loop.call_soon(say(log, "a"));
    loop.call_soon_threadsafe(say(log, "b"));
    loop.call_soon(say(log, "c"));
    loop.call_soon([&] { loop.stop(); });
  });
  loop.run_forever();
  EXPECT_EQ(log, (texts{"a", "b", "c"}));
}

TEST(conformance, LOOP_29_a_fatal_exit_of_a_call_back_comes_out_at_once) {
  event_loop loop;
  texts log;
  loop.call_soon(say(log, "before"));
  loop.call_soon([] { throw fatal_exit(2); });
  loop.call_soon(say(log, "after"));
  EXPECT_THROW(loop.run_forever(), fatal_exit);
  EXPECT_EQ(log, texts{"before"});
  one_tick(loop);
  EXPECT_EQ(log, (texts{"before", "after"}));
}

template <class... Args>
concept delayed_call = requires(event_loop &loop, Args... args) { loop.call_later(args..., [] {}); };
template <class... Args>
concept timed_call = requires(event_loop &loop, Args... args) { loop.call_at(args..., [] {}); };

TEST(conformance, LOOP_31_a_delay_cannot_be_left_out) {
  static_assert(delayed_call<std::chrono::seconds> && !delayed_call<> && !delayed_call<int>);
  static_assert(timed_call<loop_clock::time_point> && !timed_call<> && !timed_call<int>);
}

TEST(conformance, LOOP_33_create_task_goes_through_the_task_factory) {
  event_loop loop;
  EXPECT_FALSE(loop.get_task_factory());
  texts log;
  loop.set_task_factory([&](event_loop &of, const any_task &made) {
    EXPECT_EQ(&of, &loop);
    log.push_back(made.name());
  });
  EXPECT_TRUE(loop.get_task_factory());
  const auto body = []() -> task<void> { co_await create_task(give(1), "child"); };
  loop.run_until_complete(body());
  EXPECT_EQ(log.size(), 2u);
  EXPECT_EQ(log.back(), "child");
  loop.set_task_factory(nullptr);
  loop.run_until_complete(body());
  EXPECT_EQ(log.size(), 2u);
}

TEST(conformance, LOOP_34_time_jumps_to_the_next_deadline) {
  const auto before = std::chrono::steady_clock::now();
  std::chrono::nanoseconds slept{};
  run([](std::chrono::nanoseconds &out) -> task<void> {
    co_await sleep_for(24h);
    out = now();
  }(slept));
  EXPECT_EQ(slept, 24h);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1h);
}

TEST(loop, a_real_clock_really_waits) {
  event_loop loop(run_options{.clock = run_options::time::real});
  const auto before = std::chrono::steady_clock::now();
  loop.run_until_complete([]() -> task<void> { co_await sleep_for(3ms); }());
  EXPECT_GE(std::chrono::steady_clock::now() - before, 3ms);
}

TEST(loop, waits_for_another_thread_while_work_outside_is_expected) {
  event_loop loop;
  promise<int> later(loop);
  std::thread other;
  {
    event_loop::outside_work expected(loop);
    other = std::thread([&] { loop.call_soon_threadsafe([&] { later.set_value(5); }); });
    EXPECT_EQ(loop.run_until_complete(later.get_future()), 5);
  }
  other.join();
  promise<int> never(loop);
  EXPECT_THROW(loop.run_until_complete(never.get_future()), deadlock_error);
}

TEST(loop, close_with_tasks_that_have_not_ended_names_them) {
  event_loop loop;
  mutex door("door");
  loop.call_soon([&] {
    create_task(
        [](mutex &m) -> task<void> {
          auto held = co_await m.lock();
          co_await sleep_for(1h);
        }(door),
        "holder")
        .detach();
    create_task([](mutex &m) -> task<void> { auto held = co_await m.lock(); }(door), "waiter").detach();
  });
  one_tick(loop);
  one_tick(loop);
  try {
    loop.close();
    FAIL() << "close() said nothing";
  } catch (const usage_error &e) {
    EXPECT_EQ(std::string(e.what()), "corace::event_loop::close(): tasks had not ended: 'holder' waits for the end of "
                                     "its sleep; 'waiter' waits for mutex 'door', which 'holder' holds");
  }
  EXPECT_TRUE(loop.is_closed());
  EXPECT_FALSE(door.locked());
}

TEST(loop, stop_before_the_target_has_ended_is_an_error) {
  event_loop loop;
  promise<void> never(loop);
  loop.call_soon([&] { loop.stop(); });
  EXPECT_THROW(loop.run_until_complete(never.get_future()), usage_error);
}

} // namespace
} // namespace corace::test
