// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

// For each primitive: a waiter is cancelled after each number of turns, before, at and after its wake-up; the primitive
// must serve the next waiter in any case.
template <class Wait, class Release> void cancel_at_every_turn(Wait wait, Release release) {
  for (int cancel_after = 0; cancel_after < 8; ++cancel_after)
    for (int release_after = 0; release_after < 8; ++release_after) {
      bool served = false;
      run([](Wait &w, Release &r, int c, int rel, bool &ok) -> task<void> {
        auto victim = create_task([](Wait &inner) -> task<void> { co_await inner(); }(w));
        auto next = create_task([](Wait &inner, bool &done) -> task<void> {
          co_await inner();
          done = true;
        }(w, ok));
        auto canceller = create_task([](task_handle<void> v, int after) -> task<void> {
          co_await turns(after);
          v.cancel();
        }(victim, c));
        co_await turns(rel);
        r();
        co_await turns(20);
        if (!victim.done() || !next.done())
          r();
        co_await next;
        co_await canceller;
      }(wait, release, cancel_after, release_after, served));
      EXPECT_TRUE(served) << "cancelled after " << cancel_after << ", released after " << release_after;
    }
}

TEST(cancel, mutex_loses_nothing) {
  mutex m;
  bool held = false;
  auto wait = [&]() -> task<void> {
    if (!held) { // the first to come holds it for the test
      co_await m.lock_manual();
      held = true;
      m.unlock();
    }
    auto lock = co_await m.lock();
    co_await yield();
  };
  cancel_at_every_turn(wait, [] {});
  EXPECT_FALSE(m.locked());
}

TEST(cancel, semaphore_loses_no_unit) {
  counting_semaphore s{0};
  auto wait = [&]() -> task<void> { co_await s.acquire_manual(); };
  for (int cancel_after = 0; cancel_after < 6; ++cancel_after)
    for (int release_after = 0; release_after < 6; ++release_after) {
      run([](auto &w, counting_semaphore &sem, int c, int r) -> task<void> {
        auto victim = create_task(w());
        auto next = create_task(w());
        co_await turns(1);
        int released = 0;
        for (int i = 0; i < 12; ++i) {
          if (i == c)
            victim.cancel();
          if (i == r) {
            sem.release();
            ++released;
          }
          co_await yield();
        }
        int taken = 0;
        for (auto *each : {&victim, &next})
          taken += each->done() && !each->cancelled();
        EXPECT_EQ(sem.value() + taken, released);
        sem.release();
        co_await next;
        EXPECT_TRUE(victim.done());
        while (sem.try_acquire()) {
        }
      }(wait, s, cancel_after, release_after));
    }
}

TEST(cancel, event_forgets_a_cancelled_waiter) {
  for (int cancel_after = 0; cancel_after < 6; ++cancel_after)
    for (int set_after = 0; set_after < 6; ++set_after)
      run([](int c, int s) -> task<void> {
        event e;
        auto wait = [](event &on) -> task<void> { co_await on.wait(); };
        auto victim = create_task(wait(e));
        auto other = create_task(wait(e));
        for (int i = 0; i < 8; ++i) {
          if (i == c)
            victim.cancel();
          if (i == s)
            e.set();
          co_await yield();
        }
        co_await other;
        EXPECT_TRUE(victim.done());
      }(cancel_after, set_after));
}

} // namespace
} // namespace corace::test
