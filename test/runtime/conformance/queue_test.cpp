// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

using numbers = std::vector<int>;

template <class Queue> task<void> take(Queue &q, numbers &log, int times = 1) {
  for (int i = 0; i < times; ++i)
    log.push_back(co_await q.get());
}

task<void> put(queue<int> &q, int item) { co_await q.put(item); }

template <class Queue> numbers drain(Queue &q) {
  numbers all;
  while (auto item = q.try_get())
    all.push_back(*item);
  return all;
}

TEST(conformance, Q_01_first_in_first_out_and_no_limit_where_it_is_not_positive) {
  for (const std::ptrdiff_t limit : {0, -1}) {
    queue<int> q(limit);
    numbers expected;
    for (int i = 0; i < 100; ++i) {
      q.put_nowait(i);
      expected.push_back(i);
      EXPECT_FALSE(q.full());
    }
    EXPECT_EQ(drain(q), expected);
  }
}

TEST(conformance, Q_02_size_empty_full_and_max_size_tell_the_state) {
  queue<int> q(2);
  EXPECT_EQ(q.max_size(), 2U);
  EXPECT_EQ(queue<int>().max_size(), 0U);
  EXPECT_EQ(q.size(), 0U);
  EXPECT_TRUE(q.empty());
  q.put_nowait(1);
  EXPECT_EQ(q.size(), 1U);
  EXPECT_FALSE(q.empty());
  EXPECT_FALSE(q.full());
  q.put_nowait(2);
  EXPECT_TRUE(q.full());
  EXPECT_EQ(q.get_nowait(), 1);
  EXPECT_FALSE(q.full());
}

TEST(conformance, Q_03_without_waiting_empty_and_full_are_errors_that_name_the_queue) {
  run([]() -> task<void> {
    queue<int> q(1, "jobs");
    try {
      (void)q.get_nowait();
      ADD_FAILURE();
    } catch (const queue_empty &e) {
      EXPECT_STREQ(e.what(), "task 'main' calls get_nowait() of queue 'jobs', which is empty");
    }
    EXPECT_FALSE(q.try_get());
    q.put_nowait(1);
    try {
      q.put_nowait(2);
      ADD_FAILURE();
    } catch (const queue_full &e) {
      EXPECT_STREQ(e.what(), "task 'main' calls put_nowait() of queue 'jobs', which is full");
    }
    EXPECT_FALSE(q.try_put(2));
    EXPECT_EQ(q.try_get(), 1);
    EXPECT_TRUE(q.try_put(3));
    EXPECT_EQ(q.size(), 1U);
    co_return;
  }());
}

TEST(conformance, Q_05_get_and_put_that_can_proceed_do_not_suspend) {
  run([]() -> task<void> {
    queue<int> q(2);
    const auto before = ticks();
    co_await q.put(1);
    co_await q.put(2);
    EXPECT_EQ(co_await q.get(), 1);
    EXPECT_EQ(co_await q.get(), 2);
    EXPECT_EQ(ticks(), before);
    auto getter = create_task([](queue<int> &x) -> task<int> { co_return co_await x.get(); }(q));
    co_await turns(3);
    EXPECT_FALSE(getter.done()); // this one does
    co_await q.put(3);
    EXPECT_EQ(co_await getter, 3);
  }());
}

TEST(conformance, Q_07_a_woken_getter_whose_item_was_taken_waits_again_behind_all_others) {
  run([]() -> task<void> {
    queue<int> q;
    texts log;
    auto named = [](queue<int> &x, texts &l, std::string name) -> task<void> {
      const int item = co_await x.get();
      l.push_back(name + std::to_string(item));
    };
    auto first = create_task(named(q, log, "first"));
    auto second = create_task(named(q, log, "second"));
    co_await yield();
    q.put_nowait(1);
    EXPECT_EQ(co_await q.get(), 1); // before the first one's turn
    co_await turns(3);
    EXPECT_EQ(log, texts{});
    q.put_nowait(2);
    q.put_nowait(3);
    co_await gather(first, second);
    EXPECT_EQ(log, (texts{"second2", "first3"}));
  }());
}

