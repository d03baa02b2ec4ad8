// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each strategy finds what it is made for, in few runs, and does what its definition says.
#include "support.h"

#include "detect/detector.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corace::test {
namespace {

explore_options by(const char *strategy, std::uint64_t runs = 1000) {
  explore_options options;
  options.strategy = strategy;
  options.runs = runs;
  options.stop_at_first = true;
  return options;
}

/// The run that showed the first failure; 0: none did.
std::uint64_t first_failure(const std::function<task<void>()> &body, const explore_options &options) {
  const auto result = explore(body, options);
  return result.failures.empty() ? 0 : result.failures[0].found_in_run;
}

/// As many awaits as tasks have to pass before the one that matters.
task<void> late_update(int steps_before) {
  int total = 0;
  const auto add = [](int &sum, int before) -> task<void> {
    for (int i = 0; i < before; ++i)
      co_await yield();
    const int seen = sum;
    co_await sleep_for(std::chrono::seconds(0));
    sum = seen + 1;
  };
  co_await gather(add(total, steps_before), add(total, 3 * steps_before), add(total, 5 * steps_before));
  if (total == 1)
    throw std::runtime_error("two updates were lost");
}

TEST(site_hold, finds_in_a_run_for_each_await_what_chance_does_not) {
  const auto body = [] { return late_update(40); };
  const std::uint64_t runs = first_failure(body, by("site-hold"));
  EXPECT_GT(runs, 0u);
  EXPECT_LE(runs, 4u);
  EXPECT_EQ(first_failure(body, by("random", 20)), 0u);
}

TEST(site_hold, makes_a_run_for_each_await_under_each_order_and_then_for_pairs) {
  explore_options options = by("site-hold");
  const auto result = explore([] { return late_update(4); },
                              [&] {
                                options.stop_at_first = false;
                                return options;
                              }());
  // Two awaits: a run to see them, one each under three orders, and the pair under three orders.
  EXPECT_EQ(result.runs, 1u + 2 * 3 + 3);
  EXPECT_EQ(result.stopped, "all its schedules were run");
}

TEST(task_hold, holds_one_task_at_one_of_many_passages) {
  // Each comes by the same await again and again; it goes wrong only between the third time of one and all of another.
  const auto body = []() -> task<void> {
    int round = 0, seen_by_other = -1;
    const auto counter = [](int &r, int &seen) -> task<void> {
      for (int i = 0; i < 6; ++i) {
        r = i;
        co_await yield();
        if (r == 3 && seen == 3)
          throw std::runtime_error("seen in between");
      }
    };
    const auto other = [](int &r, int &seen) -> task<void> {
      co_await sleep_for(std::chrono::seconds(0));
      seen = r;
      co_await sleep_for(std::chrono::seconds(0));
    };
    co_await gather(counter(round, seen_by_other), other(round, seen_by_other));
  };
  EXPECT_GT(first_failure(body, by("task-hold", 30)), 0u);
  EXPECT_EQ(first_failure(body, by("serial")), 0u);
  EXPECT_EQ(first_failure(body, by("site-hold", 30)), 0u);
}

TEST(site_hold, does_not_wait_for_who_polls) {
  explore_options options = by("site-hold");
  options.stop_at_first = false;
  const auto result = explore(
      []() -> task<void> {
        bool done = false;
        const auto poll = [](bool &flag) -> task<void> {
          while (!flag)
            co_await yield();
        };
        const auto work = [](bool &flag) -> task<void> {
          co_await sleep_for(std::chrono::seconds(0));
          flag = true;
        };
        co_await gather(poll(done), poll(done), work(done));
      },
      options);
  EXPECT_TRUE(result.clean());
  EXPECT_EQ(result.stopped, "all its schedules were run"); // and none was cut off
}

TEST(strategies, tell_who_has_found_it) {
  const auto body = [] { return late_update(3); };
  EXPECT_EQ(explore(body, by("portfolio")).failures.at(0).strategy, "site-hold");
  EXPECT_EQ(explore(body, by("random")).failures.at(0).strategy, "random");
}

TEST(strategies, a_random_run_that_failed_is_the_one_that_is_reported) {
  int late = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::uint64_t runs = 0, failed = 0;
    explore_options options = by("random", 20000);
    options.seed = seed;
    const auto result = explore(
        [&]() -> task<void> {
          ++runs;
          try {
            co_await late_update(3);
          } catch (const std::runtime_error &) {
            failed = failed ? failed : runs;
            throw;
          }
        },
        options);
    ASSERT_FALSE(result.clean()) << seed;
    EXPECT_EQ(result.failures[0].found_in_run, failed) << seed;
    late += failed > 64;
  }
  EXPECT_GT(late, 5); // else nobody has learned anything of quick runs
}

