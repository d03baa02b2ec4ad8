// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bugs of daily work with coroutines: read-modify-write and check-then-act across an await. Known from the demos and
// issue trackers of Loom, Shuttle, Coyote, Fray, Lincheck and fast-check.
#pragma once

#include "bench/programs/program.h"

#include <array>

namespace corace::programs {

/// Each task adds 1 several times. Benign: what was read is compared again before it is written back.
template <form Form> struct lost_update {
  int tasks, times;
  shared<int> total{0, "total"};
  mutex lock{"total"};

  task<void> add() {
    for (int i = 0; i < times; ++i) {
      if constexpr (Form == form::repaired) {
        auto held = co_await lock.lock();
        const int seen = total;
        co_await yield();
        total = seen + 1;
      } else {
        for (bool added = false; !added;) {
          const int seen = total;
          co_await yield();
          if (Form == form::benign && total != seen)
            continue;
          total = seen + 1;
          added = true;
        }
      }
    }
  }
  task<void> run() {
    co_await concurrently(tasks, [this](int) { return add(); });
    expect(total == tasks * times, "total ", total.peek(), " of ", tasks * times);
  }
};

/// Each task takes from a counter what it saw there before the await. Benign: it takes at once and waits afterwards.
template <form Form> struct stale_subtraction {
  int tasks;
  shared<int> counter{1, "counter"};
  mutex lock{"counter"};

  task<void> drain() {
    if constexpr (Form == form::benign) {
      const int taken = counter;
      counter -= taken;
      co_await yield();
    } else if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      const int seen = counter;
      co_await yield();
      counter -= seen;
    } else {
      const int seen = counter;
      co_await yield();
      counter -= seen;
    }
  }
  task<void> run() {
    co_await concurrently(tasks, [this](int) { return drain(); });
    expect(counter == 0, "counter ", counter.peek());
  }
};

/// All tasks miss the cache and load the same thing. Benign: they all load, but only the first one's result counts.
template <form Form> struct stampede {
  int tasks;
  shared<int> cached{0, "cached"}, stored{0, "stored"};
  mutex lock{"cache"};

  task<void> load_if_missing() {
    if (cached)
      co_return;
    co_await yield(); // the load
    if (Form == form::benign && cached)
      co_return;
    ++stored;
    cached = 42;
  }
  task<void> get() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await load_if_missing();
    } else {
      co_await load_if_missing();
    }
    expect(cached == 42, "nothing in the cache");
  }
  task<void> run() {
    co_await concurrently(tasks, [this](int) { return get(); });
    expect(stored == 1, "stored ", stored.peek(), " times");
  }
};

/// Two withdrawals, each covered, but not both. Benign: the balance is looked at again after the await.
template <form Form> struct withdraw {
  int tasks;
  shared<int> balance{100, "balance"};
  mutex lock{"account"};
  static constexpr int amount = 60;

  task<void> take() {
    if (balance < amount)
      co_return;
    co_await yield();
    if (Form == form::benign && balance < amount)
      co_return;
    balance -= amount;
  }
  task<void> take_once() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await take();
    } else {
      co_await take();
    }
  }
  task<void> run() {
    co_await concurrently(tasks, [this](int) { return take_once(); });
    expect(balance >= 0, "balance ", balance.peek());
  }
};

