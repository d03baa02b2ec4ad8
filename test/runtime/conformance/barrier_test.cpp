// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <algorithm>

namespace corace::test {
namespace {

using phase = barrier::phase;
using places = std::vector<std::size_t>;

task<void> pass(barrier &b, places &log) { log.push_back(co_await b.wait()); }

task<bool> breaks(barrier &b) {
  try {
    co_await b.wait();
  } catch (const broken_barrier &) {
    co_return true;
  }
  co_return false;
}

template <class Make> std::vector<task_handle<void>> start(int count, const Make &make) {
  std::vector<task_handle<void>> all;
  for (int i = 0; i < count; ++i)
    all.push_back(create_task(make()));
  return all;
}

TEST(conformance, BAR_01_fewer_than_one_party_throws) {
  EXPECT_EQ(message_of<std::invalid_argument>([] { barrier(0, "b"); }), "corace: barrier 'b' for fewer than one party");
  EXPECT_THROW(barrier(-4), std::invalid_argument);
}

TEST(conformance, BAR_02_parties_is_the_size_and_n_waiting_counts_arrivals_while_filling) {
  run([]() -> task<void> {
    barrier b{3};
    places log;
    EXPECT_EQ(b.parties(), 3u);
    EXPECT_EQ(b.n_waiting(), 0u);
    auto one = create_task(pass(b, log));
    co_await yield();
    EXPECT_EQ(b.n_waiting(), 1u);
    auto two = create_task(pass(b, log));
    co_await yield();
    EXPECT_EQ(b.n_waiting(), 2u);
    EXPECT_EQ(co_await b.wait(), 2u);
    EXPECT_EQ(b.n_waiting(), 0u);
    co_await gather(one, two);
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_EQ(b.parties(), 3u);
  }());
}

TEST(conformance, BAR_03_nobody_passes_until_all_have_arrived_and_each_gets_a_place_of_its_own) {
  run([]() -> task<void> {
    barrier b{5};
    places log;
    for (int round = 0; round < 3; ++round) {
      log.clear();
      auto all = start(4, [&] { return pass(b, log); });
      co_await turns(5);
      EXPECT_EQ(log, places{});
      auto last = create_task(pass(b, log));
      co_await turns(3);
      EXPECT_EQ(log, (places{4, 0, 1, 2, 3})); // the last one does not suspend
      EXPECT_TRUE(last.done());
    }
  }());
}

TEST(conformance, BAR_04_a_barrier_for_one_never_suspends) {
  run([]() -> task<void> {
    barrier b{1};
    const auto before = ticks();
    EXPECT_EQ(co_await b.wait(), 0u);
    EXPECT_EQ(co_await b.wait(), 0u);
    EXPECT_EQ(ticks(), before);
    EXPECT_EQ(b.state(), phase::filling);
  }());
}

TEST(conformance, BAR_06_who_arrives_while_a_round_drains_counts_for_the_next) {
  run([]() -> task<void> {
    barrier b{3};
    places log, later;
    auto first = start(2, [&] { return pass(b, log); });
    co_await yield();
    // Both are in front of the two in the ready queue when these are let go.
    const auto arrive = [](barrier &x, places &l) -> task<void> {
      EXPECT_EQ(x.state(), phase::draining);
      l.push_back(co_await x.wait());
    };
    auto held = gather(arrive(b, later), arrive(b, later));
    EXPECT_EQ(co_await b.wait(), 2u);
    EXPECT_EQ(b.state(), phase::draining);
    EXPECT_EQ(log, places{});
    co_await yield();
    EXPECT_EQ(log, (places{0, 1}));
    co_await yield();
    EXPECT_EQ(b.state(), phase::filling);
    EXPECT_EQ(b.n_waiting(), 2u);
    EXPECT_EQ(later, places{});
    EXPECT_EQ(co_await b.wait(), 2u);
    co_await std::move(held);
    EXPECT_EQ(later, (places{0, 1}));
  }());
}

TEST(barrier, who_was_held_while_a_round_drained_comes_before_newcomers) {
  run([]() -> task<void> {
    barrier b{2};
    texts log;
    const auto visit = [](barrier &x, texts &l, std::string name) -> task<void> {
      const auto place = co_await x.wait();
      l.push_back(name + std::to_string(place));
    };
    auto first = create_task(visit(b, log, "first"));
    co_await yield();
    co_await b.wait();
    auto held = gather(visit(b, log, "held"), visit(b, log, "held too"), visit(b, log, "third"));
    // Runs after the round has drained and before those have had their turn.
    auto newcomer = create_task([](barrier &x, texts &l, auto v) -> task<void> {
      co_await yield();
      co_await v(x, l, "new");
    }(b, log, visit));
    co_await turns(6);
    EXPECT_EQ(log, (texts{"first0", "held too1", "held0", "new1", "third0"}));
    co_await newcomer;
    co_await std::move(held);
  }());
}

TEST(conformance, BAR_08_scoped_use_waits_on_entry_and_does_nothing_on_exit) {
  run([]() -> task<void> {
    barrier b{2};
    places log;
    auto other = create_task([](barrier &x, places &l) -> task<void> {
      auto scope = co_await x.arrive_scope();
      l.push_back(scope.index());
      EXPECT_FALSE(x.broken());
    }(b, log));
    co_await yield();
    {
      auto scope = co_await b.arrive_scope();
      EXPECT_EQ(scope.index(), 1u);
      co_await other;
      EXPECT_EQ(b.state(), phase::filling);
      EXPECT_EQ(b.n_waiting(), 0u);
    }
    EXPECT_EQ(b.state(), phase::filling);
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_EQ(log, places{0});
  }());
}

TEST(conformance, BAR_09_a_cancelled_waiter_no_longer_counts_and_another_can_fill_its_place) {
  run([]() -> task<void> {
    barrier b{3};
    places log;
    auto cancelled = create_task(pass(b, log));
    auto stays = create_task(pass(b, log));
    co_await yield();
    EXPECT_EQ(b.n_waiting(), 2u);
    cancelled.cancel();
    EXPECT_TRUE(co_await ends_cancelled(cancelled));
    EXPECT_EQ(b.n_waiting(), 1u);
    EXPECT_FALSE(b.broken());
    auto another = create_task(pass(b, log));
    co_await yield();
    EXPECT_EQ(b.n_waiting(), 2u);
    EXPECT_EQ(log, places{});
    auto last = create_task(pass(b, log));
    co_await gather(stays, another, last);
    std::sort(log.begin(), log.end());
    EXPECT_EQ(log, (places{0, 1, 2})); // all different, unlike asyncio's
  }());
}

TEST(conformance, BAR_11_reset_makes_all_waiters_throw_and_leaves_a_usable_barrier) {
  run([]() -> task<void> {
    barrier b{3, "b"};
    auto one = create_task(breaks(b)), two = create_task(breaks(b));
    co_await yield();
    b.reset();
    EXPECT_EQ(b.state(), phase::resetting);
    EXPECT_TRUE(co_await one);
    EXPECT_TRUE(co_await two);
    EXPECT_EQ(b.state(), phase::filling);
    EXPECT_FALSE(b.broken());
    EXPECT_EQ(b.n_waiting(), 0u);
    places log;
    auto all = start(3, [&] { return pass(b, log); });
    co_await turns(3);
    EXPECT_EQ(log.size(), 3u);

    auto named = create_task([](barrier &x) -> task<std::string> {
      try {
        co_await x.wait();
      } catch (const broken_barrier &e) {
        co_return e.what();
      }
      co_return "";
    }(b));
    co_await yield();
    b.reset();
    EXPECT_EQ(co_await named, "barrier 'b' was reset");
  }());
}

TEST(barrier, reset_during_the_draining_breaks_who_has_not_gone_on_yet) {
  run([]() -> task<void> {
    barrier b{3};
    auto one = create_task(breaks(b)), two = create_task(breaks(b));
    co_await yield();
    co_await b.wait();
    places log;
    auto held = create_task(pass(b, log));
    b.reset();
    EXPECT_EQ(b.state(), phase::resetting);
    EXPECT_TRUE(co_await one);
    EXPECT_TRUE(co_await two);
    co_await turns(2);
    EXPECT_EQ(b.state(), phase::filling);
    EXPECT_EQ(b.n_waiting(), 1u); // whoever was held is not disturbed
    b.reset();
    EXPECT_THROW(co_await held, broken_barrier);
  }());
}

TEST(conformance, BAR_13_reset_by_the_last_one_to_leave_does_not_disturb_who_comes_back) {
  run([]() -> task<void> {
    constexpr std::size_t parties = 5;
    barrier b{parties};
    std::size_t left = 0, second = 0, third = 0;
    const auto visit = [&]() -> task<void> {
      co_await b.wait();
      if (++left == parties)
        b.reset();
      co_await b.wait();
      ++second;
      co_await b.wait();
      ++third;
    };
    auto all = start(parties, visit);
    for (auto &each : all)
      co_await each;
    EXPECT_EQ(second, parties);
    EXPECT_EQ(third, parties);
    EXPECT_FALSE(b.broken());
    EXPECT_EQ(b.n_waiting(), 0u);
  }());
}

TEST(conformance, BAR_15_abort_marks_an_idle_barrier_broken) {
  run([]() -> task<void> {
    barrier b{2, "b"};
    b.abort();
    EXPECT_TRUE(b.broken());
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_TRUE(co_await breaks(b));
    EXPECT_TRUE(b.broken());
    b.reset();
    EXPECT_FALSE(b.broken());
    places log;
    auto all = start(2, [&] { return pass(b, log); });
    co_await turns(3);
    EXPECT_EQ(log.size(), 2u);
  }());
}

TEST(barrier, abort_breaks_those_who_wait_leave_and_are_held) {
  run([]() -> task<void> {
    barrier b{3};
    auto waiting = create_task(breaks(b));
    co_await yield();
    b.abort();
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_TRUE(co_await waiting);
    b.reset();
    auto one = create_task(breaks(b)), two = create_task(breaks(b));
    co_await yield();
    co_await b.wait();
    // Behind the two in the ready queue, so that it is held only if they have not gone on.
    auto aborter = create_task([](barrier &x) -> task<void> {
      x.abort();
      co_return;
    }(b));
    EXPECT_FALSE(co_await one);
    EXPECT_FALSE(co_await two);
    co_await aborter;
    EXPECT_TRUE(b.broken());
    b.reset();
    auto three = create_task(breaks(b)), four = create_task(breaks(b));
    co_await yield();
    co_await b.wait();
    b.abort();
    EXPECT_TRUE(co_await three);
    EXPECT_TRUE(co_await four);
    EXPECT_TRUE(b.broken());
  }());
}

TEST(conformance, BAR_17_n_waiting_is_0_unless_the_barrier_is_filling) {
  run([]() -> task<void> {
    barrier b{2};
    auto one = create_task(breaks(b));
    co_await yield();
    EXPECT_EQ(b.n_waiting(), 1u);
    co_await b.wait();
    EXPECT_EQ(b.state(), phase::draining);
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_FALSE(co_await one);
    auto two = create_task(breaks(b));
    co_await yield();
    b.reset();
    EXPECT_EQ(b.state(), phase::resetting);
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_TRUE(co_await two);
    auto three = create_task(breaks(b));
    co_await yield();
    b.abort();
    EXPECT_EQ(b.state(), phase::broken);
    EXPECT_EQ(b.n_waiting(), 0u);
    EXPECT_TRUE(co_await three);
  }());
}

TEST(conformance, BAR_18_an_exception_inside_the_scoped_block_does_not_break_the_barrier) {
  run([]() -> task<void> {
    barrier b{2};
    const auto thrower = [](barrier &x) -> task<void> {
      auto scope = co_await x.arrive_scope();
      throw std::runtime_error("inside");
    };
    auto one = create_task(thrower(b)), two = create_task(thrower(b));
    EXPECT_THROW(co_await one, std::runtime_error);
    EXPECT_THROW(co_await two, std::runtime_error);
    EXPECT_FALSE(b.broken());
    EXPECT_EQ(b.state(), phase::filling);
  }());
}

TEST(conformance, BAR_20_the_text_form_shows_the_state_and_the_waiters_unless_broken) {
  run([]() -> task<void> {
    barrier b{2, "b"};
    places log;
    EXPECT_EQ(to_string(barrier(1)), "barrier filling, waiters 0/1");
    auto one = create_task(pass(b, log));
    co_await yield();
    EXPECT_EQ(to_string(b), "barrier 'b' filling, waiters 1/2");
    co_await b.wait();
    EXPECT_EQ(to_string(b), "barrier 'b' draining, waiters 0/2");
    co_await one;
    auto two = create_task(breaks(b));
    co_await yield();
    b.reset();
    EXPECT_EQ(to_string(b), "barrier 'b' resetting, waiters 0/2");
    co_await two;
    b.abort();
    EXPECT_EQ(to_string(b), "barrier 'b' broken");
  }());
}

TEST(conformance, BAR_21_a_barrier_is_not_itself_awaitable) {
  static_assert(!detail::awaitable<barrier &>);
  static_assert(!detail::awaitable<barrier>);
}

// They are plain calls here: there is no lock to wait for.
TEST(conformance, BAR_22_reset_and_abort_have_done_their_work_when_they_return) {
  static_assert(std::is_void_v<decltype(std::declval<barrier &>().reset())>);
  static_assert(std::is_void_v<decltype(std::declval<barrier &>().abort())>);
  run([]() -> task<void> {
    barrier b{2};
    auto waiter = create_task(breaks(b));
    co_await yield();
    const auto before = ticks();
    b.abort();
    EXPECT_TRUE(b.broken());
    EXPECT_FALSE(waiter.done()); // and nobody ran inline
    b.reset();
    EXPECT_EQ(b.state(), phase::resetting);
    EXPECT_EQ(ticks(), before);
    EXPECT_TRUE(co_await waiter);
    EXPECT_EQ(b.state(), phase::filling);
    b.reset(); // also where there is nothing to reset, and from a call-back
    event_loop::current()->call_soon([&b] { b.abort(); });
    co_await turns(2);
    EXPECT_TRUE(b.broken());
  }());
}

} // namespace
} // namespace corace::test