/// Two tasks, of `a` and `b` segments, that note in which order these come.
task<void> note_order(std::string &order, int a, int b) {
  order.clear();
  const auto noting = [](std::string &to, char who, int segments) -> task<void> {
    for (int i = 0; i < segments; ++i) {
      if (i > 0)
        co_await yield();
      to += who;
    }
  };
  co_await gather(noting(order, 'a', a), noting(order, 'b', b));
}

/// How often each order came, once the strategy has learned what there is.
std::map<std::string, double> orders(const char *strategy, int a, int b, double runs) {
  std::map<std::string, double> times;
  std::string order;
  double run = 0;
  explore_options options = by(strategy, 200 + static_cast<std::uint64_t>(runs));
  const auto result = explore(
      [&]() -> task<void> {
        co_await note_order(order, a, b);
        if (++run > 200)
          ++times[order];
      },
      options);
  EXPECT_TRUE(result.clean());
  return times;
}

double chi_square(const std::map<std::string, double> &times, double classes, double runs) {
  double sum = (classes - static_cast<double>(times.size())) * runs / classes; // those that never came
  for (const auto &[order, n] : times)
    sum += (n - runs / classes) * (n - runs / classes) / (runs / classes);
  return sum;
}

// 7 choose 2 orders; 20 degrees of freedom: above 45.3 with a probability of 0.001.
TEST(urw, draws_all_interleavings_of_uneven_tasks_alike) {
  EXPECT_LT(chi_square(orders("urw", 2, 5, 4200), 21, 4200), 45.3);
  EXPECT_GT(chi_square(orders("random", 2, 5, 4200), 21, 4200), 1000.0);
}

/// Each of the tasks makes some segments first that touch nothing in common.
task<void> append_to(shared<std::string> &order, char who, int before, int appends) {
  for (int i = 0; i < before; ++i)
    co_await yield();
  for (int i = 0; i < appends; ++i) {
    order.update([&](std::string &text) { text += who; });
    co_await yield();
  }
}

// 5 choose 2 orders of the accesses; 9 degrees of freedom: above 27.9 with a probability of 0.001.
TEST(surw, draws_all_orders_of_the_accesses_alike_whatever_else_the_tasks_do) {
  const auto spread = [](const char *strategy) {
    std::map<std::string, double> times;
    double run = 0;
    const auto result = explore(
        [&]() -> task<void> {
          shared<std::string> order;
          co_await gather(append_to(order, 'a', 12, 2), append_to(order, 'b', 1, 3));
          if (++run > 200)
            ++times[order.peek()];
        },
        by(strategy, 2200));
    EXPECT_TRUE(result.clean());
    return chi_square(times, 10, 2000);
  };
  EXPECT_LT(spread("surw"), 27.9);
  EXPECT_GT(spread("random"), 1000.0);
  EXPECT_GT(spread("urw"), 1000.0);
}

/// How often, of 4000 runs of POS, the accesses of two tasks came in this order.
double share_of(const std::string &wanted, int before, int appends) {
  double run = 0, times = 0;
  const auto result = explore(
      [&]() -> task<void> {
        shared<std::string> order;
        co_await gather(append_to(order, 'a', 0, 1), append_to(order, 'b', before, appends));
        if (++run > 200)
          times += order.peek() == wanted;
      },
      by("pos", 4200));
  EXPECT_TRUE(result.clean());
  return times / 4000;
}

// The one of the four segments of b and the one of a that has the lowest priority comes last.
TEST(pos, draws_once_for_each_segment) { EXPECT_NEAR(share_of("ba", 3, 1), 1.0 / 5, 0.03); }

// When b has made its first access, a draws again: were it not so, this would come in a third of the runs.
TEST(pos, draws_anew_for_what_conflicts) { EXPECT_NEAR(share_of("bba", 0, 2), 1.0 / 4, 0.03); }

