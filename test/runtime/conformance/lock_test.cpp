// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

task<void> hold(mutex &m, texts &log, std::string name, int for_turns = 1) {
  auto lock = co_await m.lock();
  log.push_back(name);
  co_await turns(for_turns);
}

TEST(conformance, LOCK_01_a_new_lock_is_unlocked_and_needs_no_loop) {
  static constinit mutex global{"global"};
  EXPECT_FALSE(global.locked());
}

TEST(conformance, LOCK_03_a_held_lock_suspends_until_the_release) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto waiter = create_task(hold(m, log, "waiter", 0));
    co_await turns(5);
    EXPECT_EQ(log, texts{});
    EXPECT_FALSE(waiter.done());
    lock.unlock();
    co_await turns(1);
    EXPECT_EQ(log, texts{"waiter"});
    co_await waiter;
  }());
}

TEST(conformance, LOCK_04_waiters_get_the_lock_in_the_order_in_which_they_came) {
  texts log;
  mutex m;
  run([](mutex &x, texts &l) -> task<void> {
    co_await gather(hold(x, l, "a"), hold(x, l, "b"), hold(x, l, "c"), hold(x, l, "d"));
  }(m, log));
  EXPECT_EQ(log, (texts{"a", "b", "c", "d"}));
}

TEST(conformance, LOCK_06_after_a_release_the_lock_reads_free_until_the_waiter_runs) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto waiter = create_task(hold(m, log, "waiter"));
    co_await yield();
    lock.unlock();
    EXPECT_FALSE(m.locked());
    co_await yield();
    EXPECT_TRUE(m.locked());
    EXPECT_EQ(log, texts{"waiter"});
    co_await waiter;
    EXPECT_FALSE(m.locked());
  }());
}

TEST(conformance, LOCK_07_between_release_and_claim_nobody_barges) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto waiter = create_task(hold(m, log, "waiter"));
    co_await yield();
    lock.unlock();
    EXPECT_FALSE(m.locked());
    EXPECT_FALSE(m.try_lock());
    {
      auto again = co_await m.lock(); // queues behind the waiter
      log.push_back("newcomer");
    }
    EXPECT_EQ(log, (texts{"waiter", "newcomer"}));
    co_await waiter;
  }());
}

// Stricter than asyncio, where anybody may release: who is to do that gets the guard.
TEST(conformance, LOCK_09_a_release_by_a_task_that_does_not_hold_the_lock_throws_unless_it_has_the_guard) {
  run([]() -> task<void> {
    mutex m{"m"};
    auto lock = co_await m.lock();
    auto stranger = create_task(
        [](mutex &x) -> task<void> {
          EXPECT_EQ(message_of<usage_error>([&] { x.unlock(); }),
                    "task 'stranger' unlocks mutex 'm', which 'main' holds");
          co_return;
        }(m),
        "stranger");
    co_await stranger;
    EXPECT_TRUE(m.locked());
    auto heir = create_task([](mutex::guard g) -> task<void> {
      g.unlock();
      co_return;
    }(std::move(lock)));
    co_await heir;
    EXPECT_FALSE(m.locked());

    auto again = std::make_shared<mutex::guard>(co_await m.lock());
    event_loop::current()->call_soon([again] { again->unlock(); });
    co_await turns(2);
    EXPECT_FALSE(m.locked());
  }());
}

TEST(mutex, a_free_one_costs_no_tick_and_gives_true) {
  run([]() -> task<void> {
    mutex m;
    const auto before = ticks();
    EXPECT_TRUE(co_await m.lock_manual());
    m.unlock();
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(mutex, a_release_never_runs_the_waiter_inline) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    co_await m.lock_manual();
    auto waiter = create_task(hold(m, log, "waiter"));
    co_await yield();
    m.unlock();
    log.push_back("after release");
    co_await waiter;
    EXPECT_EQ(log, (texts{"after release", "waiter"}));
  }());
}

TEST(conformance, LOCK_11_a_cancelled_waiter_leaves_the_lock_untouched) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto waiter = create_task(hold(m, log, "waiter"));
    co_await yield();
    waiter.cancel();
    EXPECT_TRUE(co_await ends_cancelled(waiter));
    EXPECT_TRUE(m.locked());
    lock.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  }());
}

