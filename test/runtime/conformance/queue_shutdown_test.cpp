// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

/// What a get or put came to.
template <class T> task<std::string> outcome(task_handle<T> handle) {
  try {
    (void)co_await handle;
  } catch (const queue_shutdown &) {
    co_return "shut down";
  }
  co_return "done";
}

task<int> get(queue<int> &q) { co_return co_await q.get(); }
task<int> put(queue<int> &q, int item) {
  co_await q.put(item);
  co_return item;
}
task<int> join(queue<int> &q) {
  co_await q.join();
  co_return 0;
}

TEST(conformance, QS_01_after_shutdown_nothing_can_be_put) {
  run([]() -> task<void> {
    queue<int> q(0, "jobs");
    q.shutdown();
    EXPECT_TRUE(q.is_shut_down());
    try {
      co_await q.put(1);
      ADD_FAILURE();
    } catch (const queue_shutdown &e) {
      EXPECT_STREQ(e.what(), "task 'main' calls put() of queue 'jobs', which was shut down");
    }
    EXPECT_THROW(q.put_nowait(1), queue_shutdown);
    EXPECT_FALSE(q.try_put(1));
    EXPECT_TRUE(q.empty());
  }());
}

TEST(conformance, QS_03_getters_of_an_empty_queue_wake_with_the_shutdown) {
  run([]() -> task<void> {
    queue<int> q;
    auto getter = create_task(get(q));
    co_await yield();
    q.shutdown();
    EXPECT_EQ(co_await outcome(getter), "shut down");
  }());
}

TEST(conformance, QS_05_join_after_a_plain_shutdown_still_needs_the_work_done) {
  run([]() -> task<void> {
    queue<int> q;
    q.put_nowait(1);
    auto joined = create_task(join(q));
    co_await yield();
    q.shutdown();
    co_await turns(3);
    EXPECT_FALSE(joined.done());
    EXPECT_EQ(co_await q.get(), 1); // what is there can still be got
    co_await turns(3);
    EXPECT_FALSE(joined.done());
    q.task_done();
    co_await joined;
    EXPECT_THROW((void)co_await q.get(), queue_shutdown);
  }());
}

TEST(conformance, QS_06_an_immediate_shutdown_drops_all_items_and_counts_them_as_done) {
  run([]() -> task<void> {
    queue<int> q;
    for (int i = 0; i < 3; ++i)
      q.put_nowait(i);
    auto joined = create_task(join(q));
    co_await yield();
    (void)q.get_nowait(); // somebody still works on this one
    q.shutdown(true);
    EXPECT_EQ(q.size(), 0U);
    EXPECT_EQ(q.unfinished(), 1U);
    co_await turns(3);
    EXPECT_FALSE(joined.done());
    q.task_done();
    co_await joined;

    queue<int> idle;
    idle.put_nowait(1);
    auto released = create_task(join(idle));
    co_await yield();
    idle.shutdown(true);
    co_await released;
  }());
}

TEST(conformance, QS_08_after_an_immediate_shutdown_nothing_can_be_got) {
  run([]() -> task<void> {
    queue<int> q;
    q.put_nowait(1);
    q.shutdown(true);
    EXPECT_THROW((void)q.get_nowait(), queue_shutdown);
    EXPECT_THROW((void)co_await q.get(), queue_shutdown);
    EXPECT_FALSE(q.try_get());
  }());
}

TEST(conformance, QS_10_the_text_tells_of_the_shutdown) {
  queue<int> q(0, "jobs");
  q.put_nowait(1);
  EXPECT_EQ(to_string(q).find("shut down"), std::string::npos);
  q.shutdown();
  EXPECT_EQ(to_string(q), "queue 'jobs': 1 item [1], 1 unfinished, shut down");
  q.shutdown(true);
  EXPECT_EQ(to_string(q), "queue 'jobs': 0 items, shut down");
}

TEST(conformance, QS_11_shutdown_may_be_repeated_and_become_immediate) {
  run([]() -> task<void> {
    queue<int> q;
    q.put_nowait(1);
    q.put_nowait(2);
    q.shutdown();
    q.shutdown();
    EXPECT_EQ(co_await q.get(), 1);
    q.shutdown(true);
    EXPECT_THROW((void)co_await q.get(), queue_shutdown);
    q.shutdown();
    q.shutdown(true);
    EXPECT_EQ(q.unfinished(), 1U);
  }());
}

TEST(conformance, QS_12_the_shutdown_goes_before_empty_and_full) {
  queue<int> q(1);
  q.put_nowait(1);
  q.shutdown();
  EXPECT_THROW(q.put_nowait(2), queue_shutdown); // and not queue_full
  EXPECT_EQ(q.get_nowait(), 1);
  EXPECT_THROW((void)q.get_nowait(), queue_shutdown); // and not queue_empty
}

TEST(conformance, QS_14_shutdown_wakes_every_getter_and_putter) {
  run([]() -> task<void> {
    queue<int> empty;
    queue<int> full(1);
    full.put_nowait(0);
    std::vector<task_handle<int>> all;
    for (int i = 0; i < 3; ++i) {
      all.push_back(create_task(get(empty)));
      all.push_back(create_task(put(full, i)));
    }
    co_await yield();
    empty.shutdown();
    full.shutdown();
    const auto before = ticks();
    for (auto &each : all)
      EXPECT_EQ(co_await outcome(each), "shut down");
    EXPECT_LE(ticks(), before + 2);
    EXPECT_EQ(co_await full.get(), 0); // their items were not put
    EXPECT_TRUE(full.empty());
  }());
}

} // namespace
} // namespace corace::test
