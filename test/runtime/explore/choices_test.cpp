// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can happen in a run besides one task running or another: timers before their time, cancellations, spurious
// wake-ups, queues that count as full, exceptions, and the numbers of choose(). Counts are worked out by hand.
#include "support.h"

#include <corace/choose.h>
#include <corace/may_throw.h>

#include <map>
#include <set>
#include <stdexcept>

namespace corace::test {
namespace {

using namespace std::chrono_literals;

/// The failure of the body shows again under its token alone, whatever the options are.
void expect_replayed(const std::function<task<void>()> &body, const explore_failure &failure) {
  EXPECT_TRUE(failure.verified) << failure.token;
  explore_options options;
  options.strategy = "replay";
  options.token = failure.token;
  const auto again = explore(body, options);
  ASSERT_EQ(again.failures.size(), 1u) << failure.token;
  EXPECT_EQ(again.failures[0].message, failure.message) << failure.token;
  EXPECT_EQ(again.failures[0].token, failure.token);
}

/// The part of a token that says what happens.
std::string deviations(const explore_failure &failure) { return failure.token.substr(failure.token.find('.', 3) + 1); }

// choose()

TEST(choose, is_zero_outside_of_exploration) {
  EXPECT_EQ(choose(3), 0u);
  run([]() -> task<void> {
    EXPECT_EQ(choose(3), 0u);
    co_return;
  }());
}

TEST(choose, refuses_what_has_no_value) {
  EXPECT_THROW((void)choose(0, "peers"), usage_error);
  EXPECT_THROW((void)choose(std::size_t{1} << 32), usage_error);
}

TEST(choose, every_value_is_explored_once) {
  std::map<std::pair<std::size_t, std::size_t>, int> seen;
  int calls = 0;
  for (const bool footprints : {false, true}) {
    seen.clear();
    calls = 0;
    const auto result = explore(
        [&]() -> task<void> {
          const std::size_t first = choose(3), second = first == 1 ? choose(2) : 0;
          if (++calls <= 4) // some are run again at the end
            ++seen[{first, second}];
          co_return;
        },
        exhaustively(footprints));
    EXPECT_TRUE(result.complete) << result.stopped;
    EXPECT_EQ(result.runs, 4u);
    EXPECT_EQ(seen,
              (std::map<std::pair<std::size_t, std::size_t>, int>{{{0, 0}, 1}, {{1, 0}, 1}, {{1, 1}, 1}, {{2, 0}, 1}}));
  }
}

// Two tasks with one segment each, in two orders: what they touch in common depends on their choices.
TEST(choose, tasks_sleep_with_what_they_touch_under_any_value) {
  static cell shared, own[2];
  const auto body = [](int i) -> task<void> {
    cell &c = choose(2) ? shared : own[i];
    c.set(c.get() + 1);
    co_return;
  };
  const auto count = [&](bool footprints) {
    return explore(
        [&]() -> task<void> {
          shared.value = own[0].value = own[1].value = 0;
          return concurrently(2, body);
        },
        exhaustively(footprints));
  };
  const auto all = count(false), some = count(true);
  EXPECT_TRUE(all.complete);
  EXPECT_EQ(all.runs, 8u); // 2 orders, 4 pairs of values
  EXPECT_TRUE(some.complete);
  // A first: 4 pairs. B first: with its own cell A sleeps on, with the shared one A may conflict, whatever it chooses.
  EXPECT_EQ(some.runs, 6u);
  EXPECT_EQ(some.blocked, 1u);
}

TEST(choose, of_independent_tasks_makes_no_orders) {
  static cell own[3];
  const auto result = explore(
      []() -> task<void> {
        return concurrently(3, [](int i) -> task<void> {
          own[i].set(static_cast<int>(choose(2)));
          co_return;
        });
      },
      exhaustively(true));
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.runs, 8u); // the values alone
}

/// Fails for one value in one order of the tasks.
task<void> fails_for_two_in_one_order() {
  int order = 0;
  const auto first = [](int &at) -> task<void> {
    co_await yield();
    at = at * 10 + 1;
  };
  const auto second = [](int &at) -> task<void> {
    const std::size_t reply = choose(3, "reply");
    co_await yield();
    at = at * 10 + 2;
    if (reply == 2 && at == 2)
      throw std::runtime_error("late reply");
  };
  co_await gather(first(order), second(order));
}

TEST(choose, a_failure_for_one_value_in_one_order_is_found_and_replayed) {
  for (const char *strategy : {"exhaustive", "random", "portfolio"}) {
    explore_options options;
    options.strategy = strategy;
    const auto result = explore(fails_for_two_in_one_order, options);
    ASSERT_EQ(result.failures.size(), 1u) << strategy;
    EXPECT_EQ(result.failures[0].message, "late reply");
    EXPECT_NE(deviations(result.failures[0]).find("B1v2"), std::string::npos) << result.failures[0].token;
    EXPECT_EQ(result.failures[0].switches, 2u) << result.failures[0].token;
    expect_replayed(fails_for_two_in_one_order, result.failures[0]);
  }
}

TEST(choose, only_a_search_of_the_values_is_complete) {
  for (const char *strategy : {"bounded", "exhaustive"}) {
    explore_options options;
    options.strategy = strategy;
    const auto result = explore(
        []() -> task<void> {
          (void)choose(2);
          co_return;
        },
        options);
    EXPECT_EQ(result.complete, strategy == std::string("exhaustive")) << result.stopped;
  }
}

TEST(choose, a_token_whose_choice_is_not_made_is_refused) {
  explore_options options;
  options.strategy = "exhaustive";
  const auto found = explore(fails_for_two_in_one_order, options);
  ASSERT_EQ(found.failures.size(), 1u);
  const std::string start = found.failures[0].token.substr(0, found.failures[0].token.find('.', 3) + 1);
  options.strategy = "replay";
  for (const auto &[deviation, reason] :
       std::map<std::string, std::string>{{"B2v1", "task B makes no 2nd choose()"},
                                          {"B1v3", "the 1st choose() of task B gives less than 3"},
                                          {"A1q", "task A makes no 1st put into a queue of limited size that has room"},
                                          {"A1e", "task A makes no 1st may_throw()"},
                                          {"A1-Bt1", "the 1st timer of task B is not pending"},
                                          {"A1-Cx", "task C is at no await"},
                                          {"A1-Bw", "task B does not wait at a condition variable"}}) {
    options.token = start + deviation;
    try {
      (void)explore(fails_for_two_in_one_order, options);
      ADD_FAILURE() << deviation;
    } catch (const usage_error &e) {
      EXPECT_NE(std::string(e.what()).find(reason), std::string::npos) << e.what();
    }
  }
}

// Timers

explore_options free_timers(bool footprints = true) {
  auto options = exhaustively(footprints);
  options.timers = "free";
  return options;
}

task<void> nap(std::vector<int> &order, int i) {
  co_await sleep_for(i * 1ms);
  order.push_back(i);
}

TEST(timers, free_ones_fire_in_any_order) {
  std::set<std::vector<int>> orders;
  const auto body = [&]() -> task<void> {
    std::vector<int> order;
    co_await gather(nap(order, 1), nap(order, 2), nap(order, 3));
    orders.insert(order);
  };
  const auto strict = explore(body, exhaustively(false));
  EXPECT_TRUE(strict.complete);
  EXPECT_EQ(orders.size(), 1u);
  orders.clear();
  const auto free = explore(body, free_timers(false));
  EXPECT_TRUE(free.complete) << free.stopped;
  EXPECT_EQ(orders.size(), 6u);
}

// A sleep of one task, and another one that does not sleep: its timer, the end of its sleep and the other's segment.
TEST(timers, counts) {
  const auto body = []() -> task<void> {
    const auto sleeper = []() -> task<void> { co_await sleep_for(1ms); };
    const auto other = []() -> task<void> { co_return; };
    co_await gather(sleeper(), other());
  };
  const auto all = explore(body, free_timers(false));
  EXPECT_TRUE(all.complete) << all.stopped;
  // B before A; A, B, timer, A; A, timer, B, A; A, timer, A, B.
  EXPECT_EQ(all.runs, 4u);
  const auto some = explore(body, free_timers(true));
  EXPECT_TRUE(some.complete) << some.stopped;
  EXPECT_EQ(some.runs, 1u);
}

TEST(timers, those_that_are_due_together_can_fire_apart) {
  std::set<std::vector<int>> orders;
  const auto body = [&]() -> task<void> {
    std::vector<int> order;
    const auto twice = [](std::vector<int> &at, int i) -> task<void> {
      co_await sleep_for(1ms);
      at.push_back(i);
      co_await yield();
      at.push_back(i);
    };
    co_await gather(twice(order, 1), twice(order, 2));
    orders.insert(order);
  };
  EXPECT_TRUE(explore(body, free_timers(false)).complete);
  EXPECT_EQ(orders.size(), 6u);
}

/// Relies on the order of two deadlines.
task<void> relies_on_deadlines() {
  bool ready = false;
  const auto prepare = [](bool &at) -> task<void> {
    co_await sleep_for(1ms);
    at = true;
  };
  const auto use = [](const bool &at) -> task<void> {
    co_await sleep_for(2ms);
    if (!at)
      throw std::runtime_error("not ready");
  };
  co_await gather(prepare(ready), use(ready));
}

TEST(timers, an_order_of_deadlines_is_broken_only_where_they_are_free) {
  for (const char *strategy : {"exhaustive", "random", "portfolio"}) {
    explore_options options;
    options.strategy = strategy;
    EXPECT_TRUE(explore(relies_on_deadlines, options).clean()) << strategy;
    options.timers = "free";
    const auto result = explore(relies_on_deadlines, options);
    ASSERT_EQ(result.failures.size(), 1u) << strategy;
    EXPECT_NE(deviations(result.failures[0]).find("-Bt1"), std::string::npos) << result.failures[0].token;
    expect_replayed(relies_on_deadlines, result.failures[0]);
  }
}

TEST(timers, a_call_is_one_as_well) {
  bool called = false;
  const auto body = [&]() -> task<void> {
    called = false;
    event_loop::current()->call_later(1s, [&] { called = true; });
    co_await yield();
    if (called)
      throw std::runtime_error("called at once");
  };
  EXPECT_TRUE(explore(body, exhaustively(false)).clean());
  const auto result = explore(body, free_timers(false));
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(deviations(result.failures[0]), "_1-_t1");
}

TEST(timers, refuses_another_word) {
  explore_options options;
  options.timers = "loose";
  EXPECT_THROW((void)explore(relies_on_deadlines, options), usage_error);
}

// Time limits

/// A limit that passes between two statements leaves the pair torn.
task<void> torn_by_a_limit() {
  int first = 0, second = 0;
  const auto update = [](int &a, int &b) -> task<void> {
    a = 1;
    co_await yield();
    b = 1;
  };
  try {
    co_await with_timeout(1s, [&]() -> task<void> { return update(first, second); });
  } catch (const timeout_error &) {
  }
  if (first != second)
    throw std::runtime_error("torn");
}

TEST(timeouts, one_that_passes_between_two_statements_is_found) {
  for (const char *strategy : {"exhaustive", "random", "portfolio"}) {
    explore_options options;
    options.strategy = strategy;
    EXPECT_TRUE(explore(torn_by_a_limit, options).clean()) << strategy;
    options.timeouts = 1;
    const auto result = explore(torn_by_a_limit, options);
    ASSERT_EQ(result.failures.size(), 1u) << strategy;
    EXPECT_EQ(result.failures[0].message, "torn");
    EXPECT_EQ(deviations(result.failures[0]), "_1-_t1");
    expect_replayed(torn_by_a_limit, result.failures[0]);
  }
}

TEST(timeouts, counts) {
  auto options = exhaustively(false);
  options.timeouts = 1;
  const auto result = explore(
      []() -> task<void> {
        try {
          co_await with_timeout(1s, []() -> task<void> {
            co_await yield();
            co_await yield();
          });
        } catch (const timeout_error &) {
        }
      },
      options);
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_EQ(result.runs, 3u); // never, at the first await, at the second
}

// Cancellations

/// Takes something like a lock, and gives it back unless it is cancelled at the second of its awaits.
task<void> holds_a_flag(bool &held) {
  co_await yield();
  held = true;
  co_await sleep_for(1ms);
  held = false;
  co_await yield();
}
task<void> leaks_when_cancelled() {
  bool held = false;
  const auto handle = create_task(holds_a_flag(held));
  try {
    co_await handle;
  } catch (const cancelled_error &) {
  }
  if (held)
    throw std::runtime_error("leaked");
}

explore_options cancelling(std::uint64_t count, bool footprints = false) {
  auto options = exhaustively(footprints);
  options.cancellations = count;
  return options;
}

TEST(cancellations, sweep_over_the_awaits_of_a_task) {
  std::map<bool, int> held;
  int calls = 0;
  const auto body = [&]() -> task<void> {
    bool flag = false;
    const auto handle = create_task(holds_a_flag(flag));
    try {
      co_await handle;
    } catch (const cancelled_error &) {
    }
    if (++calls <= 5) // some are run again at the end
      ++held[flag];
  };
  const auto result = explore(body, cancelling(1));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_TRUE(result.clean());
  // Never; at the first await; in the sleep; after the sleep, before it goes on; at the last await.
  EXPECT_EQ(result.runs, 5u);
  EXPECT_EQ(held[true], 2);
}

TEST(cancellations, a_leak_is_found_and_replayed) {
  for (const char *strategy : {"exhaustive", "random", "portfolio"}) {
    explore_options options;
    options.strategy = strategy;
    EXPECT_TRUE(explore(leaks_when_cancelled, options).clean()) << strategy;
    options.cancellations = 1;
    const auto result = explore(leaks_when_cancelled, options);
    ASSERT_EQ(result.failures.size(), 1u) << strategy;
    EXPECT_EQ(result.failures[0].message, "leaked");
    EXPECT_EQ(result.failures[0].switches, 1u);
    EXPECT_EQ(deviations(result.failures[0]), "A2-Ax");
    expect_replayed(leaks_when_cancelled, result.failures[0]);
  }
}

TEST(cancellations, what_the_main_task_does_with_them_is_no_failure) {
  const auto body = []() -> task<void> {
    co_await gather([]() -> task<void> { co_await yield(); }(), []() -> task<void> { co_await yield(); }());
  };
  const auto result = explore(body, cancelling(2));
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_TRUE(result.clean());
  EXPECT_GT(result.runs, 2u);
}

TEST(cancellations, a_deadlock_stays_one) {
  const auto body = []() -> task<void> {
    event never;
    co_await gather([](event &e) -> task<void> { co_await e.wait(); }(never));
  };
  const auto result = explore(body, cancelling(1));
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "deadlock");
}

