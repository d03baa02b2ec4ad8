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
  EXPECT_FALSE(counting_semaphore().locked());
  EXPECT_EQ(counting_semaphore(0).value(), 0);
  EXPECT_TRUE(counting_semaphore(0).locked());
  EXPECT_EQ(message_of<std::invalid_argument>([] { counting_semaphore(-1, "s"); }),
            "corace: semaphore 's' of a negative number of units");
  EXPECT_EQ(bounded_semaphore().value(), 1);
  EXPECT_TRUE(bounded_semaphore(0).locked());
  EXPECT_THROW(bounded_semaphore(-1), std::invalid_argument);
}

TEST(conformance, SEM_02_a_free_unit_is_taken_without_suspending) {
  run([]() -> task<void> {
    counting_semaphore s{2};
    const auto before = ticks();
    EXPECT_TRUE(co_await s.acquire_manual());
    auto two = co_await s.acquire();
    EXPECT_TRUE(two.owns_unit());
    EXPECT_EQ(s.value(), 0);
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, SEM_03_locked_means_that_nothing_can_be_taken_now) {
  run([]() -> task<void> {
    counting_semaphore s{2};
    texts log;
    auto one = co_await s.acquire();
    EXPECT_FALSE(s.locked());
    auto two = co_await s.acquire();
    EXPECT_TRUE(s.locked());
    auto waiter = create_task(use(s, log, "waiter"));
    co_await yield();
    one.release();
    two.release();
    EXPECT_EQ(s.value(), 1);
    EXPECT_TRUE(s.locked()); // the waiter goes first
    EXPECT_FALSE(s.try_acquire());
    co_await waiter;
    EXPECT_FALSE(s.locked());
  }());
}

TEST(conformance, SEM_05_waiters_are_served_in_the_order_in_which_they_came) {
  run([]() -> task<void> {
    counting_semaphore s{0};
    texts log;
    auto all = gather(use(s, log, "a"), use(s, log, "b"), use(s, log, "c"), use(s, log, "d"));
    co_await turns(2);
    s.release();
    co_await std::move(all);
    EXPECT_EQ(log, (texts{"a", "b", "c", "d"}));
  }());
}

TEST(conformance, SEM_08_cancelling_a_queued_acquire_loses_no_unit) {
  run([]() -> task<void> {
    counting_semaphore s{1};
    texts log;
    auto hold = co_await s.acquire();
    auto waiting = create_task(use(s, log, "waiting"));
    co_await yield();
    waiting.cancel(); // in the queue
    EXPECT_TRUE(co_await ends_cancelled(waiting));
    auto woken = create_task(use(s, log, "woken"));
    co_await yield();
    hold.release();
    woken.cancel(); // its unit is on the way
    EXPECT_TRUE(co_await ends_cancelled(woken));
    EXPECT_EQ(s.value(), 1);
    EXPECT_FALSE(s.locked());
    EXPECT_EQ(log, texts{});
  }());
}

TEST(conformance, SEM_15_a_task_that_takes_again_goes_to_the_back) {
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

TEST(conformance, SEM_16_release_and_acquire_in_one_task_let_the_queued_third_task_in_first) {
  run([]() -> task<void> {
    counting_semaphore s{1};
    texts log;
    auto first = create_task([](counting_semaphore &x, texts &l) -> task<void> {
      co_await x.acquire_manual();
      l.push_back("1");
      co_await yield();
      l.push_back("2");
      x.release();
      co_await x.acquire_manual();
      l.push_back("4");
      x.release();
    }(s, log));
    auto third = create_task(use(s, log, "3"));
    co_await gather(first, third);
    EXPECT_EQ(log, (texts{"1", "2", "3", "4"}));
    EXPECT_EQ(s.value(), 1);
  }());
}

TEST(conformance, SEM_18_otherwise_a_bounded_semaphore_is_a_semaphore) {
  run([]() -> task<void> {
    bounded_semaphore s{2, "s"};
    texts log;
    auto one = co_await s.acquire();
    auto two = co_await s.acquire();
    EXPECT_TRUE(s.locked());
    auto a = create_task(use(s, log, "a"));
    auto cancelled = create_task(use(s, log, "cancelled"));
    auto b = create_task(use(s, log, "b"));
    co_await yield();
    cancelled.cancel();
    one.release();
    EXPECT_FALSE(s.try_acquire());
    co_await gather(a, b);
    EXPECT_EQ(log, (texts{"a", "b"}));
    two.release();
    EXPECT_EQ(s.value(), 2);
    EXPECT_EQ(to_string(s), "bounded semaphore 's' value 2");
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

TEST(conformance, SEM_21_the_text_form_shows_the_free_units_or_that_it_is_locked) {
  run([]() -> task<void> {
    counting_semaphore s{2, "s"};
    texts log;
    EXPECT_EQ(to_string(s), "semaphore 's' value 2");
    auto one = co_await s.acquire();
    EXPECT_EQ(to_string(s), "semaphore 's' value 1");
    auto two = co_await s.acquire();
    EXPECT_EQ(to_string(s), "semaphore 's' locked");
    auto waiter = create_task(use(s, log, "waiter"));
    co_await yield();
    EXPECT_EQ(to_string(s), "semaphore 's' locked, 1 waiter");
    one.release();
    EXPECT_EQ(to_string(s), "semaphore 's' locked, 1 waiter");
    co_await waiter;
    EXPECT_EQ(to_string(s), "semaphore 's' value 1");
  }());
}

TEST(conformance, SEM_22_acquire_gives_true) {
  run([]() -> task<void> {
    counting_semaphore s{1};
    const bool at_once = co_await s.acquire_manual();
    EXPECT_TRUE(at_once);
    auto waiter = create_task([](counting_semaphore &x) -> task<bool> { co_return co_await x.acquire_manual(); }(s));
    co_await yield();
    s.release();
    EXPECT_TRUE(co_await waiter);
  }());
}

TEST(semaphore, several_units_are_put_back_at_once_and_negative_numbers_refused) {
  run([]() -> task<void> {
    counting_semaphore s{0, "s"};
    texts log;
    auto all = gather(use(s, log, "a"), use(s, log, "b"), use(s, log, "c"));
    co_await turns(2);
    s.release(2);
    co_await std::move(all);
    EXPECT_EQ(log, (texts{"a", "b", "c"}));
    EXPECT_EQ(message_of<std::invalid_argument>([&] { s.release(-1); }),
              "corace: a negative number of units is put back into semaphore 's'");
    EXPECT_EQ(s.value(), 2);
    EXPECT_THROW(s.release(std::numeric_limits<std::ptrdiff_t>::max()), usage_error);
  }());
}

TEST(bounded_semaphore, an_over_release_throws_and_changes_nothing) {
  run([]() -> task<void> {
    bounded_semaphore s{1, "s"};
    EXPECT_EQ(message_of<usage_error>([&] { s.release(); }),
              "task 'main' puts more units back into bounded semaphore 's' than were taken");
    EXPECT_EQ(s.value(), 1);
    std::string report;
    event_loop::current()->set_exception_handler([&](event_loop &, const loop_report &r) { report = r.message; });
    {
      auto unit = co_await s.acquire();
      s.release(); // by hand, and then by the guard
    }
    EXPECT_EQ(report, "task 'main' puts more units back into bounded semaphore 's' than were taken");
    EXPECT_EQ(s.value(), 1);
    event_loop::current()->set_exception_handler({});
  }());
}

TEST(semaphore, a_unit_that_was_granted_when_the_loop_went_away_is_not_lost) {
  counting_semaphore s{0};
  texts log;
  {
    event_loop loop;
    loop.run_until_complete([](counting_semaphore &x, texts &l) -> task<void> {
      create_task(use(x, l, "waiter")).detach();
      co_await yield();
      event_loop::current()->forgive_pending();
    }(s, log));
    s.release();
    EXPECT_EQ(s.value(), 0);
  }
  EXPECT_EQ(s.value(), 1);
  EXPECT_FALSE(s.locked());
  EXPECT_EQ(log, texts{});
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

task<void> keep_unit(counting_semaphore &s, texts &log, std::string name, int after_turns, event &until) {
  co_await turns(after_turns);
  auto held = co_await s.acquire();
  log.push_back(std::move(name));
  co_await until.wait();
}

// Units come free while the one that was granted the first has not run: who queued behind it gets the next.
TEST(semaphore, whoever_came_while_a_granted_one_was_on_its_way_is_served) {
  for (const bool strict : {false, true}) {
    texts log;
    run(
        [](texts &l) -> task<void> {
          counting_semaphore s(2, "s");
          event never("never"), now("now");
          now.set();
          auto a = create_task(keep_unit(s, l, "a", 0, now)), b = create_task(keep_unit(s, l, "b", 0, now));
          auto first = create_task(keep_unit(s, l, "first", 0, never));
          std::vector<task_handle<void>> late;
          for (int after = 0; after < 4; ++after)
            late.push_back(create_task(keep_unit(s, l, "late", after, now)));
          co_await sleep_for(1s);
          EXPECT_EQ(to_string(s), "semaphore 's' value 1");
          first.cancel();
          EXPECT_TRUE(co_await ends_cancelled(first)); // its unit goes back before the semaphore does
        }(log),
        run_options{.strict = strict});
    EXPECT_EQ(std::count(log.begin(), log.end(), "late"), 4) << strict;
    EXPECT_EQ(std::count(log.begin(), log.end(), "first"), 1) << strict;
  }
}

} // namespace
} // namespace corace::test