// Without a place to fall at, whoever runs first runs to its end: 3! orders.
TEST(pct, never_runs_a_task_while_a_higher_one_is_ready) {
  for (std::uint64_t depth : {1u, 2u}) {
    std::set<std::string> seen;
    std::size_t switches = 0;
    explore_options options = by("pct", 500);
    options.depth = depth;
    const auto result = explore(
        [&]() -> task<void> {
          std::string order;
          const auto noting = [](std::string &to, char who) -> task<void> {
            for (int i = 0; i < 4; ++i) {
              to += who;
              co_await yield();
            }
          };
          co_await gather(noting(order, 'a'), noting(order, 'b'), noting(order, 'c'));
          seen.insert(order);
          std::size_t changes = 0;
          for (std::size_t i = 1; i < order.size(); ++i)
            changes += order[i] != order[i - 1];
          switches = std::max(switches, changes);
        },
        options);
    EXPECT_TRUE(result.clean());
    EXPECT_EQ(switches, depth == 1 ? 2u : 3u); // who falls goes on when the others have ended
    EXPECT_EQ(seen.size() == 6, depth == 1) << seen.size();
  }
}

TEST(pct, lets_a_task_fall_that_polls_for_lower_ones) {
  explore_options options = by("pct", 200);
  options.steps = 2000;
  bool all_ended = true;
  const auto result = explore(
      [&]() -> task<void> {
        shared<bool> done = false;
        const auto poll = [](shared<bool> &flag) -> task<void> {
          while (!flag)
            co_await yield();
        };
        const auto work = [](shared<bool> &flag) -> task<void> {
          co_await yield();
          flag = true;
        };
        const bool before = std::exchange(all_ended, false);
        co_await gather(poll(done), poll(done), work(done));
        all_ended = before;
      },
      options);
  EXPECT_TRUE(result.clean());
  EXPECT_TRUE(all_ended);
}

explore_result bounded_orders(const char *bound, std::uint64_t runs, std::vector<std::string> &seen) {
  std::string order;
  explore_options options = by("bounded", runs);
  options.bound = bound;
  return explore(
      [&]() -> task<void> {
        co_await note_order(order, 3, 3);
        seen.push_back(order);
      },
      options);
}

// With two tasks, a delay is a switch of any kind. The main task's segments leave no choice.
TEST(bounded, runs_what_needs_few_delays_first) {
  std::vector<std::string> seen;
  const auto result = bounded_orders("delays", 100000, seen);
  EXPECT_TRUE(result.complete) << result.stopped;
  const auto changes = [](const std::string &order) {
    std::size_t n = 0;
    for (std::size_t i = 1; i < order.size(); ++i)
      n += order[i] != order[i - 1];
    return n;
  };
  // a begins, or b does after a delay; after the last segment of one, the other follows for nothing.
  const auto delays = [&](const std::string &order) {
    const std::size_t free =
        order.ends_with("aaa") || order.ends_with("bbb") || order.find_last_of('a') != order.find_last_of('b');
    return changes(order) - free + (order[0] == 'b');
  };
  std::size_t most = 0;
  for (const std::string &each : seen) {
    EXPECT_LE(delays(each), most + 1) << each;
    most = std::max(most, delays(each));
  }
  EXPECT_EQ(seen.front(), "aaabbb");
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 20u); // 6 choose 3
}

TEST(bounded, says_what_was_covered_when_it_is_stopped) {
  std::vector<std::string> seen;
  const auto result = bounded_orders("preemptions", 6, seen);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.stopped, "the limit of 6 runs was reached; every schedule with at most 0 preemptions was run");
  // Without preemptions: either task first.
  EXPECT_EQ((std::set<std::string>(seen.begin(), seen.begin() + 2)), (std::set<std::string>{"aaabbb", "bbbaaa"}));
}

TEST(strategies, that_draw_give_the_same_search_for_the_same_seed) {
  for (const char *strategy : {"random", "pct", "pos", "urw", "surw", "portfolio"}) {
    const auto all_orders = [&](std::uint64_t seed) {
      std::vector<std::string> all;
      std::string order;
      explore_options options = by(strategy, 300);
      options.seed = seed;
      (void)explore(
          [&]() -> task<void> {
            co_await note_order(order, 5, 5);
            all.push_back(order);
          },
          options);
      return all;
    };
    EXPECT_EQ(all_orders(3), all_orders(3)) << strategy;
    EXPECT_NE(all_orders(3), all_orders(4)) << strategy;
  }
}

task<void> pause_in_helper() { co_await yield(); }