TEST(conformance, Q_08_a_getter_that_is_cancelled_loses_no_item) {
  run([]() -> task<void> {
    queue<int> q;
    numbers log;
    auto waiting = create_task(take(q, log));
    auto woken = create_task(take(q, log));
    co_await yield();
    waiting.cancel();
    EXPECT_TRUE(co_await ends_cancelled(waiting));
    auto last = create_task(take(q, log));
    co_await yield();
    q.put_nowait(7); // for `woken`
    woken.cancel();
    EXPECT_TRUE(co_await ends_cancelled(woken));
    co_await last;
    EXPECT_EQ(log, numbers{7});
    EXPECT_TRUE(q.empty());
  }());
}

TEST(conformance, Q_10_a_putter_that_was_woken_and_then_cancelled_passes_its_room_on) {
  run([]() -> task<void> {
    queue<int> q(1);
    q.put_nowait(1);
    auto second = create_task(put(q, 2));
    auto third = create_task(put(q, 3));
    co_await yield();
    EXPECT_EQ(q.get_nowait(), 1); // lets the second one go on
    second.cancel();
    EXPECT_TRUE(co_await ends_cancelled(second));
    co_await third;
    EXPECT_EQ(drain(q), numbers{3});
  }());
}

TEST(conformance, Q_12_the_last_of_three_putters_is_cancelled_and_the_others_keep_their_order) {
  run([]() -> task<void> {
    queue<int> q(1);
    q.put_nowait(0);
    auto a = create_task(put(q, 1));
    auto b = create_task(put(q, 2));
    auto c = create_task(put(q, 3));
    co_await yield();
    c.cancel();
    EXPECT_TRUE(co_await ends_cancelled(c));
    numbers log;
    co_await take(q, log, 3);
    EXPECT_EQ(log, (numbers{0, 1, 2}));
    EXPECT_TRUE(a.done() && b.done());
  }());
}

TEST(conformance, Q_13_a_lifo_queue_gives_the_newest_item_first) {
  run([]() -> task<void> {
    lifo_queue<int> q;
    for (int i : {1, 3, 2})
      q.put_nowait(i);
    numbers log;
    co_await take(q, log, 3);
    EXPECT_EQ(log, (numbers{2, 3, 1}));
  }());
}

TEST(conformance, Q_14_a_priority_queue_gives_the_smallest_item_first) {
  run([]() -> task<void> {
    priority_queue<int> q;
    for (int i = 0; i < 50; ++i)
      co_await q.put(i * 37 % 50);
    numbers log, sorted;
    co_await take(q, log, 50);
    for (int i = 0; i < 50; ++i)
      sorted.push_back(i);
    EXPECT_EQ(log, sorted);

    priority_queue<int, std::greater<int>> largest;
    for (int i : {1, 3, 2, 3})
      largest.put_nowait(i);
    EXPECT_EQ(drain(largest), (numbers{3, 3, 2, 1}));
  }());
}

