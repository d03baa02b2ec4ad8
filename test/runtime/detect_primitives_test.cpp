// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the primitives tell the detector: the locks that a task holds, and what happens before what under every
// schedule.
#include "detect_support.h"

#include <corace/corace.h>

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace corace;
using corace::test::load;
using corace::test::store;
using corace::test::table;

int shared_number;
table sites;
const corace_site *const read_site = sites.add(CORACE_SITE_READ, 10);
const corace_site *const back_site = sites.add(CORACE_SITE_WRITE, 12, corace::test::write_back);
const corace_site *const plain_site = sites.add(CORACE_SITE_WRITE, 13);

class Primitives : public testing::Test {
protected:
  void SetUp() override {
    shared_number = 0;
    detect::begin_run({.history = false, .footprints = false});
  }
  void TearDown() override { static_cast<void>(detect::end_run()); }
  template <class Body> void run(Body body) {
    event_loop loop({}, {.observe = true, .order = nullptr, .ordinal = 1});
    loop.run_until_complete(body());
  }
  static std::size_t held() { return detect::held_locks(detect::current_task()).size(); }
};

TEST_F(Primitives, TellOfTheLocksThatATaskHolds) {
  run([]() -> task<void> {
    mutex m;
    shared_mutex readers;
    counting_semaphore units(2);
    EXPECT_EQ(held(), 0u);
    {
      auto one = co_await m.lock();
      EXPECT_EQ(held(), 1u);
      auto two = co_await units.acquire();
      auto three = co_await units.acquire();
      EXPECT_EQ(held(), 3u);
      auto four = co_await readers.lock_shared();
      EXPECT_EQ(held(), 4u);
      auto other = create_task([](counting_semaphore &u) -> task<std::size_t> {
        auto waited = co_await u.acquire();
        co_return held();
      }(units));
      co_await yield();
      two.release();
      EXPECT_EQ(co_await other, 1u) << "a unit that was waited for, and none of its creator's";
      EXPECT_EQ(held(), 3u);
    }
    EXPECT_EQ(held(), 0u);
  });
}

/// Reads a number, lets `between` happen, and writes what it has read.
template <class Between> task<void> stale_write(Between between) {
  const int value = load(shared_number, read_site);
  co_await between();
  store(shared_number, value + 1, back_site);
}
task<void> overwrite() {
  store(shared_number, 7, plain_site);
  co_return;
}

TEST_F(Primitives, LeaveARaceARace) {
  run([]() -> task<void> {
    auto rival = create_task(overwrite());
    co_await stale_write([]() -> task<void> { co_await yield(); });
    co_await rival;
  });
  EXPECT_EQ(detect::end_run().violations.size(), 1u) << "the other tests of this file would say nothing";
}

TEST_F(Primitives, ATaskThatIsCreatedAndAwaitedInBetweenIsACall) {
  run([]() -> task<void> {
    co_await stale_write([]() -> task<void> { co_await create_task(overwrite()); });
    co_await stale_write([]() -> task<void> { co_await gather(overwrite(), overwrite()); });
    co_await stale_write([]() -> task<void> {
      co_await with_task_group([](task_group &g) -> task<void> {
        g.create_task(overwrite()).detach();
        co_return;
      });
    });
    co_await stale_write([]() -> task<void> { co_await wait_for(overwrite(), std::chrono::seconds(1)); });
  });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Primitives, AWakeUpOrdersWhatCameBeforeIt) {
  run([]() -> task<void> {
    event go("go"), done("done");
    auto servant = create_task([](event &start, event &end) -> task<void> {
      co_await start.wait();
      co_await overwrite();
      end.set();
    }(go, done));
    co_await yield(); // the servant waits
    co_await stale_write([&]() -> task<void> {
      go.set();
      co_await done.wait();
    });
    co_await servant;
  });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Primitives, AnEagerTaskRunsAsItself) {
  run([]() -> task<void> {
    const auto before = detect::current_task();
    auto child =
        create_task([]() -> task<detect::task_id> { co_return detect::current_task(); }(), task_options().eagerly());
    EXPECT_NE(child.result(), before);
    EXPECT_EQ(detect::current_task(), before);
    co_return;
  });
}

} // namespace
