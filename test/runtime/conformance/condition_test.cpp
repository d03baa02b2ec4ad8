// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

task<void> wait_at(condition_variable &c, texts &log, std::string name) {
  auto lock = co_await c.lock();
  EXPECT_TRUE(co_await c.wait());
  EXPECT_TRUE(c.locked());
  log.push_back(std::move(name));
}

/// Writes what comes out of wait(), and whether this task holds the lock then.
task<void> wait_and_tell(condition_variable &c, texts &log) {
  auto lock = co_await c.lock();
  std::string text = "woken";
  try {
    co_await c.wait();
  } catch (const cancelled_error &e) {
    text = "cancelled " + e.message();
  }
  const bool held = to_string(c.get_mutex()).find("locked by '" + this_task::name() + "'") != std::string::npos;
  log.push_back(text + (held ? ", holds" : ", does not hold"));
}

task<void> notify(condition_variable &c, std::size_t count) {
  auto lock = co_await c.lock();
  c.notify(count);
}

TEST(conformance, COND_01_a_condition_makes_its_own_lock_unless_given_one) {
  run([]() -> task<void> {
    condition_variable own;
    EXPECT_FALSE(own.locked());
    {
      auto lock = co_await own.lock();
      EXPECT_TRUE(own.locked());
      EXPECT_TRUE(own.get_mutex().locked());
    }
    mutex m;
    condition_variable a(m), b(m);
    EXPECT_EQ(&a.get_mutex(), &m);
    EXPECT_TRUE(co_await a.lock_manual());
    EXPECT_TRUE(m.locked());
    EXPECT_TRUE(b.locked());
    b.unlock();
    EXPECT_FALSE(m.locked());
    EXPECT_TRUE(a.try_lock());
    m.unlock();
  }());
  static constinit condition_variable global{"global"};
  EXPECT_FALSE(global.locked());
}

TEST(conformance, COND_02_scoped_use_takes_and_releases_the_lock) {
  run([]() -> task<void> {
    condition_variable c;
    const auto thrower = [](condition_variable &x) -> task<void> {
      auto lock = co_await x.lock();
      EXPECT_TRUE(x.get_mutex().locked());
      throw std::runtime_error("inside");
    };
    EXPECT_THROW(co_await thrower(c), std::runtime_error);
    EXPECT_FALSE(c.get_mutex().locked());
  }());
}

TEST(conformance, COND_03_wait_without_the_lock_throws) {
  run([]() -> task<void> {
    condition_variable c{"c"};
    const auto wait = [](condition_variable &x) -> task<void> { co_await x.wait(); };
    EXPECT_EQ(co_await error_of(create_task(wait(c), "w")),
              "task 'w' waits at condition variable 'c' and does not hold mutex 'c'");
    auto lock = co_await c.lock(); // held, but not by who waits
    EXPECT_EQ(co_await error_of(create_task(wait(c), "w")),
              "task 'w' waits at condition variable 'c' and does not hold mutex 'c'");
  }());
}

TEST(conformance, COND_05_wait_releases_the_lock_while_it_waits) {
  run([]() -> task<void> {
    condition_variable c;
    texts log;
    auto waiter = create_task(wait_at(c, log, "woken"));
    co_await yield();
    EXPECT_FALSE(c.locked());
    {
      auto lock = co_await c.lock();
      c.notify_one();
      co_await turns(3);
      EXPECT_EQ(log, texts{}); // it has to wait for the lock
    }
    co_await waiter;
    EXPECT_EQ(log, texts{"woken"});
    EXPECT_FALSE(c.locked());
  }());
}

TEST(conformance, COND_07_notify_wakes_at_most_so_many_oldest_first) {
  run([]() -> task<void> {
    condition_variable c;
    texts log;
    std::vector<task_handle<void>> all;
    for (const char *name : {"1", "2", "3", "4", "5", "6"})
      all.push_back(create_task(wait_at(c, log, name)));
    co_await yield();
    {
      auto lock = co_await c.lock();
      c.notify_one();
    }
    co_await turns(10);
    EXPECT_EQ(log, (texts{"1"}));
    co_await notify(c, 2);
    co_await turns(10);
    EXPECT_EQ(log, (texts{"1", "2", "3"}));
    co_await notify(c, 0);
    co_await turns(10);
    EXPECT_EQ(log, (texts{"1", "2", "3"}));
    co_await notify(c, 2048);
    co_await turns(10);
    EXPECT_EQ(log, (texts{"1", "2", "3", "4", "5", "6"}));
    for (auto &each : all)
      EXPECT_TRUE(each.done());
  }());
}

