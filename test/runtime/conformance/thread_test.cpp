// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <atomic>
#include <future>
#include <thread>

namespace corace::test {
namespace {

context_var<int> number{"number"};

/// A loop that runs on a thread of its own until the end of the scope.
class loop_thread {
public:
  loop_thread() : thread_([this] { loop_.run_until_complete(stay(stop_.get_future())); }) {}
  ~loop_thread() {
    stop_.set_value();
    thread_.join();
  }
  event_loop &loop() { return loop_; }

private:
  static task<void> stay(thread_future<void> until) { co_await until; }
  event_loop loop_;
  thread_promise<void> stop_;
  std::thread thread_;
};

TEST(conformance, THR_01_the_function_runs_on_another_thread_and_gives_its_value) {
  run([]() -> task<void> {
    const auto mine = std::this_thread::get_id();
    const auto theirs = co_await to_thread([] { return std::this_thread::get_id(); });
    EXPECT_NE(mine, theirs);
    EXPECT_EQ(mine, std::this_thread::get_id()); // and the task stays on its own
    bool called = false;
    co_await to_thread([&] { called = true; });
    EXPECT_TRUE(called);
    EXPECT_EQ(&co_await to_thread([&]() -> bool & { return called; }), &called);
  }());
}

TEST(conformance, THR_02_its_exception_is_thrown_at_the_await) {
  run([]() -> task<void> {
    try {
      co_await to_thread([] { throw std::runtime_error("there"); });
      ADD_FAILURE();
    } catch (const std::runtime_error &e) {
      EXPECT_STREQ(e.what(), "there");
    }
    EXPECT_THROW(co_await to_thread([]() -> int { throw 5; }), int);
  }());
}

TEST(conformance, THR_04_arguments_are_handed_through) {
  run([]() -> task<void> {
    EXPECT_EQ(
        co_await to_thread([](int a, const std::string &b) { return b + std::to_string(a); }, 1, std::string("x")),
        "x1");
    int target = 0;
    co_await to_thread([](int &r) { r = 7; }, std::ref(target));
    EXPECT_EQ(target, 7);
    const auto back = co_await to_thread([](std::unique_ptr<int> p) { return p; }, std::make_unique<int>(3));
    EXPECT_EQ(*back, 3);
  }());
}

TEST(conformance, THR_05_a_coroutine_from_another_thread_runs_on_the_loop_and_its_result_gets_there) {
  loop_thread other;
  const auto where = submit(other.loop(), []() -> task<std::thread::id> {
    co_await turns(3);
    co_return std::this_thread::get_id();
  }());
  EXPECT_NE(where.get(), std::this_thread::get_id());
  EXPECT_EQ(submit(other.loop(), give(5, 2)).get(), 5);
  bool ran = false;
  submit(other.loop(),
         [](bool &r) -> task<void> {
           r = event_loop::current() != nullptr;
           co_return;
         }(ran))
      .get();
  EXPECT_TRUE(ran);
}

TEST(conformance, THR_06_its_exception_gets_there_too) {
  loop_thread other;
  const auto failed = submit(other.loop(), fail("on the loop", 2));
  try {
    failed.get();
    ADD_FAILURE();
  } catch (const std::runtime_error &e) {
    EXPECT_STREQ(e.what(), "on the loop");
  }
}

TEST(conformance, THR_08_a_task_that_is_cancelled_on_the_loop_throws_in_the_thread) {
  loop_thread other;
  const auto cancelled = submit(other.loop(), []() -> task<int> {
    this_task::cancel();
    co_await yield();
    co_return 1;
  }());
  EXPECT_THROW((void)cancelled.get(), cancelled_error);
  EXPECT_TRUE(cancelled.cancelled());
}

TEST(conformance, FUT_24_cancelling_the_wrapper_cancels_the_source_if_that_is_pending) {
  run([]() -> task<void> {
    const thread_promise<int> pending;
    const auto wrapper = wrap_future(pending.get_future());
    EXPECT_TRUE(wrapper.cancel());
    EXPECT_TRUE(pending.get_future().cancelled());
    bool threw = false;
    try {
      (void)co_await wrapper;
    } catch (const cancelled_error &) {
      threw = true;
    }
    EXPECT_TRUE(threw);

    const thread_promise<int> ended;
    const auto late = wrap_future(ended.get_future());
    ended.set_value(42);
    late.cancel();
    co_await turns(3);
    EXPECT_TRUE(late.cancelled());
    EXPECT_EQ(ended.get_future().get(), 42);

    const thread_promise<int> good, bad;
    const auto value = wrap_future(good.get_future());
    const auto error = wrap_future(bad.get_future());
    std::thread([&] {
      good.set_value(1);
      bad.set_exception(std::make_exception_ptr(std::runtime_error("bad")));
    }).join();
    EXPECT_EQ(co_await value, 1);
    EXPECT_THROW((void)co_await error, std::runtime_error);
  }());
}

TEST(to_thread, runs_in_a_copy_of_the_tasks_context) {
  run([]() -> task<void> {
    number.set(1);
    EXPECT_EQ(co_await to_thread([] {
                const int seen = number.get();
                number.set(2);
                return seen * 10 + number.get();
              }),
              12);
    EXPECT_EQ(number.get(), 1);
    EXPECT_EQ(co_await to_thread([] { return number.get(); }), 1);
  }());
}

TEST(to_thread, many_at_once_use_few_threads_and_lose_nothing) {
  run([]() -> task<void> {
    std::vector<task<int>> all;
    for (int i = 0; i < 500; ++i)
      all.push_back(to_thread([](int x) { return x; }, i));
    const auto results = co_await gather(std::move(all));
    int sum = 0;
    for (const int each : results)
      sum += each;
    EXPECT_EQ(sum, 500 * 499 / 2);
  }());
}

TEST(to_thread, a_cancelled_task_goes_on_at_once_and_the_result_is_dropped) {
  std::promise<void> release;
  std::atomic<bool> ended{false};
  run([](std::promise<void> &r, std::atomic<bool> &e) -> task<void> {
    std::promise<void> begun;
    auto blocked = create_task(to_thread([&begun, &e, f = r.get_future().share()] {
      begun.set_value();
      f.wait();
      e = true;
      return std::make_unique<int>(1);
    }));
    co_await to_thread([f = begun.get_future().share()] { f.wait(); });
    blocked.cancel("enough");
    try {
      (void)co_await blocked;
      ADD_FAILURE();
    } catch (const cancelled_error &error) {
      EXPECT_EQ(error.message(), "enough");
    }
    EXPECT_FALSE(e); // it is still at it
    r.set_value();
  }(release, ended));
  EXPECT_TRUE(ended); // the end of the loop has waited for it
}

template <class F>
concept threadable = requires(F f) { to_thread(f); };

TEST(to_thread, needs_a_loop_and_something_to_call) {
  static_assert(!threadable<void (*)(int)> && threadable<void (*)()>);
  auto lone = to_thread([] {});
  lone.discard();
}

TEST(submit, cancelling_from_the_thread_ends_it_there_and_cancels_the_task) {
  loop_thread other;
  std::promise<void> waiting, cleaned;
  const auto future = submit(other.loop(), [](std::promise<void> &w, std::promise<void> &c) -> task<void> {
    try {
      w.set_value();
      co_await sleep_long();
    } catch (const cancelled_error &) {
      c.set_value();
      throw;
    }
  }(waiting, cleaned));
  waiting.get_future().wait();
  EXPECT_FALSE(future.wait_for(0s));
  EXPECT_TRUE(future.cancel("stop"));
  EXPECT_FALSE(future.cancel());
  EXPECT_THROW(future.get(), cancelled_error);
  cleaned.get_future().wait();
}

TEST(submit, waiting_on_the_loops_own_thread_is_refused) {
  run([]() -> task<void> {
    auto future = submit(*event_loop::current(), give(1));
    EXPECT_THROW((void)future.get(), usage_error);
    EXPECT_EQ(co_await future, 1); // awaiting is the way
  }());
}

TEST(submit, a_closed_loop_refuses) {
  event_loop loop;
  loop.close();
  EXPECT_THROW((void)submit(loop, give(1)), usage_error);
}

TEST(submit, what_a_closing_loop_leaves_undone_ends_cancelled) {
  std::optional<thread_future<void>> waits, never_begun;
  {
    event_loop loop;
    loop.forgive_pending();
    waits = submit(loop, sleep_long());
    loop.run_until_complete(turns(3));
    never_begun = submit(loop, sleep_long());
    EXPECT_FALSE(waits->done());
  }
  for (const auto &each : {*waits, *never_begun}) {
    try {
      each.get();
      ADD_FAILURE();
    } catch (const cancelled_error &e) {
      EXPECT_STREQ(e.what(), "the event loop was closed");
    }
  }
}

TEST(submit, a_task_that_is_cancelled_before_it_began_ends_the_future) {
  event_loop loop;
  const auto future = submit(loop, give(1));
  loop.run_until_complete([]() -> task<void> {
    const auto all = event_loop::current()->all_tasks();
    for (const any_task &each : all)
      if (!(each.name() == "Task-1"))
        each.cancel();
    co_await turns(3);
  }());
  EXPECT_TRUE(future.done());
}

TEST(thread_promise, one_that_goes_without_a_result_is_told_of) {
  std::optional<thread_future<int>> future;
  {
    const thread_promise<int> lost;
    future = lost.get_future();
  }
  EXPECT_THROW((void)future->get(), invalid_state);
}

// Everything at once: submissions, cancellations and functions on threads, while the loop closes.
TEST(threads, races_with_the_end_of_the_loop) {
  for (int round = 0; round < 1000; ++round) {
    auto loop = std::make_unique<event_loop>();
    loop->forgive_pending();
    std::atomic<bool> go{false};
    std::atomic<int> ended{0}, refused{0};
    std::thread submitter([&] {
      while (!go)
        std::this_thread::yield();
      for (int i = 0; i < 4; ++i) {
        try {
          const auto future = submit(*loop, give(i, i));
          if (i % 2)
            future.cancel();
          try {
            (void)future.get(); // always comes back
          } catch (const cancelled_error &) {
          }
          ++ended;
        } catch (const usage_error &) { // closed
          ++refused;
        }
      }
    });
    loop->run_until_complete([](std::atomic<bool> &g, int turns_left) -> task<void> {
      auto one = create_task(to_thread([] { return 1; }));
      auto two = create_task(to_thread([] { return 2; }));
      g = true;
      co_await turns(turns_left);
      two.cancel();
      if (turns_left % 2)
        (void)co_await one;
      else
        std::move(one).detach();
    }(go, round % 7));
    loop->close();
    submitter.join(); // a loop has to outlive those who use it; being closed is enough
    EXPECT_EQ(ended + refused, 4);
    loop.reset();
  }
}

} // namespace
} // namespace corace::test