TEST(conformance, LOCK_12_the_next_waiter_gets_the_lock_when_the_first_was_cancelled_before_the_release) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto first = create_task(hold(m, log, "first"));
    auto second = create_task(hold(m, log, "second"));
    co_await yield();
    first.cancel();
    lock.unlock();
    co_await second;
    EXPECT_EQ(log, texts{"second"});
    EXPECT_TRUE(first.cancelled());
  }());
}

TEST(conformance, LOCK_14_release_and_cancel_of_the_woken_waiter_let_exactly_one_other_in) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto first = create_task(hold(m, log, "first"));
    auto second = create_task(hold(m, log, "second", 3));
    auto third = create_task(hold(m, log, "third"));
    co_await yield();
    lock.unlock();
    first.cancel(); // it was woken and has not run
    co_await turns(3);
    EXPECT_EQ(log, texts{"second"});
    co_await gather(second, third);
    EXPECT_EQ(log, (texts{"second", "third"}));
  }());
}

TEST(conformance, LOCK_16_scoped_use_releases_on_an_exception) {
  run([]() -> task<void> {
    mutex m;
    auto thrower = [](mutex &x) -> task<void> {
      auto lock = co_await x.lock();
      throw std::runtime_error("inside");
    };
    EXPECT_THROW(co_await thrower(m), std::runtime_error);
    EXPECT_FALSE(m.locked());
  }());
}

TEST(conformance, LOCK_18_a_lock_binds_to_the_first_loop_that_has_to_wait_on_it) {
  event_loop first, second;
  mutex m{"m"};
  const auto use = [](mutex &x) -> task<void> { auto lock = co_await x.lock(); };
  first.run_until_complete(use(m)); // uncontended: binds nothing
  second.run_until_complete(use(m));
  second.run_until_complete([](mutex &x) -> task<void> {
    co_await x.lock_manual();
    texts log;
    auto waiter = create_task(hold(x, log, "waiter"));
    co_await yield();
    x.unlock();
    co_await waiter;
  }(m));
  first.run_until_complete(use(m)); // still uncontended
  first.run_until_complete([](mutex &x) -> task<void> {
    auto lock = co_await x.lock();
    auto waiter = create_task([](mutex &y) -> task<void> { auto inner = co_await y.lock(); }(x), "waiter");
    std::string message;
    try {
      co_await waiter;
    } catch (const usage_error &e) {
      message = e.what();
    }
    EXPECT_EQ(message, "task 'waiter' waits for mutex 'm', which belongs to another event loop");
  }(m));
  EXPECT_FALSE(m.locked());
}

TEST(conformance, LOCK_19_a_lock_is_not_itself_awaitable) {
  static_assert(!detail::awaitable<mutex &>);
  static_assert(!detail::awaitable<mutex>);
}

TEST(conformance, LOCK_21_the_text_form_shows_the_state_and_the_number_of_waiters) {
  run([]() -> task<void> {
    mutex m{"m"}, nameless;
    texts log;
    EXPECT_EQ(to_string(nameless), "mutex unlocked");
    EXPECT_EQ(to_string(m), "mutex 'm' unlocked");
    auto lock = co_await m.lock();
    EXPECT_EQ(to_string(m), "mutex 'm' locked by 'main'");
    auto one = create_task(hold(m, log, "one"), "one");
    co_await yield();
    EXPECT_EQ(to_string(m), "mutex 'm' locked by 'main', 1 waiter");
    auto two = create_task(hold(m, log, "two"));
    co_await yield();
    EXPECT_EQ(to_string(m), "mutex 'm' locked by 'main', 2 waiters");
    lock.unlock();
    EXPECT_EQ(to_string(m), "mutex 'm' unlocked, 2 waiters");
    co_await yield();
    EXPECT_EQ(to_string(m), "mutex 'm' locked by 'one', 1 waiter");
    co_await gather(one, two);
  }());
}