TEST(conformance, COND_08_a_notification_without_waiters_is_forgotten) {
  run([]() -> task<void> {
    condition_variable c;
    texts log;
    co_await notify(c, 3);
    auto waiter = create_task(wait_at(c, log, "woken"));
    co_await turns(5);
    EXPECT_EQ(log, texts{});
    co_await notify(c, 1);
    co_await waiter;
  }());
}

TEST(conformance, COND_10_waiters_that_are_cancelled_already_do_not_use_up_a_notification) {
  run([]() -> task<void> {
    condition_variable c;
    texts log;
    auto first = create_task(wait_at(c, log, "first"));
    auto second = create_task(wait_at(c, log, "second"));
    auto third = create_task(wait_at(c, log, "third"));
    co_await yield();
    {
      auto lock = co_await c.lock();
      first.cancel();
      c.notify_one();
    }
    EXPECT_TRUE(co_await ends_cancelled(first));
    co_await second;
    EXPECT_EQ(log, texts{"second"});
    EXPECT_FALSE(third.done());
    co_await notify(c, 1);
    co_await third;
  }());
}

TEST(conformance, COND_12_cancels_during_the_reacquisition_do_not_abort_it_and_the_last_one_comes_out) {
  run([]() -> task<void> {
    condition_variable c;
    texts log;
    auto waiter = create_task(wait_and_tell(c, log));
    co_await yield();
    auto lock = co_await c.lock();
    waiter.cancel("one"); // ends the wait; the lock is held by this task
    co_await turns(3);
    waiter.cancel("two");
    co_await turns(3);
    waiter.cancel("three");
    co_await turns(3);
    EXPECT_EQ(log, texts{});
    EXPECT_FALSE(waiter.done());
    lock.unlock();
    co_await waiter;
    EXPECT_EQ(log, texts{"cancelled three, holds"});
    EXPECT_FALSE(c.locked());
  }());
}

TEST(conformance, COND_13_a_cancel_between_notification_and_lock_ends_the_wait_with_the_lock_held) {
  run([]() -> task<void> {
    condition_variable c;
    texts log;
    auto waiter = create_task(wait_and_tell(c, log));
    auto next = create_task(wait_and_tell(c, log));
    co_await yield();
    {
      auto lock = co_await c.lock();
      c.notify_one();
      co_await yield();
      waiter.cancel("late");
    }
    co_await waiter;
    co_await next; // the notification is not lost
    EXPECT_EQ(log, (texts{"cancelled late, holds", "woken, holds"}));
  }());
}

TEST(conformance, COND_15_the_cancellation_that_leaves_wait_is_the_one_that_was_delivered) {
  run([]() -> task<void> {
    condition_variable c;
    const void *thrown = nullptr, *seen = nullptr;
    auto waiter = create_task([](condition_variable &x, const void *&out) -> task<void> {
      auto lock = co_await x.lock();
      try {
        co_await x.wait();
      } catch (const cancelled_error &e) {
        out = &e;
        throw;
      }
    }(c, thrown));
    co_await yield();
    waiter.cancel("the message");
    try {
      co_await waiter;
    } catch (const cancelled_error &e) {
      seen = &e;
      EXPECT_EQ(e.message(), "the message");
    }
    EXPECT_NE(seen, nullptr);
    EXPECT_EQ(seen, thrown);
  }());
}

TEST(conformance, COND_17_a_false_predicate_and_no_lock_throw) {
  run([]() -> task<void> {
    condition_variable c{"c"};
    const auto wait = [](condition_variable &x, bool value) -> task<bool> {
      co_return co_await x.wait([value] { return value; });
    };
    EXPECT_EQ(co_await error_of(create_task(wait(c, false), "w")),
              "task 'w' waits at condition variable 'c' and does not hold mutex 'c'");
    EXPECT_TRUE(co_await wait(c, true)); // there is nothing to wait for
  }());
}

