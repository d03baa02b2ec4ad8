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

template <class Handle>
concept settable = requires(Handle &h) { h.set_value(); } || requires(Handle &h) { h.set_value(1); } ||
                   requires(Handle &h) { h.set_exception(std::exception_ptr()); };

TEST(conformance, TASK_09_nobody_sets_the_result_of_a_task_from_outside) {
  static_assert(settable<promise<int>> && settable<promise<void>>);
  static_assert(!settable<task_handle<int>> && !settable<task_handle<void>> && !settable<future<int>>);
}

TEST(conformance, TASK_13_in_a_call_back_no_task_runs) {
  run([]() -> task<void> {
    promise<bool> seen;
    event_loop::current()->call_soon([=] { seen.set_value(static_cast<bool>(this_task::current())); });
    EXPECT_FALSE(co_await seen.get_future());
    EXPECT_EQ(this_task::current().name(), "main");
  }());
}

TEST(conformance, TASK_16_a_task_exposes_its_coroutine_and_its_context) {
  run([]() -> task<void> {
    auto handle = create_task(turns(1));
    EXPECT_NE(handle.coroutine_address(), nullptr);
    EXPECT_FALSE(std::coroutine_handle<>::from_address(handle.coroutine_address()).done());
    EXPECT_EQ(handle.context(), handle.context());
    co_await handle;
    EXPECT_EQ(handle.coroutine_address(), nullptr);
  }());
}

struct rented_awaitable {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  int await_resume() const noexcept { return 9; }
};
template <class T>
concept makes_a_task = requires(T x) { create_task(std::move(x)); };

TEST(conformance, TASK_17_create_task_keeps_what_is_a_task_or_a_future) {
  static_assert(!makes_a_task<int> && !makes_a_task<std::string>);
  run([]() -> task<void> {
    auto handle = create_task(give(1));
    EXPECT_EQ(create_task(handle), handle);
    promise<int> p;
    p.set_value(2);
    EXPECT_EQ(create_task(p.get_future()), p.get_future());
    EXPECT_EQ(co_await create_task([]() -> task<int> { co_return co_await rented_awaitable(); }()), 9);
    event_loop other;
    EXPECT_THROW((void)create_task(promise<int>(other).get_future()), std::invalid_argument);
    co_await handle;
  }());
}

task<void> innermost() { co_await sleep_for(1s); }
task<void> middle() { co_await innermost(); }
task<void> outermost() {
  co_await give(1); // has ended, and is no part of the stack any more
  co_await middle();
}

TEST(conformance, TASK_18_a_suspended_task_tells_its_await_stack) {
  run([]() -> task<void> {
    auto handle = create_task(outermost());
    co_await turns(2);
    texts names;
    for (const std::source_location &each : handle.await_stack()) {
      const std::string name = each.function_name();
      for (const char *known : {"outermost", "middle", "innermost"})
        if (name.find(known) != std::string::npos)
          names.push_back(known);
    }
    EXPECT_EQ(names, (texts{"outermost", "middle", "innermost"}));
    co_await handle;
    EXPECT_TRUE(handle.await_stack().empty());
  }());
}

TEST(conformance, TASK_19_what_cannot_be_awaited_is_refused_when_it_is_compiled) {
  static_assert(!detail::awaitable<int> && !detail::awaitable<std::string> && !detail::awaitable<mutex &>);
  static_assert(detail::awaitable<task<int>> && detail::awaitable<future<int> &> &&
                detail::awaitable<rented_awaitable>);
}

TEST(conformance, TASK_21_a_fatal_exit_is_kept_and_comes_out_of_the_loop) {
  event_loop loop;
  task_handle<void> kept;
  loop.call_soon([&] {
    kept = create_task([]() -> task<void> {
      co_await yield();
      throw fatal_exit(4);
    }());
  });
  try {
    loop.run_forever();
    FAIL();
  } catch (const fatal_exit &e) {
    EXPECT_EQ(e.code(), 4);
  }
  ASSERT_TRUE(kept.done());
  EXPECT_THROW(kept.result(), fatal_exit);
}

