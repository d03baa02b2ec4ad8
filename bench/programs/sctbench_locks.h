// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SCTBench, "CS": deadlocks.
#pragma once

#include "bench/programs/program.h"

namespace corace::programs {

/// The first of a group takes an inner lock while it holds that of the count, which whoever leaves needs. Repaired: a
/// lock for each count; benign: the inner lock is given back before the count is touched.
template <form Form> struct carter01 {
  shared<int> as{0, "as"}, bs{0, "bs"};
  mutex counts{"counts"}, b_counts{"counts of b"}, inner{"inner"};

  task<void> work(shared<int> &count, mutex &lock) {
    {
      auto held = co_await lock.lock();
      if (++count == 1)
        co_await inner.lock_manual();
    }
    co_await yield();
    if (Form == form::benign)
      inner.unlock();
    auto held = co_await lock.lock();
    if (--count == 0 && Form != form::benign)
      inner.unlock();
  }
  task<void> run() { co_await gather(work(as, counts), work(bs, Form == form::repaired ? b_counts : counts)); }
};

/// Two locks in both orders. Repaired: in one; benign: in both, behind a third one.
template <form Form> struct deadlock01 {
  shared<int> counter{0, "counter"};
  mutex a{"a"}, b{"b"}, gate{"gate"};

  task<void> both(mutex &one, mutex &two) {
    auto first = co_await one.lock();
    co_await yield();
    auto second = co_await two.lock();
    ++counter;
  }
  task<void> behind_the_gate(mutex &one, mutex &two) {
    auto held = co_await gate.lock();
    co_await both(one, two);
  }
  task<void> run() {
    if constexpr (Form == form::buggy)
      co_await gather(both(a, b), both(b, a));
    else if constexpr (Form == form::repaired)
      co_await gather(both(a, b), both(a, b));
    else
      co_await gather(behind_the_gate(a, b), behind_the_gate(b, a));
    expect(counter == 2, "counter ", counter.peek());
  }
};

/// All take the left fork first. Repaired: one takes the right one first; benign: one of them has to stand.
template <form Form> struct dining {
  int philosophers;
  std::vector<mutex> forks = std::vector<mutex>(static_cast<std::size_t>(philosophers));
  counting_semaphore chairs{philosophers - 1, "chairs"};

  task<void> eat(std::size_t i) {
    std::size_t one = i, two = (i + 1) % forks.size();
    if (Form == form::repaired && one > two)
      std::swap(one, two);
    auto first = co_await forks[one].lock();
    co_await yield();
    auto second = co_await forks[two].lock();
  }
  task<void> dine(std::size_t i) {
    if constexpr (Form == form::benign) {
      auto chair = co_await chairs.acquire();
      co_await eat(i);
    } else {
      co_await eat(i);
    }
  }
  task<void> run() {
    return concurrently(philosophers, [this](int i) { return dine(static_cast<std::size_t>(i)); });
  }
};

/// The lock of the second phase is never given back: whoever comes last waits for ever, under every schedule. Benign:
/// it is not given back by those who took it, but by the main task.
template <form Form> struct phase01 {
  mutex x{"x"}, y{"y"};
  counting_semaphore phase{1, "phase"};

  task<void> pass() {
    co_await x.lock_manual();
    x.unlock();
    if constexpr (Form == form::benign) {
      co_await phase.acquire_manual();
    } else {
      co_await x.lock_manual();
      if (Form == form::repaired)
        x.unlock();
    }
    auto held = co_await y.lock();
    co_await yield();
  }
  task<void> run() {
    auto one = create_task(pass()), two = create_task(pass());
    if constexpr (Form == form::benign) {
      co_await yield();
      phase.release();
    }
    co_await one;
    co_await two;
  }
};

/// A producer waits for room, and the consumer tells of room that it has not made: every schedule fails. Benign: room
/// is made, and there is none to tell.
template <form Form> struct sync01 {
  shared<int> items{1, "items"};
  mutex lock{"items"};
  condition_variable empty{lock, "empty"}, full{lock, "full"};

  task<void> produce() {
    auto held = co_await lock.lock();
    if constexpr (Form == form::benign)
      co_await empty.wait([this] { return items < 2; });
    else
      co_await empty.wait([this] { return items == 0; });
    ++items;
    full.notify_one();
  }
  task<void> consume() {
    auto held = co_await lock.lock();
    co_await full.wait([this] { return items > 0; });
    co_await yield();
    if (Form != form::buggy)
      --items;
    if (Form != form::benign)
      empty.notify_one();
  }
  task<void> run() {
    co_await gather(produce(), consume());
    expect(items == 1, "items ", items.peek());
  }
};

/// Two items are there at the beginning, so the consumer has done its part before the producer has: every schedule
/// fails. Benign: two items are there as well, and room for as many more.
template <form Form> struct sync02 {
  int rounds;
  shared<int> items{Form == form::repaired ? 0 : rounds, "items"};
  mutex lock{"items"};
  condition_variable empty{lock, "empty"}, full{lock, "full"};

  task<void> produce() {
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      co_await empty.wait([this] { return items <= (Form == form::benign ? 2 * rounds : 0); });
      ++items;
      full.notify_one();
    }
  }
  task<void> consume() {
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      co_await full.wait([this] { return items > 0; });
      --items;
      empty.notify_one();
    }
  }
  task<void> run() {
    co_await gather(produce(), consume());
    expect(items == (Form == form::repaired ? 0 : rounds), "items ", items.peek());
  }
};

inline void add_sctbench_locks(std::vector<program> &to) {
  const char *const group = "sctbench", *const stuck = "deadlock";
  to.push_back(make_program<carter01>("carter01", group, stuck));
  to.push_back(make_program<deadlock01>("deadlock01", group, stuck));
  to.push_back(make_program<dining>("dining_3", group, stuck, 3));
  to.push_back(make_program<dining>("dining_4", group, stuck, 4));
  to.push_back(make_program<dining>("dining_5", group, stuck, 5));
  to.push_back(make_program<phase01>("phase01", group, stuck));
  to.push_back(make_program<sync01>("sync01", group, stuck));
  to.push_back(make_program<sync02>("sync02", group, stuck, 2));
}

} // namespace corace::programs
