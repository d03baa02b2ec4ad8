// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

TEST(conformance, TASK_01_create_task_never_runs_the_body_inline) {
  texts log;
  run([](texts &l) -> task<void> {
    auto first = create_task(append(l, "queued before"));
    auto second = create_task(append(l, "child"));
    l.push_back("after create_task");
    co_await second;
  }(log));
  EXPECT_EQ(log, (texts{"after create_task", "queued before", "child"}));
}

TEST(conformance, TASK_03_awaiting_a_task_gives_its_result_and_result_gives_it_again) {
  run([]() -> task<void> {
    auto handle = create_task(give(7, 2));
    EXPECT_EQ(co_await handle, 7);
    EXPECT_EQ(handle.result(), 7);
    EXPECT_EQ(handle.result(), 7);
  }());
}

TEST(conformance, TASK_05_an_awaiter_goes_on_in_the_next_tick_and_a_done_task_does_not_suspend) {
  run([]() -> task<void> {
    std::uint64_t ended = 0;
    auto handle = create_task([](std::uint64_t &at) -> task<void> {
      at = ticks();
      co_return;
    }(ended));
    co_await handle;
    EXPECT_EQ(ticks(), ended + 1);
    co_await handle;
    EXPECT_EQ(ticks(), ended + 1);
  }());
}

TEST(conformance, TASK_07_a_finished_task_gives_the_same_outcome_each_time) {
  run([]() -> task<void> {
    auto handle = create_task(fail("same"));
    for (int i = 0; i < 3; ++i)
      EXPECT_THROW(co_await handle, std::runtime_error);
    EXPECT_THROW(handle.result(), std::runtime_error);
    EXPECT_TRUE(handle.exception());
  }());
}

TEST(conformance, TASK_10_default_names_are_numbered_and_a_name_can_be_set) {
  run([]() -> task<void> {
    auto first = create_task(give(1));
    auto second = create_task(give(2));
    EXPECT_EQ(first.name(), "Task-2"); // the main task is the first
    EXPECT_EQ(second.name(), "Task-3");
    second.set_name("renamed");
    EXPECT_EQ(second.name(), "renamed");
    EXPECT_EQ(create_task(give(3), "mine").name(), "mine");
    EXPECT_EQ(this_task::name(), "main");
    co_await yield();
  }());
}

TEST(conformance, TASK_14_tasks_lists_the_unfinished_ones) {
  run([]() -> task<void> {
    auto handle = create_task(give(1));
    EXPECT_EQ(event_loop::current()->all_tasks().size(), 2u);
    co_await handle;
    EXPECT_EQ(event_loop::current()->all_tasks().size(), 1u);
  }());
}

task<int> deep(int depth) {
  if (depth == 0)
    co_return 0;
  co_return 1 + co_await deep(depth - 1);
}

TEST(conformance, TASK_24_a_chain_of_awaits_is_one_task_and_costs_no_tick) {
  run([]() -> task<void> {
    const auto before = ticks();
    EXPECT_EQ(co_await deep(100), 100);
    EXPECT_EQ(ticks(), before);
    EXPECT_EQ(event_loop::current()->all_tasks().size(), 1u);
  }());
}

TEST(conformance, TASK_30_a_dropped_handle_detaches_the_task) {
  texts log;
  run([](texts &l) -> task<void> {
    create_task(append(l, "ran")).detach();
    co_await turns(2);
  }(log));
  EXPECT_EQ(log, texts{"ran"});
}

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

TEST(conformance, RUN_03_run_inside_a_running_loop_throws) {
  run([]() -> task<void> {
    EXPECT_THROW(run(give(1)), usage_error);
    co_return;
  }());
}

TEST(conformance, RUN_05_an_error_of_a_left_over_task_does_not_replace_the_result) {
  testing::internal::CaptureStderr();
  const int result = run([]() -> task<int> {
    create_task(
        []() -> task<void> {
          try {
            co_await sleep_long();
          } catch (const cancelled_error &) {
            throw std::runtime_error("while shutting down");
          }
        }(),
        "left")
        .detach();
    co_await yield();
    co_return 5;
  }());
  EXPECT_EQ(result, 5);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "corace: task 'left' failed while the event loop was shutting down: exception 'while shutting down'\n");
}

struct unprintable {
  explicit unprintable(int v) : value(v) {}
  unprintable(unprintable &&) = default;
  int value;
};

TEST(conformance, RUN_13_a_result_need_only_be_movable) {
  EXPECT_EQ(run([]() -> task<unprintable> { co_return unprintable(3); }()).value, 3);
  int x = 1;
  int &ref = run([](int &r) -> task<int &> { co_return r; }(x));
  EXPECT_EQ(&ref, &x);
}

TEST(run, deadlock_names_who_waits_for_what) {
  mutex first{"first"}, second{"second"};
  try {
    run([](mutex &a, mutex &b) -> task<void> {
      auto take = [](mutex &x, mutex &y) -> task<void> {
        auto hold = co_await x.lock();
        co_await yield();
        auto both = co_await y.lock();
      };
      auto one = create_task(take(a, b), "one");
      auto two = create_task(take(b, a), "two");
      co_await gather(one, two);
    }(first, second));
    FAIL() << "no deadlock";
  } catch (const deadlock_error &e) {
    EXPECT_EQ(std::string(e.what()),
              "deadlock: nothing can run, and task 'main' has not ended; 'main' waits for 2 tasks; 'one' "
              "waits for mutex 'second', which 'two' holds; 'two' waits for mutex 'first', which "
              "'one' holds");
  }
}

TEST(task, an_await_after_a_move_or_a_second_await_throws) {
  run([]() -> task<void> {
    auto once = give(1);
    EXPECT_EQ(co_await once, 1);
    EXPECT_THROW((void)co_await once, usage_error);
    auto moved = give(2);
    auto here = std::move(moved);
    EXPECT_FALSE(moved);
    EXPECT_THROW((void)co_await moved, usage_error);
    EXPECT_EQ(co_await here, 2);
  }());
}

TEST(task, needs_a_loop_where_it_needs_one) {
  EXPECT_THROW((void)create_task(give(1)), usage_error);
  EXPECT_THROW((void)this_task::name(), usage_error);
  EXPECT_THROW(task_handle<int>().cancel(), usage_error);
}

TEST(task, a_task_that_awaits_itself_throws) {
  run([]() -> task<void> {
    task_handle<void> self;
    self = create_task([](task_handle<void> &me) -> task<void> { co_await me; }(self));
    EXPECT_THROW(co_await self, usage_error);
  }());
}

task<int> fetch_nothing() { co_return 1; }

TEST(conformance, DBG_06_a_coroutine_that_never_ran_is_reported_with_its_place) {
  testing::internal::CaptureStderr();
  {
    [[maybe_unused]] auto forgotten = fetch_nothing();
  }
  {
    auto closed = fetch_nothing();
    closed.discard();
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(said.starts_with("corace: coroutine 'fetch_nothing' was never awaited")) << said;
  EXPECT_NE(said.find("task_test.cpp:"), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}

} // namespace
} // namespace corace::test
