// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The failures that are no races, each beside a twin that is fine.
#include "support.h"

#include <stdexcept>

namespace corace::test {
namespace {

using namespace std::chrono_literals;

explore_failure only(const explore_result &result) {
  EXPECT_EQ(result.failures.size(), 1u);
  for (std::size_t i = 1; i < result.failures.size(); ++i)
    ADD_FAILURE() << result.failures[i].kind << ": " << result.failures[i].message;
  return result.failures.empty() ? explore_failure() : result.failures[0];
}

TEST(report_failure, fails_the_run_and_lets_it_go_on) {
  int ends = 0;
  const auto body = [&](bool report) {
    return [&ends, report]() -> task<void> {
      int turns = 0;
      const auto turn = [](int &n) -> task<void> {
        co_await yield();
        ++n;
      };
      co_await gather(turn(turns), turn(turns));
      if (report)
        report_failure("turns is " + std::to_string(turns));
      ++ends;
    };
  };
  const auto failure = only(explore(body(true)));
  EXPECT_EQ(failure.kind, "assertion");
  EXPECT_EQ(failure.message, "turns is 2");
  EXPECT_TRUE(failure.verified);
  EXPECT_GT(ends, 1);
  EXPECT_TRUE(explore(body(false)).clean());
}

TEST(report_failure, tells_two_places_apart) {
  const auto result = explore([]() -> task<void> {
    report_failure("the same words");
    report_failure("the same words");
    co_return;
  });
  EXPECT_EQ(result.failures.size(), 2u);
}

task<void> both(mutex &x, mutex &y) {
  auto one = co_await x.lock();
  co_await yield();
  auto two = co_await y.lock();
}

TEST(deadlock, names_the_circle_first) {
  const auto result = explore([]() -> task<void> {
    mutex a{"a"}, b{"b"};
    event never{"never"};
    const auto bystander = [](event &e) -> task<void> { co_await e.wait(); };
    auto other = create_task(bystander(never), "other");
    auto one = create_task(both(a, b), "one"), two = create_task(both(b, a), "two");
    co_await gather(one, two);
    other.cancel();
  });
  const std::string said = only(result).message;
  EXPECT_EQ(only(result).kind, "deadlock");
  EXPECT_NE(said.find("has not ended; 'one' waits for mutex 'b', which 'two' holds, and 'two' waits for mutex 'a', "
                      "which 'one' holds; besides, "),
            std::string::npos)
      << said;
}

TEST(deadlock, of_tasks_that_await_each_other_is_a_circle) {
  const auto result = explore([]() -> task<void> {
    task_handle<void> first, second;
    const auto wait = [](task_handle<void> &other) -> task<void> {
      co_await yield();
      co_await other;
    };
    first = create_task(wait(second), "first");
    second = create_task(wait(first), "second");
    co_await first;
  });
  const std::string said = only(result).message;
  EXPECT_NE(said.find("'first' waits for task 'second', and 'second' waits for task 'first'; besides, "),
            std::string::npos)
      << said;
}

task<void> wait_late(event &e) {
  co_await yield();
  co_await e.wait();
}

TEST(lost_wake_up, names_who_gave_it_and_where) {
  const auto result = explore([]() -> task<void> {
    event e{"pulse"};
    const auto pulse = [](event &x) -> task<void> {
      co_await yield();
      x.set();
      x.clear();
    };
    auto late = create_task(wait_late(e), "late"), early = create_task(pulse(e), "early");
    co_await gather(late, early);
  });
  const std::string said = only(result).message;
  EXPECT_EQ(only(result).kind, "deadlock");
  EXPECT_NE(said.find("; lost wake-up: before 'late' waited, task 'early' had woken nobody there, after its await at "
                      "failures_test.cpp:" +
                      std::to_string(__LINE__ - 11)),
            std::string::npos)
      << said;
}

TEST(lost_wake_up, is_not_said_of_one_that_was_taken) {
  const auto result = explore([]() -> task<void> {
    event e{"signal"};
    e.set();
    const auto twice = [](event &x) -> task<void> {
      co_await x.wait();
      x.clear();
      co_await x.wait(); // this one nobody gives
    };
    co_await create_task(twice(e), "twice");
  });
  const std::string said = only(result).message;
  EXPECT_EQ(only(result).kind, "deadlock");
  EXPECT_EQ(said.find("lost wake-up"), std::string::npos) << said;
}

TEST(lost_wake_up, of_a_condition_that_was_notified_too_early) {
  const auto result = explore([]() -> task<void> {
    condition_variable c{"full"};
    const auto consumer = [](condition_variable &x) -> task<void> {
      auto lock = co_await x.lock();
      co_await x.wait(); // without asking whether there is something already
    };
    const auto producer = [](condition_variable &x) -> task<void> {
      auto lock = co_await x.lock();
      x.notify_one();
    };
    auto get = create_task(consumer(c), "consumer"), put = create_task(producer(c), "producer");
    co_await gather(get, put);
  });
  const std::string said = only(result).message;
  EXPECT_NE(said.find("lost wake-up: before 'consumer' waited, task 'producer' had woken nobody there"),
            std::string::npos)
      << said;
}

task<void> fail_late() {
  co_await yield();
  throw std::runtime_error("it broke");
}

TEST(unobserved_failure, of_a_task_that_nobody_asks) {
  const auto result = explore([]() -> task<void> {
    create_task(fail_late(), "worker").detach();
    co_await sleep_for(1ms);
  });
  EXPECT_EQ(only(result).kind, "unobserved-failure");
  EXPECT_NE(only(result).message.find("it broke"), std::string::npos) << only(result).message;
  EXPECT_NE(only(result).message.find("worker"), std::string::npos) << only(result).message;
}

TEST(unobserved_failure, is_none_where_somebody_asks) {
  const auto result = explore([]() -> task<void> {
    auto worker = create_task(fail_late());
    try {
      co_await worker;
    } catch (const std::runtime_error &) {
    }
  });
  EXPECT_TRUE(result.clean());
}

TEST(unobserved_failure, is_not_told_besides_the_failure_that_kept_others_from_asking) {
  const auto result = explore([]() -> task<void> {
    auto worker = create_task(fail_late());
    co_await sleep_for(1ms);
    throw std::logic_error("before it was asked");
  });
  EXPECT_EQ(only(result).kind, "exception");
}

explore_options short_runs() {
  explore_options options;
  options.steps = 2000;
  options.runs = 20;
  return options;
}

task<void> spin_until(shared<bool> &flag) {
  while (!flag.load())
    co_await yield();
}

TEST(livelock, of_tasks_that_wait_for_each_other_in_loops) {
  const auto result = explore(
      []() -> task<void> {
        shared<bool> a{false, "a"}, b{false, "b"};
        const auto after = [](shared<bool> &mine, shared<bool> &other) -> task<void> {
          co_await spin_until(other);
          mine.store(true);
        };
        co_await gather(after(a, b), after(b, a));
      },
      short_runs());
  const auto failure = only(result);
  EXPECT_EQ(failure.kind, "livelock");
  EXPECT_NE(failure.message.find("nothing has changed that is seen; 'TestBody' at failures_test.cpp:" +
                                 std::to_string(__LINE__ - 17)),
            std::string::npos)
      << failure.message;
  EXPECT_TRUE(failure.verified);
  EXPECT_EQ(failure.switches, 0u);
  EXPECT_FALSE(result.complete);
}

TEST(livelock, is_none_where_another_task_ends_the_loop) {
  const auto result = explore(
      []() -> task<void> {
        shared<bool> done{false, "done"};
        const auto finish = [](shared<bool> &flag) -> task<void> {
          for (int i = 0; i < 100; ++i)
            co_await yield();
          flag.store(true);
        };
        co_await gather(spin_until(done), finish(done));
      },
      short_runs());
  EXPECT_TRUE(result.clean()) << result.failures[0].message;
  EXPECT_EQ(result.cut_off, 0u); // not even under a schedule that would let the loop run alone
}

TEST(livelock, is_none_in_a_long_run_that_ends) {
  explore_options options = short_runs();
  const auto result = explore(
      []() -> task<void> {
        for (int i = 0; i < 1700; ++i)
          co_await yield();
      },
      options);
  EXPECT_TRUE(result.clean()) << result.failures[0].message;
}

TEST(step_limit, is_a_failure_where_that_is_asked_for) {
  const auto body = []() -> task<void> {
    shared<int> turns{0, "turns"};
    for (;; ++turns)
      co_await yield();
  };
  explore_options options = short_runs();
  EXPECT_TRUE(explore(body, options).clean());
  options.fail_at_step_limit = true;
  const auto failure = only(explore(body, options));
  EXPECT_EQ(failure.kind, "step-limit");
  EXPECT_EQ(failure.message, "the run had not ended after 2000 steps");
}

TEST(double_resume, of_a_task_by_its_handle) {
  const auto body = [](bool meddle) {
    return [meddle]() -> task<void> {
      auto victim = create_task([]() -> task<void> { co_await yield(); }(), "victim");
      co_await yield();
      // Where it has run already, it stands in the ready queue once more.
      if (detail::task_state &state = victim.task(); meddle && state.now == detail::task_state::phase::ready) {
        const std::coroutine_handle<> innermost = state.innermost;
        innermost.resume();
      }
      co_await victim;
    };
  };
  const auto failure = only(explore(body(true)));
  EXPECT_EQ(failure.kind, "double-resume");
  EXPECT_EQ(failure.message, "task 'victim' was resumed by somebody else than its event loop, to its end");
  EXPECT_TRUE(explore(body(false)).clean());
}

} // namespace
} // namespace corace::test