/// Money on its way from one account to another is seen by an audit as missing. Benign: the audit takes no lock, and
/// makes no claim when the books were changed meanwhile.
template <form Form> struct bank {
  int transfers;
  std::array<shared<int>, 3> accounts{};
  shared<int> changes{0, "changes"}; ///< odd while a transfer is under way
  mutex lock{"books"};

  task<void> move_money(int from, int to) {
    ++changes;
    accounts[static_cast<std::size_t>(from)] -= 10;
    co_await yield();
    accounts[static_cast<std::size_t>(to)] += 10;
    ++changes;
  }
  task<void> transfer(int i) {
    if constexpr (Form == form::buggy) {
      co_await move_money(i % 3, (i + 1) % 3);
    } else {
      auto held = co_await lock.lock();
      co_await move_money(i % 3, (i + 1) % 3);
    }
  }
  task<int> sum() {
    int all = accounts[0];
    for (std::size_t i = 1; i < accounts.size(); ++i) {
      co_await yield();
      all += accounts[i];
    }
    co_return all;
  }
  task<void> audit() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      const int all = co_await sum();
      expect(all == 300, "audit found ", all);
    } else {
      const int before = changes;
      const int all = co_await sum();
      if (Form == form::benign && (before % 2 || changes != before))
        co_return;
      expect(all == 300, "audit found ", all);
    }
  }
  task<void> run() {
    for (auto &each : accounts)
      each = 100;
    co_await concurrently(transfers + 1, [this](int i) { return i < transfers ? transfer(i) : audit(); });
  }
};

/// An event is pulsed between a waiter's look at the flag and its wait. Benign: no await between look and wait.
template <form Form> struct lost_wakeup {
  shared<bool> ready{false, "ready"};
  event changed{"changed"};

  task<void> wait() {
    if (Form == form::benign)
      co_await yield();
    if (ready)
      co_return;
    if (Form != form::benign)
      co_await yield();
    co_await changed.wait();
  }
  task<void> pulse() {
    co_await yield();
    ready = true;
    changed.set();
    if (Form != form::repaired)
      changed.clear();
  }
  task<void> run() { co_await gather(wait(), pulse()); }
};

/// Whoever finds the connection open flushes and closes it. Repaired: marked closed first; benign: asked again.
template <form Form> struct double_close {
  int tasks;
  shared<bool> open{true, "open"};
  shared<int> closed{0, "closed"};

  task<void> close() {
    if (!open)
      co_return;
    if (Form == form::repaired)
      open = false;
    co_await yield(); // the flush
    if (Form == form::benign && !open)
      co_return;
    ++closed;
    open = false;
  }
  task<void> run() {
    co_await concurrently(tasks, [this](int) { return close(); });
    expect(closed == 1, "closed ", closed.peek(), " times");
  }
};

/// A limit of jobs at a time, kept by hand. Benign: nothing comes between the look at the count and the increment.
template <form Form> struct overcommit {
  int tasks, limit;
  shared<int> running{0, "running"};
  counting_semaphore places{limit, "places"};

  task<void> work() {
    ++running;
    expect(running <= limit, running.peek(), " run at a time");
    co_await yield();
    --running;
  }
  task<void> start() {
    if constexpr (Form == form::repaired) {
      auto place = co_await places.acquire();
      co_await work();
    } else {
      if (Form == form::benign)
        co_await yield();
      if (running >= limit)
        co_return;
      if (Form == form::buggy)
        co_await yield();
      co_await work();
    }
  }
  task<void> run() {
    return concurrently(tasks, [this](int) { return start(); });
  }
};

/// The number of elements is read once, and the list shrinks during the walk. Benign: asked before each step.
template <form Form> struct shrinking_list {
  shared<int> size{3, "size"};
  mutex lock{"list"};

  task<void> walk() {
    if constexpr (Form == form::benign) {
      for (int i = 0; i < size; ++i)
        co_await yield();
      co_return;
    }
    const int count = size;
    for (int i = 0; i < count; ++i) {
      expect(i < size, "element ", i, " of ", size.peek());
      co_await yield();
    }
  }
  task<void> read() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await walk();
    } else {
      co_await walk();
    }
  }
  task<void> drop_last() {
    co_await yield();
    auto held = co_await lock.lock();
    --size;
  }
  task<void> run() { co_await gather(read(), drop_last()); }
};