TEST(conformance, LOCK_22_locked_tells_the_state_without_side_effects) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    EXPECT_FALSE(m.locked());
    auto lock = co_await m.lock();
    auto waiter = create_task(hold(m, log, "waiter"));
    co_await yield();
    const auto before = ticks();
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(m.locked());
    lock.unlock();
    for (int i = 0; i < 3; ++i)
      EXPECT_FALSE(m.locked());
    EXPECT_EQ(ticks(), before);
    co_await waiter;
    EXPECT_EQ(log, texts{"waiter"});
    event_loop::current()->call_soon([&m] { EXPECT_FALSE(m.locked()); }); // also where no task runs
    co_await turns(2);
  }());
  EXPECT_FALSE(mutex().locked());
}

TEST(conformance, LOCK_24_mass_cancellation_leaves_every_survivor_its_turn) {
  run([]() -> task<void> {
    mutex m;
    texts log;
    auto lock = co_await m.lock();
    std::vector<task_handle<void>> all;
    for (int i = 0; i < 100; ++i)
      all.push_back(create_task(hold(m, log, std::to_string(i))));
    co_await yield();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i % 3)
        all[i].cancel();
    lock.unlock();
    texts expected;
    for (std::size_t i = 0; i < all.size(); i += 3) {
      co_await all[i];
      expected.push_back(std::to_string(i));
    }
    EXPECT_EQ(log, expected);
    EXPECT_FALSE(m.locked());
  }());
}

TEST(conformance, LOCK_25_an_acquire_that_times_out_leaves_no_waiter_behind) {
  run([]() -> task<void> {
    mutex m{"m"};
    auto lock = co_await m.lock();
    auto waiter = create_task([](mutex &x) -> task<void> {
      co_await with_timeout(1s, [&x]() -> task<void> { auto inner = co_await x.lock(); });
    }(m));
    bool timed_out = false;
    try {
      co_await waiter;
    } catch (const timeout_error &) {
      timed_out = true;
    }
    EXPECT_TRUE(timed_out);
    EXPECT_EQ(now(), 1s);
    EXPECT_EQ(to_string(m), "mutex 'm' locked by 'main'");
    lock.unlock();
    EXPECT_EQ(to_string(m), "mutex 'm' unlocked");
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  }());
}

TEST(mutex, misuse_throws_and_names_the_mutex) {
  run([]() -> task<void> {
    mutex m{"m"};
    EXPECT_EQ(message_of<usage_error>([&] { m.unlock(); }), "task 'main' unlocks mutex 'm', which nobody holds");
    auto lock = co_await m.lock();
    EXPECT_EQ(message_of<usage_error>([&] { (void)m.try_lock(); }),
              "task 'main' locks mutex 'm', which it holds already");
    EXPECT_THROW((void)co_await m.lock(), usage_error);
    EXPECT_TRUE(m.locked());
  }());
  mutex outside;
  EXPECT_THROW(outside.unlock(), usage_error);
  EXPECT_THROW((void)outside.try_lock(), usage_error);
}

TEST(mutex, a_guard_is_empty_once_the_mutex_was_unlocked_by_hand_or_destroyed) {
  run([]() -> task<void> {
    auto m = std::make_unique<mutex>("m");
    texts log;
    auto lock = co_await m->lock();
    m->unlock();
    EXPECT_FALSE(lock.owns_lock());
    auto other = create_task(hold(*m, log, "other", 3));
    co_await turns(2);
    lock.unlock(); // does not take it from the other one
    EXPECT_TRUE(m->locked());
    co_await other;
    lock = co_await m->lock();
    EXPECT_TRUE(lock.owns_lock());
    m.reset();
    EXPECT_FALSE(lock.owns_lock());
  }());
}

TEST(mutex, may_die_before_its_waiters) {
  // The main task ends in the middle; whoever still waits is destroyed with the loop.
  EXPECT_THROW(run([]() -> task<void> {
                 mutex m;
                 texts log;
                 auto lock = co_await m.lock();
                 auto waiter = create_task(hold(m, log, "waiter"));
                 co_await yield();
                 throw std::runtime_error("out");
               }()),
               std::runtime_error);
}

} // namespace
} // namespace corace::test
