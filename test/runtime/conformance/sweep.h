// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The systematic test of cancellation: a small program with several waiters at one primitive is run again and again,
// and each time one or two of them are cancelled at another point: at each tick, before and after what else happens in
// it, in normal and in strict mode, and under the explorer with the cancellation as a task of its own. Whatever the
// point, the rest has to come out right. To add a primitive, derive from `scenario` and list it in the test.
#pragma once

#include "support.h"

#include <algorithm>
#include <memory>

namespace corace::test {

class scenario {
public:
  virtual ~scenario() = default;
  scenario() = default;
  scenario(const scenario &) = delete;
  scenario &operator=(const scenario &) = delete;

  /// One waiter. It calls arrive() in the segment in which it queues, and served() when it has what it waited for.
  virtual task<void> wait(int who) = 0;
  /// Lets the waiters go on. It is there before them. What it gives them one by one it gives `owed()` times, and as
  /// often as cancellations came too late once co_await settled() is over.
  virtual task<void> drive() = 0;
  /// What is wrong at the end; empty where all is well.
  virtual std::string complaint() = 0;
  /// When waiters are served in the order of their arrival: whatever the scheduler does, or in the loop's order only.
  enum class order { always, in_the_loop, never };
  [[nodiscard]] virtual order first_come_first_served() const { return order::in_the_loop; }

  /// The cancellations begin when all waiters have arrived, together with what the driver does after its first
  /// co_await settled().
  [[nodiscard]] virtual bool late() const { return false; }
  /// Called before each cancellation.
  virtual void before_cancellation() {}

  void arrive(int who) { arrived_.push_back(who); }
  void served(int who) { served_.push_back(who); }
  [[nodiscard]] std::size_t served() const { return served_.size(); }
  [[nodiscard]] int owed() const { return waiters - planned; }
  /// Everybody else has come as far as possible: time passes only then.
  [[nodiscard]] static auto settled() { return sleep_for(1s); }

  /// Who was served came in this order.
  [[nodiscard]] bool in_order() const {
    auto place = arrived_.begin();
    for (const int who : served_) {
      place = std::find(place, arrived_.end(), who);
      if (place == arrived_.end())
        return false;
    }
    return true;
  }
  [[nodiscard]] bool was_served(int who) const { return std::count(served_.begin(), served_.end(), who) == 1; }

  int waiters = 3;
  int planned = 0; ///< cancellations
  int in_vain = 0; ///< those that came after the end of their task

private:
  std::vector<int> arrived_, served_;
};

struct cancellation {
  int who = 0;
  int tick = 0;
  bool late = false; ///< behind everything else in that tick
};

/// Runs it once. Throws std::runtime_error where something is wrong. `ordered`: the loop keeps its own order.
inline task<void> sweep_once(scenario &s, std::vector<cancellation> plan, bool ordered) {
  s.planned = static_cast<int>(plan.size());
  std::vector<task_handle<void>> all;
  const auto cancel_due = [&](int tick, bool late) {
    for (const cancellation &each : plan)
      if (each.tick == tick && each.late == late) {
        s.before_cancellation();
        if (!all[static_cast<std::size_t>(each.who)].cancel())
          ++s.in_vain;
      }
  };
  int last = 0;
  for (const cancellation &each : plan)
    last = std::max(last, each.tick);
  auto early = create_task([](const scenario &what, auto &due, int until) -> task<void> {
    if (what.late())
      co_await scenario::settled();
    for (int tick = 0; tick <= until; ++tick) {
      due(tick, false);
      co_await yield();
    }
  }(s, cancel_due, last));
  auto driver = create_task(s.drive(), "driver");
  for (int who = 0; who < s.waiters; ++who)
    all.push_back(create_task(s.wait(who), "waiter " + std::to_string(who)));
  if (s.late())
    co_await scenario::settled();
  for (int tick = 0; tick <= last; ++tick) {
    if (tick > 0 || !s.late())
      co_await yield();
    cancel_due(tick, true);
  }
  co_await sleep_for(100s);

  std::string wrong;
  const auto complain = [&](const std::string &text) { wrong += (wrong.empty() ? "" : "; ") + text; };
  for (int who = 0; who < s.waiters; ++who) {
    auto &each = all[static_cast<std::size_t>(who)];
    if (!each.done())
      complain(to_string(each));
    else if (!each.cancelled() && each.exception())
      complain(to_string(each));
    else if (!each.cancelled() && !s.was_served(who))
      complain("waiter " + std::to_string(who) + " was not served");
    each.cancel();
  }
  if (!driver.done())
    complain(to_string(driver));
  driver.cancel();
  const auto order = s.first_come_first_served();
  if (order == scenario::order::always || (ordered && order == scenario::order::in_the_loop))
    if (!s.in_order())
      complain("not first come, first served");
  if (const std::string own = s.complaint(); !own.empty())
    complain(own);
  co_await turns(3);
  (void)co_await ends_cancelled(early);
  if (!wrong.empty())
    throw std::runtime_error(wrong);
}

using scenario_maker = std::unique_ptr<scenario> (*)();

inline constexpr int sweep_ticks = 14;

/// How often it was run.
inline int sweep(scenario_maker make) {
  int runs = 0;
  const auto one = [&](const std::vector<cancellation> &plan, bool strict) {
    std::string where = strict ? "strict" : "normal";
    for (const cancellation &each : plan)
      where += ", waiter " + std::to_string(each.who) + (each.late ? " late" : " early") + " in tick " +
               std::to_string(each.tick);
    run_options options;
    options.strict = strict;
    const auto s = make();
    ++runs;
    EXPECT_NO_THROW(run(sweep_once(*s, plan, true), options)) << where;
  };
  for (const bool strict : {false, true}) {
    one({}, strict);
    for (int tick = 0; tick < sweep_ticks; ++tick)
      for (int who = 0; who < make()->waiters; ++who)
        for (const bool late : {false, true}) {
          one({{who, tick, late}}, strict);
          for (int other = 0; other < who; ++other)
            for (const bool other_late : {false, true})
              one({{other, tick, other_late}, {who, tick, late}}, strict);
        }
  }
  return runs;
}

/// The same under the explorer: which task runs next is open, that which cancels among them.
inline void sweep_schedules(scenario_maker make, const std::string &strategy, int waiters, std::uint64_t runs) {
  for (int who = 0; who < waiters; ++who) {
    explore_options options;
    options.strategy = strategy;
    options.runs = runs;
    options.footprints = false;
    options.stop_at_first = true;
    const auto result = explore(
        [&]() -> task<void> {
          const auto s = make();
          s->waiters = waiters;
          std::vector<cancellation> plan(1); // GCC 12 does not take a list in braces here
          plan[0].who = who;
          co_await sweep_once(*s, plan, false);
        },
        options);
    EXPECT_TRUE(result.clean()) << "waiter " << who << ": " << result.failures[0].message << " under "
                                << result.failures[0].token;
  }
}

} // namespace corace::test
