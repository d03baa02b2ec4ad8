// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Queues under cancellation at every tick of every waiter: no item and no wake-up is lost, none comes twice.
#include "support.h"

#include <algorithm>
#include <map>
#include <memory>

namespace corace::test {
namespace {

using item = std::unique_ptr<int>;
struct smaller {
  bool operator()(const item &a, const item &b) const { return *a < *b; }
};

/// What a run was like: who was cancelled when, or at which tick the queue was shut down.
struct disturbance {
  std::size_t victim; ///< index of the task; behind the last: shutdown(), and behind that shutdown(true)
  int tick;
  bool strict;
  [[nodiscard]] std::string text() const {
    return "victim " + std::to_string(victim) + ", tick " + std::to_string(tick) + (strict ? ", strict" : "");
  }
};

constexpr int producers = 3, consumers = 3, items_of_each = 4;
constexpr std::size_t tasks = producers + consumers + 1;

template <class Queue> class workshop {
public:
  explicit workshop(const disturbance &how) : how_(how) {
    run([](workshop &self) -> task<void> { co_await self.work(); }(*this), options(how.strict));
  }

private:
  static run_options options(bool strict) {
    run_options all;
    all.strict = strict;
    return all;
  }

  task<void> produce(int number) {
    for (int i = 0; i < items_of_each; ++i) {
      item one = std::make_unique<int>(number * 100 + i);
      const int value = *one;
      try {
        co_await queue_.put(std::move(one));
        put_.push_back(value);
      } catch (const cancelled_error &) {
        EXPECT_TRUE(one) << how_.text(); // it stays with the putter
        throw;
      } catch (const queue_shutdown &) {
        EXPECT_TRUE(one) << how_.text();
        co_return;
      }
      if (number == 1)
        co_await yield();
    }
  }

  task<void> consume(int number) {
    try {
      for (;;) {
        const item one = co_await queue_.get();
        got_.push_back(*one);
        if (number != 0)
          co_await turns(number);
        queue_.task_done();
      }
    } catch (const queue_shutdown &) {
    }
  }

  task<void> wait_for_all() { co_await queue_.join(); }

  task<void> work() {
    std::vector<task_handle<void>> all;
    for (int i = 0; i < consumers; ++i)
      all.push_back(create_task(consume(i)));
    for (int i = 0; i < producers; ++i)
      all.push_back(create_task(produce(i)));
    all.push_back(create_task(wait_for_all()));
    co_await turns(how_.tick);
    if (how_.victim < all.size())
      all[how_.victim].cancel();
    else
      queue_.shutdown(how_.victim > all.size());
    const bool dropped = how_.victim > all.size();
    co_await turns(60);
    // Whoever waits still waits for what is not there.
    const std::string state = to_string(queue_);
    EXPECT_FALSE(queue_.size() != 0 && state.find("getter") != state.npos) << how_.text() << ": " << state;
    EXPECT_FALSE(!queue_.full() && state.find("putter") != state.npos) << how_.text() << ": " << state;
    for (auto &each : all)
      each.cancel();
    co_await turns(60);
    while (auto one = queue_.try_get())
      got_.push_back(**one);
    if (dropped) { // what was dropped is missing, and nothing else
      for (const int each : got_)
        EXPECT_EQ(std::count(put_.begin(), put_.end(), each), 1) << how_.text();
    } else {
      EXPECT_TRUE(std::is_permutation(put_.begin(), put_.end(), got_.begin(), got_.end())) << how_.text();
    }
    std::sort(got_.begin(), got_.end());
    EXPECT_EQ(std::adjacent_find(got_.begin(), got_.end()), got_.end()) << how_.text();
    if (how_.victim == tasks - 1 && how_.tick > 40) { // everything had been done before
      EXPECT_EQ(got_.size(), std::size_t{producers * items_of_each});
      EXPECT_EQ(queue_.unfinished(), 0U);
    }
  }

  disturbance how_;
  Queue queue_{2, "shop"};
  std::vector<int> put_, got_;
};

template <class Queue> void sweep() {
  for (const bool strict : {false, true})
    for (std::size_t victim = 0; victim < tasks + 2; ++victim)
      for (int tick = 0; tick < 45; ++tick)
        const workshop<Queue> one(disturbance{victim, tick, strict});
}

TEST(queue_sweep, first_in_first_out) { sweep<queue<item>>(); }
TEST(queue_sweep, last_in_first_out) { sweep<lifo_queue<item>>(); }
TEST(queue_sweep, smallest_first) { sweep<priority_queue<item, smaller>>(); }

TEST(queue, strict_makes_every_await_give_up_a_turn) {
  run_options options;
  options.strict = true;
  run(
      []() -> task<void> {
        queue<int> q(2);
        auto before = ticks();
        co_await q.put(1);
        EXPECT_GT(ticks(), before);
        before = ticks();
        EXPECT_EQ(co_await q.get(), 1);
        EXPECT_GT(ticks(), before);
        q.task_done();
        before = ticks();
        co_await q.join();
        EXPECT_GT(ticks(), before);
      }(),
      options);
}

/// No default constructor, and its move throws when it is told to.
struct brittle {
  explicit brittle(int v) : value(v) {}
  brittle(brittle &&other) : value(other.value) {
    if (breaks != 0 && breaks-- != 0)
      throw std::runtime_error("move");
  }
  static inline int breaks = 0; ///< how many moves from now on throw
  int value;
};

TEST(queue, an_item_whose_move_throws_stays_where_it_is) {
  run([]() -> task<void> {
    queue<brittle> q(2);
    brittle mine(1);
    brittle::breaks = 1;
    bool threw = false;
    try {
      co_await q.put(std::move(mine));
    } catch (const std::runtime_error &) {
      threw = true;
    }
    EXPECT_TRUE(threw);
    EXPECT_TRUE(q.empty());
    EXPECT_EQ(q.unfinished(), 0U);
    co_await q.put(std::move(mine));
    brittle::breaks = 1;
    EXPECT_THROW((void)q.get_nowait(), std::runtime_error);
    EXPECT_EQ(q.size(), 1U);
    EXPECT_EQ((co_await q.get()).value, 1);
  }());
}

TEST(queue, a_getter_whose_item_cannot_be_moved_hands_its_turn_on) {
  run([]() -> task<void> {
    queue<brittle> q;
    auto get = [](queue<brittle> &x) -> task<int> { co_return (co_await x.get()).value; };
    auto first = create_task(get(q));
    auto second = create_task(get(q));
    co_await yield();
    q.put_nowait(5);
    brittle::breaks = 1;
    EXPECT_THROW(co_await first, std::runtime_error);
    EXPECT_EQ(co_await second, 5);
  }());
}

TEST(queue, who_waits_for_a_queue_that_goes_is_told) {
  run([]() -> task<void> {
    auto q = std::make_unique<queue<int>>(1);
    q->put_nowait(1);
    auto full = create_task([](queue<int> &x) -> task<void> { co_await x.put(2); }(*q));
    auto joined = create_task([](queue<int> &x) -> task<void> { co_await x.join(); }(*q));
    auto other = std::make_unique<queue<int>>();
    auto get = [](queue<int> &x) -> task<void> { (void)co_await x.get(); };
    auto waiting = create_task(get(*other));
    auto woken = create_task(get(*other));
    co_await yield();
    std::swap(waiting, woken); // the first in line is the one that is woken
    other->put_nowait(1);
    q.reset();
    other.reset();
    EXPECT_THROW(co_await full, usage_error);
    EXPECT_THROW(co_await joined, usage_error);
    EXPECT_THROW(co_await waiting, usage_error);
    EXPECT_THROW(co_await woken, usage_error);
  }());
}

TEST(queue, a_deadlock_names_it) {
  queue<int> q(0, "jobs");
  try {
    run([](queue<int> &x) -> task<void> { (void)co_await x.get(); }(q));
    ADD_FAILURE();
  } catch (const deadlock_error &e) {
    EXPECT_NE(std::string(e.what()).find("'main' waits for an item of queue 'jobs'"), std::string::npos) << e.what();
  }
}

TEST(queue, every_schedule_conserves_the_items) {
  explore_options options;
  options.strategy = "exhaustive";
  options.runs = 200000;
  options.footprints = true;
  const auto result = explore(
      []() -> task<void> {
        queue<int> q(1);
        int sum = 0;
        auto produce = [](queue<int> &x, int first) -> task<void> {
          co_await x.put(first);
          co_await x.put(first + 1);
        };
        auto consume = [](queue<int> &x, int &total) -> task<void> {
          total += co_await x.get();
          total += co_await x.get();
        };
        co_await gather(produce(q, 1), produce(q, 10), consume(q, sum), consume(q, sum));
        if (sum != 24 || !q.empty())
          throw std::runtime_error("lost an item");
      },
      options);
  EXPECT_TRUE(result.clean()) << result.failures.front().message;
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_GT(result.runs, 10U);
}

template <class Queue>
concept puts_what_it_cannot_hold = requires(Queue q) { q.put(std::string()); };
static_assert(!puts_what_it_cannot_hold<queue<int>>);
static_assert(!std::is_copy_constructible_v<queue<int>>);

} // namespace
} // namespace corace::test
