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

TEST(conformance, LOCK_03_04_waiters_get_the_lock_in_the_order_in_which_they_came) {
  texts log;
  mutex m;
  run([](mutex &x, texts &l) -> task<void> {
    co_await gather(hold(x, l, "a"), hold(x, l, "b"), hold(x, l, "c"), hold(x, l, "d"));
  }(m, log));
  EXPECT_EQ(log, (texts{"a", "b", "c", "d"}));
}

TEST(conformance, LOCK_free_costs_no_tick) {
  run([]() -> task<void> {
    mutex m;
    const auto before = ticks();
    {
      auto lock = co_await m.lock();
    }
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, LOCK_06_07_after_a_release_the_lock_reads_free_but_nobody_barges) {
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

TEST(conformance, LOCK_release_never_runs_the_waiter_inline) {
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

template <class T>
concept awaitable = requires(T &x) { x.operator co_await(); } || requires(T &x) { x.await_ready(); };

TEST(conformance, LOCK_19_a_lock_is_not_itself_awaitable) { EXPECT_FALSE(awaitable<mutex>); }

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

TEST(mutex, misuse_throws) {
  run([]() -> task<void> {
    mutex m{"m"};
    EXPECT_THROW(m.unlock(), usage_error);
    auto lock = co_await m.lock();
    EXPECT_THROW((void)co_await m.lock(), usage_error);
    auto stranger = create_task([](mutex &x) -> task<void> {
      EXPECT_THROW(x.unlock(), usage_error);
      co_return;
    }(m));
    co_await stranger;
    EXPECT_TRUE(m.locked());
  }());
}

TEST(mutex, a_guard_can_be_moved_and_released_elsewhere) {
  run([]() -> task<void> {
    mutex m;
    auto lock = co_await m.lock();
    auto other = create_task([](mutex::guard g) -> task<void> {
      EXPECT_TRUE(g.owns_lock());
      co_return;
    }(std::move(lock)));
    EXPECT_FALSE(lock.owns_lock());
    co_await other;
    EXPECT_FALSE(m.locked());
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