// All tasks wait in the same helper, so its await alone tells nothing: that of the task's own coroutine does.
TEST(site_hold, knows_an_await_by_who_awaits_as_well) {
  const auto body = []() -> task<void> {
    int total = 0;
    const auto slow = [](int &sum) -> task<void> {
      for (int i = 0; i < 30; ++i)
        co_await pause_in_helper();
      const int seen = sum;
      co_await pause_in_helper();
      sum = seen + 1;
    };
    const auto quick = [](int &sum) -> task<void> {
      for (int i = 0; i < 90; ++i)
        co_await pause_in_helper();
      ++sum;
    };
    co_await gather(slow(total), quick(total), quick(total));
    if (total == 1)
      throw std::runtime_error("two updates were lost");
  };
  EXPECT_GT(first_failure(body, by("site-hold", 10)), 0u);
  EXPECT_EQ(first_failure(body, by("random", 20)), 0u);
}

/// The candidates of this process, until the end of the test.
class candidates_file {
public:
  explicit candidates_file(const std::string &lines) { load(lines); }
  candidates_file(const candidates_file &) = delete;
  candidates_file &operator=(const candidates_file &) = delete;
  ~candidates_file() { load(""); }

private:
  static void load(const std::string &lines) {
    const std::string path = testing::TempDir() + "/corace_candidates_" + std::to_string(::getpid());
    std::ofstream(path) << "corace-candidates\t1\n" << lines << "end\n";
    EXPECT_EQ(detect::load_candidates(path), "");
    std::remove(path.c_str());
  }
};

std::string candidate_at(const std::string &id, std::uint32_t line) {
  const auto at = [&](std::uint32_t n) { return '\t' + std::to_string(n); };
  return "candidate\t" + id + "\tlost-update\ttotal\tadd\t" + __FILE__ + at(line - 1) + at(line - 1) + at(line) +
         at(line + 1) + at(line + 1) + '\n';
}

constexpr std::uint32_t window_line = __LINE__ + 9;
task<void> one_window_of_many(int &sum, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await yield();
    co_await yield();
    co_await yield();
    co_await yield();
  }
  const int seen = sum;
  co_await yield();
  sum = seen + 1;
}
task<void> many_windows() {
  int total = 0;
  co_await gather(one_window_of_many(total, 9), one_window_of_many(total, 3), one_window_of_many(total, 1));
  if (total == 1)
    throw std::runtime_error("two updates were lost");
}

TEST(directed, holds_where_the_candidate_says) {
  const candidates_file file(candidate_at("lost-1", window_line) + candidate_at("elsewhere-2", 1));
  explore_options options = by("directed");
  options.finding = "lost-1";
  const auto result = explore(many_windows, options);
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].found_in_run, 4u); // three to see who comes where
  EXPECT_EQ(result.failures[0].strategy, "directed");
  EXPECT_GT(first_failure(many_windows, by("site-hold")), 4u);
  options.strategy = "portfolio";
  EXPECT_EQ(explore(many_windows, options).failures.at(0).strategy, "directed");
}

TEST(directed, lets_a_held_task_go_when_another_has_touched_what_it_read) {
  // Wrong only right after the second of four writes: a hold to the end comes too late.
  constexpr std::uint32_t line = __LINE__ + 3;
  const auto reader = [](shared<int> &x) -> task<void> {
    const int seen = x;
    co_await yield();
    if (seen == 1 && x == 2)
      throw std::runtime_error("in between");
  };
  const auto writer = [](shared<int> &x) -> task<void> {
    for (int i = 1; i <= 4; ++i) {
      x = i;
      co_await sleep_for(std::chrono::seconds(0));
    }
  };
  const auto body = [&]() -> task<void> {
    shared<int> x{0, "x"};
    co_await gather(reader(x), writer(x));
  };
  const candidates_file file(candidate_at("stale-1", line));
  explore_options options = by("directed", 40);
  options.stop_at_first = false;
  const auto result = explore(body, options);
  EXPECT_TRUE(std::any_of(result.failures.begin(), result.failures.end(),
                          [](const auto &each) { return each.message == "in between"; }));
}

TEST(directed, says_what_is_missing) {
  const auto message = [](const explore_options &options) -> std::string {
    try {
      return explore(many_windows, options).stopped;
    } catch (const usage_error &e) {
      return e.what();
    }
  };
  EXPECT_NE(message(by("directed")).find("needs candidates"), std::string::npos);
  const candidates_file file(candidate_at("elsewhere-2", 1));
  EXPECT_EQ(message(by("directed")), "no task waited where the candidate says while others could run");
  explore_options options = by("directed");
  options.finding = "lost-9";
  EXPECT_EQ(message(options), "corace::explore: there is no candidate 'lost-9'; there are elsewhere-2");
}

} // namespace
} // namespace corace::test