TEST(cancellations, footprints_leave_no_outcome_out) {
  std::set<std::string> seen;
  static cell x;
  const auto body = [&]() -> task<void> {
    std::string log;
    x.value = 0;
    const auto worker = [](std::string &to, char name) -> task<void> {
      try {
        x.set(x.get() + 1);
        co_await yield();
        to += name;
        to += std::to_string(x.get());
        co_await sleep_for(1ms);
        to += name;
      } catch (const cancelled_error &) {
        to += '!';
        to += name;
        x.set(x.get() + 10);
      }
    };
    (void)co_await gather(worker(log, 'a'), worker(log, 'b'));
    seen.insert(std::to_string(x.get()));
  };
  std::set<std::string> plain;
  for (const std::uint64_t count : {1u, 2u}) {
    seen.clear();
    const auto all = explore(body, cancelling(count, false));
    EXPECT_TRUE(all.complete) << all.stopped;
    plain = seen;
    seen.clear();
    const auto some = explore(body, cancelling(count, true));
    EXPECT_TRUE(some.complete) << some.stopped;
    EXPECT_EQ(seen, plain);
    EXPECT_LT(some.runs, all.runs);
  }
}

// Spurious wake-ups

task<void> consume(condition_variable &c, std::vector<int> &items, bool carefully) {
  auto lock = co_await c.lock();
  if (carefully)
    co_await c.wait([&] { return !items.empty(); });
  else if (items.empty())
    co_await c.wait();
  if (items.empty())
    throw std::runtime_error("nothing to consume");
  items.pop_back();
}
task<void> produce(condition_variable &c, std::vector<int> &items) {
  auto lock = co_await c.lock();
  items.push_back(1);
  c.notify_one();
}
task<void> one_consumer(bool carefully) {
  condition_variable c;
  std::vector<int> items;
  co_await gather(consume(c, items, carefully), produce(c, items));
}

