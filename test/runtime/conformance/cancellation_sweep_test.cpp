// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "sweep.h"

namespace corace::test {
namespace {

std::string differs(const std::string &text, const std::string &expected) {
  return text == expected ? "" : "it reads '" + text + "'";
}

class mutex_scenario : public scenario {
public:
  task<void> wait(int who) override {
    arrive(who);
    auto lock = co_await m.lock();
    served(who);
    ++inside;
    crowded |= inside > 1;
    --inside;
    co_await yield(); // cancelled here it holds the lock
  }
  task<void> drive() override {
    co_await m.lock_manual();
    co_await turns(3);
    m.unlock();
  }
  std::string complaint() override { return crowded ? "two held the lock" : differs(to_string(m), "mutex unlocked"); }
  [[nodiscard]] order first_come_first_served() const override { return order::always; }

private:
  mutex m;
  int inside = 0;
  bool crowded = false;
};

class event_scenario : public scenario {
public:
  task<void> wait(int who) override {
    arrive(who);
    const bool woken = co_await e.wait(); // GCC 12 does not keep the awaiter of a condition alive
    if (woken)
      served(who);
  }
  task<void> drive() override {
    co_await turns(3);
    e.set();
    e.clear();
    co_await settled(); // who came too late
    e.set();
  }
  std::string complaint() override { return differs(to_string(e), "event set"); }

private:
  event e;
};

/// Those that were notified do nothing else, so that each notification is one waiter's.
class condition_scenario : public scenario {
public:
  task<void> wait(int who) override {
    auto lock = co_await c.lock();
    arrive(who);
    try {
      co_await c.wait();
    } catch (...) {
      unlocked |= !lock.owns_lock() || !c.locked();
      throw;
    }
    unlocked |= !lock.owns_lock() || !c.locked();
    served(who);
  }
  task<void> drive() override {
    co_await settled();
    co_await give(owed());
    co_await settled();
    co_await give(in_vain);
  }
  std::string complaint() override {
    return unlocked ? "wait() ended without the lock" : differs(to_string(c), "condition variable unlocked");
  }
  [[nodiscard]] order first_come_first_served() const override { return order::always; }

protected:
  virtual void prepare() {}
  task<void> give(int count) {
    for (int i = 0; i < count; ++i) {
      auto lock = co_await c.lock();
      prepare();
      c.notify_one();
      co_await turns(i); // with some the lock is contested, with others it is not
    }
  }
  condition_variable c;
  bool unlocked = false;
};

/// The cancellations come when the waiters are being notified, not before.
template <class Scenario> class when_settled : public Scenario {
public:
  [[nodiscard]] bool late() const override { return true; }
};

class predicate_scenario : public condition_scenario {
public:
  task<void> wait(int who) override {
    auto lock = co_await c.lock();
    arrive(who);
    try {
      co_await c.wait([&] { return tokens > 0; });
    } catch (...) {
      unlocked |= !lock.owns_lock();
      throw;
    }
    --tokens;
    ++taken;
    served(who);
  }
  std::string complaint() override {
    return tokens + taken != given ? "a token is lost" : condition_scenario::complaint();
  }

private:
  void prepare() override {
    ++tokens;
    ++given;
  }
  int tokens = 0, taken = 0, given = 0;
};

/// Units are given one by one and kept.
class semaphore_scenario : public scenario {
public:
  task<void> wait(int who) override {
    arrive(who);
    co_await s.acquire_manual();
    served(who);
  }
  task<void> drive() override {
    co_await turns(2);
    const int now = owed(), late = now / 2;
    s.release(now - late);
    co_await turns(2);
    s.release(late);
    given = now;
    co_await settled();
    s.release(in_vain);
    given += in_vain;
  }
  std::string complaint() override { return s.value() + static_cast<int>(served()) != given ? "a unit is lost" : ""; }

private:
  counting_semaphore s{0};
  int given = 0;
};

/// Guards hold units for a while.
template <class Semaphore> class unit_scenario : public scenario {
public:
  unit_scenario() { waiters = 4; }
  task<void> wait(int who) override {
    arrive(who);
    auto unit = co_await s.acquire();
    served(who);
    crowded |= ++inside > 2;
    struct leave {
      int &count;
      ~leave() { --count; }
    } const leaving{inside};
    co_await yield();
  }
  task<void> drive() override {
    auto unit = co_await s.acquire();
    co_await turns(3);
  }
  std::string complaint() override {
    return crowded || s.locked() ? "too many units" : s.value() == 2 ? "" : "the units are not there again";
  }

private:
  Semaphore s{2};
  int inside = 0;
  bool crowded = false;
};

/// A reader, a writer, two readers, a writer.
class shared_mutex_scenario : public scenario {
public:
  shared_mutex_scenario() { waiters = 5; }
  task<void> wait(int who) override {
    arrive(who);
    if (who % 3 == 1) {
      auto lock = co_await m.lock();
      served(who);
      crowded |= readers > 0 || writers > 0;
      const entered inside(writers);
      co_await yield();
    } else {
      auto lock = co_await m.lock_shared();
      served(who);
      crowded |= writers > 0;
      const entered inside(readers);
      co_await yield();
    }
  }
  task<void> drive() override {
    {
      auto lock = co_await m.lock();
      co_await turns(2);
    }
    auto lock = co_await m.lock_shared();
    co_await turns(2);
  }
  std::string complaint() override {
    return crowded ? "a writer was not alone" : differs(to_string(m), "shared mutex unlocked");
  }

private:
  struct entered {
    explicit entered(int &c) : count(c) { ++count; }
    entered(const entered &) = delete;
    entered &operator=(const entered &) = delete;
    ~entered() { --count; }
    int &count;
  };
  shared_mutex m;
  int readers = 0, writers = 0;
  bool crowded = false;
};

/// Rounds of two; the driver fills the last one.
class barrier_scenario : public scenario {
public:
  barrier_scenario() { waiters = 5; }
  task<void> wait(int who) override {
    arrive(who);
    const auto place = co_await b.wait();
    ++places[place];
    served(who);
  }
  task<void> drive() override {
    co_await settled();
    if (b.n_waiting() != 1)
      co_return;
    const auto place = co_await b.wait();
    ++places[place];
  }
  std::string complaint() override {
    const bool fair = std::abs(places[0] - places[1]) <= may_be_lost;
    return fair ? differs(to_string(b), "barrier filling, waiters 0/2") : "two of a round had the same place";
  }
  void before_cancellation() override { may_be_lost += b.state() == barrier::phase::draining; }
  // The last one of a round does not suspend.
  [[nodiscard]] order first_come_first_served() const override { return order::never; }

protected:
  barrier b{2};
  int places[2] = {};
  int may_be_lost = 0; ///< places of tasks that are cancelled between the end of their round and their turn
};

/// The round is reset while it fills and while it drains.
class reset_scenario : public barrier_scenario {
public:
  task<void> wait(int who) override {
    arrive(who);
    for (;;) {
      try {
        co_await b.wait();
        break;
      } catch (const broken_barrier &) { // comes again
      }
    }
    served(who);
  }
  task<void> drive() override {
    for (int i = 0; i < 4; ++i) {
      b.reset();
      co_await yield();
    }
    b.abort();
    b.reset();
    co_await barrier_scenario::drive();
  }
  std::string complaint() override { return differs(to_string(b), "barrier filling, waiters 0/2"); }
};

class latch_scenario : public scenario {
public:
  task<void> wait(int who) override {
    arrive(who);
    if (who == 1)
      co_await l.arrive_and_wait();
    else
      co_await l.wait();
    served(who);
  }
  task<void> drive() override {
    for (int i = 0; i < 3; ++i) {
      co_await yield();
      l.count_down();
    }
    co_await settled();
    if (!l.try_wait()) // waiter 1 was cancelled before it counted
      l.count_down();
  }
  std::string complaint() override { return differs(to_string(l), "latch count 0"); }

private:
  latch l{4};
};

template <class S> std::unique_ptr<scenario> make() { return std::make_unique<S>(); }
struct row {
  const char *name;
  scenario_maker make;
};
void PrintTo(const row &r, std::ostream *out) { *out << r.name; }
const row rows[] = {{"mutex", make<mutex_scenario>},
                    {"event", make<event_scenario>},
                    {"condition", make<condition_scenario>},
                    {"late_condition", make<when_settled<condition_scenario>>},
                    {"predicate", make<predicate_scenario>},
                    {"late_predicate", make<when_settled<predicate_scenario>>},
                    {"semaphore", make<semaphore_scenario>},
                    {"semaphore_units", make<unit_scenario<counting_semaphore>>},
                    {"bounded_semaphore_units", make<unit_scenario<bounded_semaphore>>},
                    {"shared_mutex", make<shared_mutex_scenario>},
                    {"barrier", make<barrier_scenario>},
                    {"barrier_reset", make<reset_scenario>},
                    {"latch", make<latch_scenario>}};

class cancellation_sweep : public testing::TestWithParam<row> {};
INSTANTIATE_TEST_SUITE_P(each, cancellation_sweep, testing::ValuesIn(rows),
                         [](const auto &one) { return one.param.name; });

TEST_P(cancellation_sweep, at_each_tick_and_twice_in_one_tick) { EXPECT_GE(sweep(GetParam().make), 400); }
TEST_P(cancellation_sweep, under_all_schedules_of_two_waiters) {
  sweep_schedules(GetParam().make, "exhaustive", 2, 2000);
}
TEST_P(cancellation_sweep, under_random_schedules) { sweep_schedules(GetParam().make, "random", 4, 300); }

} // namespace
} // namespace corace::test
