// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

task<void> use(counting_semaphore &s, texts &log, std::string name, int times = 1) {
  for (int i = 1; i <= times; ++i) {
    auto unit = co_await s.acquire();
    log.push_back(times > 1 ? name + std::to_string(i) : name);
  }
}

TEST(conformance, SEM_01_the_start_value) {
  EXPECT_EQ(counting_semaphore().value(), 1);
  EXPECT_TRUE(counting_semaphore(0).locked());
  EXPECT_THROW(counting_semaphore(-1), std::invalid_argument);
}

TEST(conformance, SEM_02_03_a_free_unit_is_taken_without_suspending) {
  run([]() -> task<void> {
    counting_semaphore s{2};
    const auto before = ticks();
    auto one = co_await s.acquire();
    EXPECT_FALSE(s.locked());
    auto two = co_await s.acquire();
    EXPECT_TRUE(s.locked());
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, SEM_05_15_a_task_that_takes_again_goes_to_the_back) {
  texts log;
  counting_semaphore s;
  run([](counting_semaphore &x, texts &l) -> task<void> {
    auto hold = co_await x.acquire();
    auto all = gather(use(x, l, "a", 2), use(x, l, "b", 2), use(x, l, "c", 2));
    co_await yield();
    hold.release();
    co_await std::move(all);
  }(s, log));
  EXPECT_EQ(log, (texts{"a1", "b1", "c1", "a2", "b2", "c2"}));
}

TEST(conformance, SEM_06_nobody_barges_between_grant_and_resume) {
  run([]() -> task<void> {
    counting_semaphore s{0};
    texts log;
    auto waiter = create_task(use(s, log, "waiter"));
    co_await yield();
    s.release();
    EXPECT_FALSE(s.try_acquire());
    co_await use(s, log, "newcomer");
    EXPECT_EQ(log, (texts{"waiter", "newcomer"}));
  }());
}

TEST(conformance, SEM_10_with_two_of_four_cancelled_a_release_serves_the_third) {
  run([]() -> task<void> {
    counting_semaphore s{0};
    texts log;
    auto take = [](counting_semaphore &x, texts &l, std::string name) -> task<void> {
      co_await x.acquire_manual();
      l.push_back(name);
    };
    std::vector<task_handle<void>> all;
    for (int i = 1; i <= 4; ++i)
      all.push_back(create_task(take(s, log, std::to_string(i))));
    co_await yield();
    all[0].cancel();
    all[1].cancel();
    s.release();
    co_await turns(5);
    EXPECT_EQ(log, texts{"3"});
    s.release();
    co_await all[3];
  }());
}

TEST(conformance, SEM_11_cancel_of_the_first_waiter_and_release_do_not_hang_the_second) {
  run([]() -> task<void> {
    counting_semaphore s{0};
    texts log;
    auto first = create_task(use(s, log, "first"));
    auto second = create_task(use(s, log, "second"));
    co_await yield();
    s.release();
    first.cancel(); // it was woken and has not run
    co_await second;
    EXPECT_EQ(log, texts{"second"});
    EXPECT_EQ(s.value(), 1);
  }());
}

TEST(conformance, SEM_13_three_releases_for_one_waiter_leave_two) {
  run([]() -> task<void> {
    counting_semaphore s{0};
    auto waiter = create_task([](counting_semaphore &x) -> task<void> { co_await x.acquire_manual(); }(s));
    co_await yield();
    s.release();
    s.release();
    s.release();
    EXPECT_EQ(s.value(), 2);
    EXPECT_TRUE(s.locked());
    co_await waiter;
    EXPECT_FALSE(s.locked());
    EXPECT_EQ(s.value(), 2);
  }());
}

TEST(conformance, SEM_19_scoped_use_gives_the_unit_back_on_every_way_out) {
  run([]() -> task<void> {
    counting_semaphore s;
    auto thrower = [](counting_semaphore &x) -> task<void> {
      auto unit = co_await x.acquire();
      throw std::runtime_error("inside");
    };
    EXPECT_THROW(co_await thrower(s), std::runtime_error);
    EXPECT_EQ(s.value(), 1);
  }());
}

TEST(semaphore, never_more_inside_than_units) {
  int inside = 0, most = 0;
  run([](int &in, int &max) -> task<void> {
    counting_semaphore s{2};
    auto visit = [](counting_semaphore &x, int &i, int &m) -> task<void> {
      auto unit = co_await x.acquire();
      m = std::max(m, ++i);
      co_await sleep_for(1s);
      --i;
    };
    std::vector<task<void>> all;
    for (int i = 0; i < 5; ++i)
      all.push_back(visit(s, in, max));
    co_await gather(std::move(all));
    EXPECT_EQ(now(), 3s);
  }(inside, most));
  EXPECT_EQ(most, 2);
}

task<void> wait_for(event &e, texts &log, std::string name) {
  co_await e.wait();
  log.push_back(name);
}

TEST(conformance, EVT_01_02_a_new_event_is_unset_and_a_set_one_does_not_suspend) {
  run([]() -> task<void> {
    event e;
    EXPECT_FALSE(e.is_set());
    e.set();
    const auto before = ticks();
    co_await e.wait();
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
    co_await yield();
    e.set();
    e.clear();
    co_await waiter;
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

} // namespace
} // namespace corace::test