TEST(conformance, COND_18_the_predicate_is_asked_again_after_each_wake_up) {
  run([]() -> task<void> {
    condition_variable c;
    int value = 0, asked = 0;
    auto waiter = create_task([](condition_variable &x, int &v, int &count) -> task<int> {
      auto lock = co_await x.lock();
      co_return co_await x.wait([&] { // gives what the predicate gives
        ++count;
        return v > 2 ? v : 0;
      });
    }(c, value, asked));
    for (int i = 1; i <= 4; ++i) {
      co_await turns(2);
      EXPECT_EQ(asked, std::min(i, 4));
      EXPECT_EQ(waiter.done(), i == 4);
      auto lock = co_await c.lock();
      value = i;
      c.notify_all();
    }
    EXPECT_EQ(co_await waiter, 3);
  }());
}

TEST(condition_variable, what_the_predicate_throws_comes_out_with_the_lock_held) {
  run([]() -> task<void> {
    condition_variable c;
    bool held = false;
    auto waiter = create_task([](condition_variable &x, bool &h) -> task<void> {
      auto lock = co_await x.lock();
      int calls = 0;
      try {
        co_await x.wait([&]() -> bool { return calls++ ? throw std::runtime_error("predicate") : false; });
      } catch (const std::runtime_error &) {
        h = x.locked();
      }
    }(c, held));
    co_await turns(2);
    co_await notify(c, 1);
    co_await waiter;
    EXPECT_TRUE(held);
    EXPECT_FALSE(c.locked());
  }());
}

TEST(conformance, COND_20_wait_always_exits_with_the_lock_held) {
  // In each variant the lock is free or not when the waiter is cancelled, notified, or both in either order.
  for (const bool contested : {false, true})
    for (const std::string how : {"n", "c", "nc", "cn"})
      for (const bool strict : {false, true}) {
        run_options options;
        options.strict = strict;
        texts log;
        run(
            [](bool keep, std::string what, texts &l) -> task<void> {
              condition_variable c;
              auto waiter = create_task(wait_and_tell(c, l));
              co_await turns(3);
              auto lock = co_await c.lock();
              for (const char each : what) {
                if (each == 'n')
                  c.notify_one();
                else
                  waiter.cancel();
              }
              if (keep)
                co_await turns(3);
              lock.unlock();
              co_await waiter;
              EXPECT_FALSE(c.locked());
            }(contested, how, log),
            options);
        EXPECT_EQ(log, texts{how == "n" ? "woken, holds" : "cancelled , holds"}) << contested << how << strict;
      }
}

TEST(conformance, COND_22_waiting_from_another_loop_than_the_bound_one_throws) {
  event_loop first, second;
  condition_variable c{"c"};
  texts log;
  first.run_until_complete([](condition_variable &x, texts &l) -> task<void> {
    auto waiter = create_task(wait_at(x, l, "woken"));
    co_await yield();
    co_await notify(x, 1);
    co_await waiter;
  }(c, log));
  EXPECT_EQ(message_of<usage_error>([&] { second.run_until_complete(wait_at(c, log, "never")); }),
            "task 'Task-1' waits for condition variable 'c', which belongs to another event loop");
  EXPECT_FALSE(c.locked());
}

TEST(conformance, COND_23_the_text_form_shows_the_lock_and_the_waiters) {
  run([]() -> task<void> {
    condition_variable c{"c"};
    texts log;
    EXPECT_EQ(to_string(condition_variable()), "condition variable unlocked");
    auto one = create_task(wait_at(c, log, "one"));
    co_await yield();
    EXPECT_EQ(to_string(c), "condition variable 'c' unlocked, 1 waiter");
    auto two = create_task(wait_at(c, log, "two"));
    co_await yield();
    {
      auto lock = co_await c.lock();
      EXPECT_EQ(to_string(c), "condition variable 'c' locked by 'main', 2 waiters");
      c.notify_one();
      EXPECT_EQ(to_string(c), "condition variable 'c' locked by 'main', 1 waiter");
      c.notify_one();
    }
    co_await gather(one, two);
    EXPECT_EQ(to_string(c), "condition variable 'c' unlocked");
  }());
}

TEST(condition_variable, a_notification_while_nobody_holds_the_lock_throws) {
  run([]() -> task<void> {
    condition_variable c{"c"};
    EXPECT_EQ(message_of<usage_error>([&] { c.notify_one(); }),
              "condition variable 'c' is notified while nobody holds mutex 'c'");
    co_return;
  }());
}

} // namespace
} // namespace corace::test
