// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SCTBench, "CS": two writes that belong together, and locks that do not protect what they seem to.
#pragma once

#include "bench/programs/program.h"

namespace corace::programs {

/// Setters write a and then b; a checker that looks in between sees one of them only. The checker looks again before
/// it complains, as the original does, so all setters have to be held. Benign: both in one variable.
template <form Form> struct reorder {
  int setters, checkers;
  struct both {
    int a = 0, b = 0;
  };
  shared<int> a{0, "a"}, b{0, "b"};
  shared<both> pair{both(), "pair"};
  mutex lock{"a and b"};

  task<void> write() {
    a = 1;
    co_await yield();
    b = -1;
  }
  task<void> set() {
    if constexpr (Form == form::benign) {
      co_await yield();
      pair = both{1, -1};
    } else if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await write();
    } else {
      co_await write();
    }
  }
  task<void> read() {
    const int seen_a = a;
    co_await yield();
    const int seen_b = b;
    if (seen_a == 0 && seen_b == 0)
      co_return;
    expect(a == 1 && seen_b == -1, "a ", a.peek(), ", b ", seen_b);
  }
  task<void> check() {
    if constexpr (Form == form::benign) {
      const both seen = pair;
      co_await yield();
      expect(seen.a == -seen.b, "a ", seen.a, ", b ", seen.b);
    } else if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await read();
    } else {
      co_await read();
    }
  }
  task<void> run() {
    return concurrently(setters + checkers, [this](int i) { return i < setters ? set() : check(); });
  }
};

/// The first value is written under one lock and the second one, which follows from it, under another. Repaired: the
/// first lock is kept; benign: the second value is there before the first one is shown.
template <form Form> struct twostage {
  int writers, readers;
  shared<int> first{0, "first"}, second{0, "second"};
  mutex first_lock{"first"}, second_lock{"second"};

  task<void> write() {
    if constexpr (Form == form::benign) {
      {
        auto held = co_await second_lock.lock();
        second = 2;
      }
      co_await yield();
      auto held = co_await first_lock.lock();
      first = 1;
      co_return;
    }
    auto held = co_await first_lock.lock();
    first = 1;
    if (Form == form::buggy)
      held.unlock();
    co_await yield();
    auto also_held = co_await second_lock.lock();
    second = first + 1;
  }
  task<void> read() {
    auto held = co_await first_lock.lock();
    const int seen = first;
    if (seen == 0)
      co_return;
    if (Form != form::repaired)
      held.unlock();
    co_await yield();
    auto also_held = co_await second_lock.lock();
    expect(second == seen + 1, "first ", seen, ", second ", second.peek());
  }
  task<void> run() {
    return concurrently(writers + readers, [this](int i) { return i < writers ? write() : read(); });
  }
};

/// One task counts up under a lock, the others under another one. Benign: the others have another variable, too.
template <form Form> struct wronglock {
  int others;
  shared<int> data{0, "data"}, their_data{0, "their data"};
  mutex lock{"data"}, their_lock{"their data"};

  task<void> count() {
    auto held = co_await lock.lock();
    const int before = data;
    co_await yield();
    ++data;
    co_await yield();
    expect(data == before + 1, "from ", before, " to ", data.peek());
  }
  task<void> count_too() {
    auto held = co_await (Form == form::repaired ? lock : their_lock).lock();
    auto &counter = Form == form::benign ? their_data : data;
    const int before = counter;
    co_await yield();
    counter = before + 1;
  }
  task<void> run() {
    return concurrently(1 + others, [this](int i) { return i == 0 ? count() : count_too(); });
  }
};

inline void add_sctbench_order(std::vector<program> &to) {
  const char *const group = "sctbench", *const wrong = "exception";
  to.push_back(make_program<reorder>("reorder_3", group, wrong, 2, 1));
  to.push_back(make_program<reorder>("reorder_4", group, wrong, 3, 1));
  to.push_back(make_program<reorder>("reorder_5", group, wrong, 4, 1));
  to.push_back(make_program<reorder>("reorder_10", group, wrong, 9, 1));
  to.push_back(make_program<reorder>("reorder_20", group, wrong, 10, 10));
  to.push_back(make_program<twostage>("twostage", group, wrong, 1, 1));
  to.push_back(make_program<twostage>("twostage_10", group, wrong, 9, 1));
  to.push_back(make_program<twostage>("twostage_20", group, wrong, 19, 1));
  to.push_back(make_program<wronglock>("wronglock", group, wrong, 7));
  to.push_back(make_program<wronglock>("wronglock_3", group, wrong, 3));
}

/// The same with a hundred tasks.
inline void add_sctbench_hundreds(std::vector<program> &to) {
  const char *const group = "sctbench", *const wrong = "exception";
  to.push_back(make_program<reorder>("reorder_100", group, wrong, 99, 1));
  to.push_back(make_program<twostage>("twostage_100", group, wrong, 99, 1));
}

} // namespace corace::programs