TEST(spurious_wake_ups, break_a_consumer_that_looks_once) {
  const auto body = [] { return one_consumer(false); };
  for (const char *strategy : {"exhaustive", "random", "portfolio"}) {
    explore_options options;
    options.strategy = strategy;
    EXPECT_TRUE(explore(body, options).clean()) << strategy;
    options.spurious_wake_ups = 1;
    const auto result = explore(body, options);
    ASSERT_EQ(result.failures.size(), 1u) << strategy;
    EXPECT_EQ(result.failures[0].message, "nothing to consume");
    EXPECT_EQ(deviations(result.failures[0]), "A1-Aw");
    expect_replayed(body, result.failures[0]);
  }
}

TEST(spurious_wake_ups, do_nothing_to_one_that_looks_again) {
  auto options = exhaustively(false);
  options.spurious_wake_ups = 3;
  const auto result = explore([] { return one_consumer(true); }, options);
  EXPECT_TRUE(result.clean());
  EXPECT_TRUE(result.complete);
}

// Full queues

TEST(full_queues, a_put_that_is_refused_is_found) {
  const auto body = []() -> task<void> {
    queue<int> q(2);
    q.put_nowait(1);
    co_await q.put(2);
  };
  EXPECT_TRUE(explore(body).clean());
  auto options = exhaustively(false);
  options.full_queues = 1;
  const auto result = explore(body, options);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.runs, 3u); // neither, the first, the second
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(deviations(result.failures[0]), "_1q");
  expect_replayed(body, result.failures[0]);
}

