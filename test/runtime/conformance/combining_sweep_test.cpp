// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What combines tasks, under cancellation of each task at each tick, and at each millisecond: nothing is lost, nothing
// is left running, and nobody waits for ever.
#include "support.h"

namespace corace::test {
namespace {

/// Which task is cancelled, and when.
struct disturbance {
  std::size_t victim = 0; ///< among the tasks that are alive then, oldest first
  int step = 0;
  bool timed = false; ///< steps are milliseconds, else ticks
  bool strict = false;
  [[nodiscard]] std::string text() const {
    return "victim " + std::to_string(victim) + (timed ? ", ms " : ", tick ") + std::to_string(step) +
           (strict ? ", strict" : "");
  }
};

/// What happened in a run.
struct scene {
  int created = 0, inside = 0, completed = 0;
  int left = 0;           ///< bodies that still ran when the main script had ended
  bool root_ended = true; ///< and not cancelled
  int handed_out = 0;     ///< items of as_completed
  std::string victim;     ///< its name; empty: there were not so many tasks
};

class presence {
public:
  explicit presence(scene &in) : in_(in) { ++in_.inside; }
  presence(const presence &) = delete;
  presence &operator=(const presence &) = delete;
  ~presence() { --in_.inside; }

private:
  scene &in_;
};

task<int> busy(scene &world, int length) {
  const presence here(world);
  co_await turns(length);
  co_await sleep_for(length * 1ms);
  co_await turns(1);
  ++world.completed;
  co_return length;
}

/// Takes its time to end when it is cancelled.
task<int> stubborn(scene &world, int length) {
  const presence here(world);
  std::exception_ptr cancelled;
  try {
    co_await sleep_for(length * 1ms);
  } catch (const cancelled_error &) {
    cancelled = std::current_exception();
  }
  for (int i = 0; i < 2; ++i)
    try {
      co_await yield();
    } catch (const cancelled_error &) { // once more
    }
  if (cancelled)
    std::rethrow_exception(cancelled);
  ++world.completed;
  co_return length;
}

template <class Body> task_handle<int> child(scene &world, Body body, int length) {
  ++world.created;
  return create_task(body(world, length), "child");
}

using script = std::function<task<void>(scene &)>;
using check = std::function<void(const scene &)>;

task<void> root(const script &what, scene &world) {
  world.root_ended = false;
  try {
    co_await what(world);
    world.root_ended = true;
  } catch (...) {
    world.left = world.inside;
    throw;
  }
  world.left = world.inside;
}

/// One run; whether there was a victim.
task<bool> disturbed(const script &what, const check &holds, disturbance how) {
  scene world;
  auto main = create_task(root(what, world), "root");
  for (int i = 0; i < how.step; ++i)
    if (how.timed)
      co_await sleep_for(1ms);
    else
      co_await yield();
  auto alive = event_loop::current()->all_tasks();
  alive.erase(alive.begin()); // this one
  const bool found = how.victim < alive.size();
  if (found) {
    world.victim = alive[how.victim].name();
    alive[how.victim].cancel();
  }
  alive.clear();
  co_await sleep_for(1h); // longer than anything takes
  EXPECT_TRUE(main.done()) << how.text();
  EXPECT_EQ(event_loop::current()->all_tasks().size(), 1u) << how.text();
  EXPECT_EQ(world.inside, 0) << how.text();
  if (main.done() && !main.cancelled())
    (void)main.exception();
  const ::testing::ScopedTrace trace(__FILE__, __LINE__, how.text() + ", '" + world.victim + "'");
  holds(world);
  co_return found;
}

/// Cancels each task at each step, in plain and strict loops.
void sweep(const script &what, const check &holds) {
  int runs = 0;
  for (const bool strict : {false, true})
    for (const bool timed : {false, true})
      for (int step = 0; step < (timed ? 9 : 16); ++step)
        for (std::size_t victim = 0;; ++victim, ++runs) {
          run_options options;
          options.strict = strict;
          const disturbance how{.victim = victim, .step = step, .timed = timed, .strict = strict};
          if (!run(disturbed(what, holds, how), options))
            break;
        }
  EXPECT_GT(runs, 40);
}

/// All bodies but a cancelled one have come to their ends; that one may have, where it was cancelled too late.
void only_the_victim_is_missing(const scene &world) {
  EXPECT_LE(world.completed, world.created);
  EXPECT_GE(world.completed, world.created - (world.victim == "child" ? 1 : 0));
}

TEST(sweep, gather_cancels_all_children_or_none) {
  sweep(
      [](scene &world) -> task<void> {
        co_await gather(child(world, busy, 1), gather(child(world, stubborn, 2), child(world, busy, 3)));
      },
      [](const scene &world) {
        if (world.victim != "root")
          only_the_victim_is_missing(world);
      });
}

TEST(sweep, gather_results_gives_a_value_for_each_child) {
  sweep(
      [](scene &world) -> task<void> {
        const auto all =
            co_await gather_results(child(world, busy, 1), child(world, stubborn, 2), child(world, busy, 3));
        int good = std::get<0>(all).has_value();
        good += std::get<1>(all).has_value();
        good += std::get<2>(all).has_value();
        EXPECT_EQ(good, world.completed);
      },
      [](const scene &world) {
        EXPECT_EQ(world.left, 0);
        if (world.victim != "root") {
          EXPECT_TRUE(world.root_ended);
          only_the_victim_is_missing(world);
        }
      });
}

TEST(sweep, a_task_group_leaves_nothing_running) {
  sweep(
      [](scene &world) -> task<void> {
        co_await with_task_group([&](task_group &group) -> task<void> {
          ++world.created;
          group.create_task(busy(world, 2), "child");
          ++world.created;
          group.create_task(stubborn(world, 3), "child");
          group.create_task(
              [](task_group &g, scene &w) -> task<void> {
                co_await turns(2);
                ++w.created;
                g.create_task(busy(w, 4), "child");
              }(group, world),
              "spawner");
          co_await turns(3);
        });
      },
      [](const scene &world) {
        EXPECT_EQ(world.left, 0);
        if (world.victim != "root") {
          EXPECT_TRUE(world.root_ended); // a cancelled child is no failure
          only_the_victim_is_missing(world);
        }
      });
}

TEST(sweep, a_failing_task_group_leaves_nothing_running) {
  sweep(
      [](scene &world) -> task<void> {
        try {
          co_await with_task_group([&](task_group &group) -> task<void> {
            group.create_task(stubborn(world, 5), "child");
            group.create_task(fail("on purpose", 4), "failing");
            co_await sleep_for(3ms);
          });
        } catch (const exception_group &) {
          EXPECT_LE(this_task::cancelling(), world.victim == "root" ? 1u : 0u);
        }
        co_await turns(2); // a request from outside comes out here
      },
      [](const scene &world) {
        EXPECT_EQ(world.left, 0);
        EXPECT_TRUE(world.root_ended || world.victim == "root");
      });
}

TEST(sweep, time_limits_count_requests) {
  sweep(
      [](scene &world) -> task<void> {
        try {
          co_await with_timeout(6ms, [&]() -> task<void> {
            try {
              co_await with_timeout(3ms, [&] { return stubborn(world, 9); });
            } catch (const timeout_error &) {
            }
            co_await wait_for(child(world, stubborn, 20), 10ms);
          });
          ADD_FAILURE() << "not cut off";
        } catch (const timeout_error &) {
          EXPECT_EQ(this_task::cancelling(), 0u);
        }
        co_await turns(2);
      },
      [](const scene &world) {
        EXPECT_EQ(world.left, 0);
        if (world.victim == "root" || world.victim.empty())
          return;
        EXPECT_EQ(world.victim, "child"); // whose cancellation reaches who awaits it
      });
}

TEST(sweep, a_shield_keeps_cancellations_off) {
  sweep([](scene &world) -> task<void> { co_await shield(child(world, busy, 3)); }, only_the_victim_is_missing);
}

TEST(sweep, wait_touches_nothing) {
  for (const auto rule : {return_when::all_completed, return_when::first_completed, return_when::first_exception})
    sweep(
        [rule](scene &world) -> task<void> {
          auto one = child(world, busy, 1), two = child(world, busy, 2), three = child(world, stubborn, 3);
          for (int i = 0; i < 3; ++i) {
            const auto split = co_await wait(one, two, three, rule, 2ms);
            EXPECT_EQ(split.done.size() + split.pending.size(), 3u);
          }
        },
        [](const scene &world) {
          only_the_victim_is_missing(world);
          EXPECT_TRUE(world.root_ended || world.victim == "root");
        });
}

task<void> consumer(completion_order<task_handle<int>> &ends, scene &world, bool plain) {
  if (plain) {
    const auto next = ends.begin();
    if (next == ends.end())
      co_return;
    try {
      (void)co_await *next;
      ++world.handed_out;
    } catch (const cancelled_error &) {
      if (this_task::cancelling())
        throw;            // nothing was taken
      ++world.handed_out; // the item was cancelled
    }
  } else if (co_await ends.next()) {
    ++world.handed_out;
  }
}

TEST(sweep, as_completed_loses_no_completion) {
  sweep(
      [](scene &world) -> task<void> {
        auto ends = as_completed(child(world, busy, 1), child(world, busy, 2), child(world, stubborn, 3));
        std::vector<task_handle<void>> consumers;
        for (int i = 0; i < 3; ++i)
          consumers.push_back(create_task(consumer(ends, world, i == 1), "consumer"));
        std::exception_ptr cancelled;
        try {
          co_await wait(consumers);
        } catch (const cancelled_error &) {
          cancelled = std::current_exception();
        }
        if (cancelled)
          co_await wait(consumers);  // they refer to what is here
        while (co_await ends.next()) // what a cancelled consumer has left
          ++world.handed_out;
        EXPECT_EQ(world.handed_out, 3);
      },
      [](const scene &world) {
        only_the_victim_is_missing(world);
        EXPECT_EQ(world.handed_out, world.created);
      });
}

TEST(sweep, a_race_leaves_nothing_running) {
  sweep(
      [](scene &world) -> task<void> {
        std::vector<std::function<task<int>()>> all;
        all.push_back([&] { return stubborn(world, 9); });
        all.push_back([&]() -> task<int> {
          const presence here(world);
          co_await turns(2);
          throw std::runtime_error("no");
        });
        all.push_back([&] { return busy(world, 4); });
        const auto result = co_await staggered_race(std::move(all), 1ms);
        EXPECT_EQ(result.winner.has_value(), world.completed > 0);
      },
      [](const scene &world) {
        EXPECT_EQ(world.left, 0);
        EXPECT_TRUE(world.root_ended || world.victim == "root");
      });
}

} // namespace
} // namespace corace::test