TEST(conformance, TASK_25_a_task_that_somebody_else_resumes_to_its_end_is_reported_to_the_handler) {
  run([]() -> task<void> {
    texts reports;
    event_loop &loop = *event_loop::current();
    loop.set_exception_handler([&](event_loop &, const loop_report &report) {
      reports.push_back(to_string(report));
      EXPECT_THROW(std::rethrow_exception(report.exception), invalid_state);
    });
    auto victim = create_task(give(6, 1), "victim");
    co_await yield(); // now it stands in the ready queue, at its own yield()
    std::coroutine_handle<> innermost_coroutine = victim.task().innermost;
    innermost_coroutine.resume();
    EXPECT_EQ(co_await victim, 6) << "who awaits it notices nothing";
    EXPECT_EQ(reports.size(), 1u);
    if (!reports.empty()) {
      EXPECT_TRUE(reports[0].starts_with("task 'victim' was resumed to its end by somebody else")) << reports[0];
    }
    loop.set_exception_handler(nullptr);
  }());
}

TEST(conformance, TASK_26_the_text_of_a_pending_task_names_what_it_waits_for) {
  run([]() -> task<void> {
    event door("door");
    auto handle = create_task([](event &e) -> task<void> { co_await e.wait(); }(door), "visitor");
    EXPECT_EQ(to_string(handle), "task 'visitor' pending");
    co_await yield();
    EXPECT_EQ(to_string(handle), "task 'visitor' pending, waits for event 'door'");
    auto other = create_task([](task_handle<void> h) -> task<void> { co_await h; }(handle), "other");
    co_await yield();
    EXPECT_EQ(to_string(other), "task 'other' pending, waits for task 'visitor'");
    door.set();
    co_await other;
    EXPECT_EQ(to_string(handle), "task 'visitor' finished");
  }());
}

template <class T> future<T> holding(T value) {
  promise<T> p;
  p.set_value(std::move(value));
  return p.get_future();
}

TEST(conformance, TASK_27_a_text_does_not_follow_results_for_ever) {
  run([]() -> task<void> {
    promise<any_future> self;
    self.set_value(self.get_future());
    EXPECT_EQ(to_string(self.get_future()), "a future finished with a future finished");
    detail::value_in<any_future>(*self.get_future().state()).reset(); // nobody else would break the circle
    const auto two = holding(holding(5));
    EXPECT_EQ(to_string(two), "a future finished with a future finished with 5");
    const auto five = holding(holding(holding(two)));
    EXPECT_EQ(to_string(five), "a future finished with a future finished with a future finished with ...");
    co_return;
  }());
}

TEST(conformance, TASK_29_a_task_is_usable_wherever_a_future_is) {
  run([]() -> task<void> {
    const auto handle = create_task(give(8, 1));
    future<int> f = handle;
    EXPECT_EQ(f, handle);
    EXPECT_EQ(co_await f, 8);
    const any_future any = handle;
    EXPECT_TRUE(any.done());
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
              "deadlock: nothing can run, and task 'main' has not ended; 'one' waits for mutex 'second', which 'two' "
              "holds, and 'two' waits for mutex 'first', which 'one' holds; besides, 'main' waits for a gather of 2 "
              "tasks");
  }
}

TEST(task, an_await_after_a_move_or_a_second_await_throws) {
  run([]() -> task<void> {
    auto once = give(1);
    EXPECT_EQ(co_await once, 1);
    try {
      (void)co_await once;
      ADD_FAILURE() << "nothing came out";
    } catch (const usage_error &e) {
      EXPECT_TRUE(
          std::string(e.what()).starts_with("corace::task: the coroutine 'give' is awaited for the second time"));
    }
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

} // namespace
} // namespace corace::test