TEST(full_queues, a_put_waits_for_a_turn) {
  std::set<std::string> seen;
  const auto body = [&]() -> task<void> {
    queue<char> q(2);
    std::string log;
    const auto putter = [](queue<char> &to, std::string &at) -> task<void> {
      co_await to.put('a');
      at += to.size() == 1 ? "a" : "late";
    };
    const auto other = [](queue<char> &to) -> task<void> {
      if (!to.full())
        (void)to.try_put('b');
      co_return;
    };
    co_await gather(putter(q, log), other(q));
    seen.insert(log);
  };
  auto options = exhaustively(false);
  EXPECT_TRUE(explore(body, options).complete);
  EXPECT_EQ(seen, (std::set<std::string>{"a", "late"})); // by the order of the tasks alone
  options.full_queues = 1;
  const auto result = explore(body, options);
  EXPECT_TRUE(result.complete);
  EXPECT_TRUE(result.clean());
  // A first: at once, and B is refused or not; refused, and B comes before it or after. B first: at once, and A is
  // refused or not; refused.
  EXPECT_EQ(result.runs, 7u);
}

// Exceptions

TEST(exceptions, come_at_every_point) {
  std::set<int> seen;
  const auto body = [&]() -> task<void> {
    int done = 0;
    try {
      for (; done < 3; ++done)
        may_throw<std::runtime_error>("lost");
    } catch (const std::runtime_error &) {
    }
    seen.insert(done);
    co_return;
  };
  EXPECT_TRUE(explore(body).clean());
  EXPECT_EQ(seen, std::set<int>{3});
  auto options = exhaustively(false);
  options.exceptions = 1;
  const auto result = explore(body, options);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.runs, 4u);
  EXPECT_EQ(seen, (std::set<int>{0, 1, 2, 3}));
}

TEST(exceptions, one_that_leaves_something_undone_is_found) {
  const auto body = []() -> task<void> {
    bool held = false;
    const auto work = [](bool &flag) -> task<void> {
      flag = true;
      co_await yield();
      may_throw<std::runtime_error>("lost");
      flag = false;
    };
    try {
      co_await work(held);
    } catch (const std::runtime_error &) {
    }
    if (held)
      throw std::logic_error("leaked");
  };
  for (const char *strategy : {"exhaustive", "random"}) {
    explore_options options;
    options.strategy = strategy;
    options.exceptions = 1;
    const auto result = explore(body, options);
    ASSERT_EQ(result.failures.size(), 1u) << strategy;
    EXPECT_EQ(deviations(result.failures[0]), "_1e");
    expect_replayed(body, result.failures[0]);
  }
}

} // namespace
} // namespace corace::test
