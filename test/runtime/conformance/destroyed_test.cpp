// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Primitives that are destroyed while tasks wait: these are told, and nothing of what is gone is touched.
#include "support.h"

namespace corace::test {
namespace {

task<void> hold(mutex &m, texts &log, std::string name, int for_turns = 1) {
  auto lock = co_await m.lock();
  log.push_back(name);
  co_await turns(for_turns);
}

task<void> wait_for(event &e, texts &log, std::string name) {
  co_await e.wait();
  log.push_back(name);
}

task<void> use(counting_semaphore &s, texts &log, std::string name, int times = 1) {
  for (int i = 1; i <= times; ++i) {
    auto unit = co_await s.acquire();
    log.push_back(times > 1 ? name + std::to_string(i) : name);
  }
}

task<void> read(shared_mutex &m, texts &log, std::string name, int for_turns = 1) {
  auto lock = co_await m.lock_shared();
  log.push_back(name);
  co_await turns(for_turns);
}

task<void> write(shared_mutex &m, texts &log, std::string name, int for_turns = 1) {
  auto lock = co_await m.lock();
  log.push_back(name);
  co_await turns(for_turns);
}

task<void> wait_for(latch &l, texts &log, std::string name) {
  co_await l.wait();
  log.push_back(std::move(name));
}

task<void> wait_at(condition_variable &c, texts &log, std::string name) {
  auto lock = co_await c.lock();
  EXPECT_TRUE(co_await c.wait());
  EXPECT_TRUE(c.locked());
  log.push_back(std::move(name));
}

TEST(mutex, waiters_of_one_that_is_destroyed_get_an_error_that_names_it) {
  run([]() -> task<void> {
    texts log;
    auto m = std::make_unique<mutex>("m");
    co_await m->lock_manual();
    auto first = create_task(hold(*m, log, "first"), "first");
    auto woken = create_task(hold(*m, log, "second"), "second");
    co_await yield();
    m->unlock(); // the first one is on its way
    m.reset();
    for (const auto &each : {first, woken})
      EXPECT_EQ(co_await error_of(each), "task '" + each.name() + "' waited for mutex 'm', which was destroyed");
  }());
}

TEST(event, waiters_of_one_that_is_destroyed_get_an_error_unless_it_was_set) {
  run([]() -> task<void> {
    texts log;
    auto e = std::make_unique<event>("e");
    auto woken = create_task(wait_for(*e, log, "woken"));
    co_await yield();
    e->set();
    e->clear();
    auto left = create_task(wait_for(*e, log, "left"), "left");
    event_loop::current()->call_soon([&e] { e.reset(); });
    EXPECT_EQ(co_await error_of(left), "task 'left' waited for event 'e', which was destroyed");
    co_await woken;
    EXPECT_EQ(log, texts{"woken"});
  }());
}

TEST(semaphore, waiters_of_one_that_is_destroyed_get_an_error) {
  run([]() -> task<void> {
    texts log;
    auto s = std::make_unique<counting_semaphore>(0, "s");
    auto first = create_task(use(*s, log, "first"), "first");
    auto second = create_task(use(*s, log, "second"), "second");
    co_await yield();
    s->release();
    s.reset();
    for (const auto &each : {first, second})
      EXPECT_EQ(co_await error_of(each), "task '" + each.name() + "' waited for semaphore 's', which was destroyed");
  }());
}

TEST(condition_variable, waiters_of_one_that_is_destroyed_get_an_error_and_notified_ones_go_on) {
  run([]() -> task<void> {
    mutex m{"m"};
    texts log;
    auto c = std::make_unique<condition_variable>(m, "c");
    auto notified = create_task(wait_at(*c, log, "notified"), "notified");
    auto again = create_task(
        [](condition_variable &x) -> task<void> {
          auto lock = co_await x.lock();
          co_await x.wait([] { return false; });
        }(*c),
        "again");
    auto left = create_task(wait_at(*c, log, "left"), "left");
    co_await yield();
    auto lock = co_await m.lock();
    c->notify(2);
    c.reset();
    co_await turns(2);
    notified.cancel();         // has nobody to hand its notification to
    EXPECT_FALSE(left.done()); // it has to get the lock first
    lock.unlock();
    EXPECT_EQ(co_await error_of(left), "task 'left' waited for condition variable 'c', which was destroyed");
    EXPECT_TRUE(co_await ends_cancelled(notified));
    EXPECT_EQ(co_await error_of(again), "task 'again' waited for condition variable 'c', which was destroyed");
    EXPECT_FALSE(m.locked());
  }());
}

TEST(condition_variable, may_die_with_its_own_mutex_before_its_waiters_and_their_guards) {
  run([]() -> task<void> {
    texts log;
    auto c = std::make_unique<condition_variable>("c");
    auto left = create_task(wait_at(*c, log, "left"), "left");
    auto notified = create_task(wait_at(*c, log, "notified"), "notified");
    auto cancelled = create_task(wait_at(*c, log, "cancelled"), "cancelled");
    co_await yield();
    co_await c->lock_manual();
    c->notify_one();
    cancelled.cancel();
    c.reset();
    EXPECT_EQ(co_await error_of(left), "task 'left' waited for mutex 'c', which was destroyed");
    EXPECT_EQ(co_await error_of(notified), "task 'notified' waited for condition variable 'c', which was destroyed");
    EXPECT_TRUE(co_await ends_cancelled(cancelled));
    EXPECT_EQ(log, texts{});
  }());
}

TEST(shared_mutex, waiters_of_one_that_is_destroyed_get_an_error_that_names_it) {
  run([]() -> task<void> {
    texts log;
    auto m = std::make_unique<shared_mutex>("m");
    co_await m->lock_manual();
    auto first = create_task(read(*m, log, "first"), "first");
    auto second = create_task(write(*m, log, "second"), "second");
    co_await yield();
    m->unlock(); // the first one is on its way
    m.reset();
    for (const auto &each : {first, second})
      EXPECT_EQ(co_await error_of(each), "task '" + each.name() + "' waited for shared mutex 'm', which was destroyed");
  }());
}

TEST(barrier, waiters_of_one_that_is_destroyed_get_an_error_unless_their_round_was_over) {
  run([]() -> task<void> {
    const auto pass = [](barrier &b) -> task<std::size_t> { co_return co_await b.wait(); };
    auto b = std::make_unique<barrier>(3, "b");
    auto left = create_task(pass(*b), "left");
    co_await yield();
    b.reset();
    EXPECT_EQ(co_await error_of(left), "task 'left' waited for barrier 'b', which was destroyed");
    b = std::make_unique<barrier>(2, "b");
    auto leaving = create_task(pass(*b));
    co_await yield();
    co_await b->wait();
    b.reset();
    EXPECT_EQ(co_await leaving, 0u);
  }());
}

TEST(latch, waiters_of_one_that_is_destroyed_get_an_error_unless_it_was_open) {
  run([]() -> task<void> {
    texts log;
    auto l = std::make_unique<latch>(1, "l");
    auto left = create_task(wait_for(*l, log, "left"), "left");
    co_await yield();
    l.reset();
    EXPECT_EQ(co_await error_of(left), "task 'left' waited for latch 'l', which was destroyed");
    l = std::make_unique<latch>(1, "l");
    auto woken = create_task(wait_for(*l, log, "woken"));
    co_await yield();
    l->count_down();
    l.reset();
    co_await woken;
    EXPECT_EQ(log, texts{"woken"});
  }());
}

} // namespace
} // namespace corace::test