/// A consumer that was woken takes without looking again. Benign: `if` as well, but each is told of its own item.
template <form Form> struct wait_if {
  int consumers;
  shared<int> items{0, "items"};
  mutex lock{"items"};
  condition_variable filled{lock, "filled"};

  task<void> take() {
    auto held = co_await lock.lock();
    if constexpr (Form == form::repaired)
      co_await filled.wait([this] { return items > 0; });
    else if (items == 0)
      co_await filled.wait();
    expect(items > 0, "nothing there");
    --items;
  }
  task<void> put() {
    for (int i = 0; i < consumers; ++i) {
      auto held = co_await lock.lock();
      ++items;
      if constexpr (Form == form::benign)
        filled.notify_one();
      else
        filled.notify_all();
    }
  }
  task<void> run() {
    co_await concurrently(consumers + 1, [this](int i) { return i == 0 ? put() : take(); });
  }
};

/// Calls are to end in the order in which they were made, but all wait for the first one only. Benign: they end in any
/// order, and their results are held back until it is their turn.
template <form Form> struct call_order {
  int calls;
  shared<int> made{0, "made"};
  std::vector<event> ended = std::vector<event>(static_cast<std::size_t>(calls));
  shared<std::vector<int>> log{std::vector<int>(), "log"};
  shared<std::vector<bool>> held_back{std::vector<bool>(static_cast<std::size_t>(calls)), "held back"};

  task<void> call() {
    const int ticket = made++;
    if (Form != form::benign && ticket > 0)
      co_await ended[Form == form::repaired ? static_cast<std::size_t>(ticket) - 1 : 0].wait();
    co_await yield(); // the work
    if constexpr (Form == form::benign)
      hand_out(ticket);
    else
      log.update([&](std::vector<int> &all) { all.push_back(ticket); });
    ended[static_cast<std::size_t>(ticket)].set();
  }
  void hand_out(int ticket) {
    held_back.update([&](std::vector<bool> &results) {
      results[static_cast<std::size_t>(ticket)] = true;
      log.update([&](std::vector<int> &all) {
        while (all.size() < results.size() && results[all.size()])
          all.push_back(static_cast<int>(all.size()));
      });
    });
  }
  task<void> run() {
    co_await concurrently(calls, [this](int) { return call(); });
    for (std::size_t i = 0; i < log.peek().size(); ++i)
      expect(log.peek()[i] == static_cast<int>(i), "call ", log.peek()[i], " ended as number ", i);
    expect(log.peek().size() == static_cast<std::size_t>(calls), "results are missing");
  }
};

inline void add_everyday(std::vector<program> &to) {
  const char *const wrong = "exception";
  to.push_back(make_program<lost_update>("lost_update_2x1", "loom", wrong, 2, 1));
  to.push_back(make_program<lost_update>("lost_update_2x2", "loom", wrong, 2, 2));
  to.push_back(make_program<lost_update>("lost_update_3x1", "loom", wrong, 3, 1));
  to.push_back(make_program<lost_update>("lost_update_3x2", "loom", wrong, 3, 2));
  to.push_back(make_program<lost_update>("lost_update_3x3", "loom", wrong, 3, 3));
  to.push_back(make_program<stale_subtraction>("stale_subtraction", "coyote", wrong, 2));
  to.push_back(make_program<stampede>("stampede_4", "coyote", wrong, 4));
  to.push_back(make_program<withdraw>("withdraw", "fray", wrong, 2));
  to.push_back(make_program<bank>("bank", "fray", wrong, 3));
  to.push_back(make_program<lost_wakeup>("lost_wakeup", "shuttle", "deadlock"));
  to.push_back(make_program<double_close>("double_close", "shuttle", wrong, 2));
  to.push_back(make_program<overcommit>("overcommit_4_2", "shuttle", wrong, 4, 2));
  to.push_back(make_program<shrinking_list>("iterator_across_await", "lincheck", wrong));
  to.push_back(make_program<wait_if>("wait_if", "loom", wrong, 2));
  to.push_back(make_program<call_order>("call_order", "fast-check", wrong, 3));
}

} // namespace corace::programs