TEST(conformance, Q_16_join_without_unfinished_work_does_not_suspend) {
  run([]() -> task<void> {
    queue<int> q;
    const auto before = ticks();
    co_await q.join();
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, Q_17_join_waits_until_each_item_is_done) {
  run([]() -> task<void> {
    queue<int> q(0, "jobs");
    for (int i = 0; i < 3; ++i)
      q.put_nowait(i);
    auto joined = create_task([](queue<int> &x) -> task<void> { co_await x.join(); }(q));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(co_await q.get(), i);
      co_await turns(3);
      EXPECT_FALSE(joined.done()); // what came out is not done yet
      q.task_done();
    }
    co_await joined;
    EXPECT_EQ(q.unfinished(), 0U);
    try {
      q.task_done();
      ADD_FAILURE();
    } catch (const std::invalid_argument &e) {
      EXPECT_STREQ(e.what(), "task 'main' calls task_done() of queue 'jobs', of which all items are done already");
    }
  }());
}

TEST(conformance, Q_19_all_joiners_are_released_together) {
  run([]() -> task<void> {
    queue<int> q;
    q.put_nowait(1);
    std::vector<std::uint64_t> when;
    auto join = [](queue<int> &x, std::vector<std::uint64_t> &w) -> task<void> {
      co_await x.join();
      w.push_back(ticks());
    };
    auto a = create_task(join(q, when));
    auto b = create_task(join(q, when));
    auto c = create_task(join(q, when));
    co_await yield();
    (void)q.get_nowait();
    q.task_done();
    q.put_nowait(2); // new work keeps nobody
    const auto done = ticks();
    co_await gather(a, b, c);
    EXPECT_EQ(when, (std::vector<std::uint64_t>(3, done + 1)));
  }());
}

struct untold {};

TEST(conformance, Q_21_the_text_tells_limit_items_waiters_and_unfinished_work) {
  run([]() -> task<void> {
    queue<std::string> q(2, "words");
    EXPECT_EQ(to_string(q), "queue 'words' of at most 2: 0 items");
    auto getter = create_task([](queue<std::string> &x) -> task<void> { (void)co_await x.get(); }(q));
    co_await yield();
    EXPECT_EQ(to_string(q), "queue 'words' of at most 2: 0 items, 1 getter waits");
    EXPECT_EQ(to_string(getter), "task 'Task-2' pending, waits for an item of queue 'words'");
    co_await q.put("x");
    co_await getter;
    q.put_nowait("a");
    q.put_nowait("b");
    auto put_one = [](queue<std::string> &x) -> task<void> { co_await x.put("c"); };
    auto one = create_task(put_one(q));
    auto two = create_task(put_one(q));
    co_await yield();
    EXPECT_EQ(to_string(q), "queue 'words' of at most 2: 2 items ['a', 'b'], 2 putters wait, 3 unfinished");
    (void)q.get_nowait();
    (void)q.get_nowait();
    co_await gather(one, two);
    priority_queue<int> small;
    small.put_nowait(2);
    small.put_nowait(1);
    EXPECT_EQ(to_string(small), "a priority_queue: 2 items [1, 2], 2 unfinished");
    lifo_queue<untold> other;
    other.put_nowait(untold());
    EXPECT_EQ(to_string(other), "a lifo_queue: 1 item, 1 unfinished");
  }());
}

TEST(conformance, Q_22_a_get_that_is_given_up_leaves_no_getter_behind) {
  run([]() -> task<void> {
    queue<int> q;
    numbers log;
    for (int i = 0; i < 3; ++i) {
      auto getter = create_task(take(q, log));
      auto limit = event_loop::current()->call_later(1s, [&] { getter.cancel(); });
      EXPECT_TRUE(co_await ends_cancelled(getter));
      EXPECT_EQ(to_string(q), "a queue: 0 items");
    }
    EXPECT_EQ(now(), 3s);
    q.put_nowait(1);
    EXPECT_EQ(q.get_nowait(), 1);
    EXPECT_EQ(log, numbers{});
  }());
}

TEST(conformance, Q_24_draining_n_items_lets_n_putters_in) {
  run([]() -> task<void> {
    queue<int> q(2);
    q.put_nowait(0);
    q.put_nowait(1);
    std::vector<task_handle<void>> putters;
    for (int i = 2; i < 6; ++i)
      putters.push_back(create_task(put(q, i)));
    co_await yield();
    EXPECT_EQ(drain(q), (numbers{0, 1}));
    co_await turns(1);
    EXPECT_EQ(q.size(), 2U);
    EXPECT_TRUE(putters[0].done() && putters[1].done());
    EXPECT_FALSE(putters[2].done());
    EXPECT_EQ(drain(q), (numbers{2, 3}));
    co_await turns(1);
    EXPECT_EQ(drain(q), (numbers{4, 5}));
  }());
}

TEST(conformance, Q_25_a_queue_belongs_to_the_first_loop_in_which_somebody_waits) {
  queue<int> q(0, "shared");
  event_loop first, second;
  first.run_until_complete([](queue<int> &x) -> task<void> { // without waiting
    x.put_nowait(1);
    (void)co_await x.get();
  }(q));
  second.run_until_complete([](queue<int> &x) -> task<void> {
    auto getter = create_task([](queue<int> &y) -> task<void> { (void)co_await y.get(); }(x));
    co_await yield();
    x.put_nowait(1);
    co_await getter;
  }(q));
  try {
    first.run_until_complete([](queue<int> &x) -> task<void> { (void)co_await x.get(); }(q));
    ADD_FAILURE();
  } catch (const usage_error &e) {
    EXPECT_NE(std::string(e.what()).find("queue 'shared'"), std::string::npos) << e.what();
  }
}

} // namespace
} // namespace corace::test
