// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CHESS: queues whose owner works at one end while a thief takes from the other. Each item is to be taken once.
#pragma once

#include "bench/programs/program.h"

#include <array>

namespace corace::programs {

/// What the work-stealing queues share: the items, and who took what. -1 stands for no item.
struct stolen_items {
  static constexpr int none = -1;
  std::array<shared<int>, 4> slots{};
  std::array<shared<int>, 4> taken{};

  [[nodiscard]] shared<int> &slot(int index) { return slots[static_cast<std::size_t>(index)]; }
  void took(int item) {
    if (item != none)
      ++taken[static_cast<std::size_t>(item)];
  }
  void check(int items) const {
    for (int i = 0; i < items; ++i)
      expect(taken[static_cast<std::size_t>(i)].peek() == 1, "item ", i, " was taken ",
             taken[static_cast<std::size_t>(i)].peek(), " times");
  }
};

/// The owner pushes all items and pops as many, a thief steals some, and the main task takes what is left.
template <class Queue> struct owner_and_thief {
  int items, thefts;
  Queue queue{};

  task<void> own() {
    for (int i = 0; i < items; ++i)
      co_await queue.push(i);
    for (int i = 0; i < items; ++i) {
      const int item = co_await queue.pop();
      queue.items.took(item);
    }
  }
  task<void> steal() {
    for (int i = 0; i < thefts; ++i) {
      const int item = co_await queue.steal();
      queue.items.took(item);
    }
  }
  task<void> run() {
    co_await gather(own(), steal());
    for (int i = 0; i < items; ++i) {
      const int item = co_await queue.steal();
      queue.items.took(item);
    }
    queue.items.check(items);
  }
};

/// The owner looks at the head before it claims the tail, so that the thief gets the last item as well. Repaired: it
/// claims first, and asks under the lock if that may have been too late. Benign: it looks first, under the lock.
template <form Form> struct locked_deque {
  stolen_items items{};
  shared<int> head{0, "head"}, tail{0, "tail"};
  mutex lock{"thieves"};

  task<void> push(int item) {
    const int end = tail;
    items.slot(end) = item;
    co_await yield();
    tail = end + 1;
  }
  [[nodiscard]] int give_up(int last) {
    tail = last + 1;
    return stolen_items::none;
  }
  task<int> pop() {
    const int last = tail - 1;
    if constexpr (Form == form::repaired) {
      tail = last;
      co_await yield();
      if (head <= last)
        co_return items.slot(last).load();
      auto held = co_await lock.lock();
      co_return head <= last ? items.slot(last).load() : give_up(last);
    } else if constexpr (Form == form::benign) {
      auto held = co_await lock.lock();
      if (head > last)
        co_return stolen_items::none;
      co_await yield();
      tail = last;
      co_return items.slot(last).load();
    } else {
      if (head > last)
        co_return stolen_items::none;
      co_await yield();
      tail = last;
      co_return items.slot(last).load();
    }
  }
  task<int> steal() {
    auto held = co_await lock.lock();
    const int first = head;
    head = first + 1;
    co_await yield();
    if (first < tail)
      co_return items.slot(first).load();
    head = first;
    co_return stolen_items::none;
  }
};

/// Thieves compare and exchange the head; the owner takes the last item without. Repaired: it does so too; benign: it
/// leaves the last item to the thieves.
template <form Form> struct interlocked_deque {
  stolen_items items{};
  shared<int> head{0, "head"}, tail{0, "tail"};

  [[nodiscard]] bool exchange_head(int expected) {
    if (head != expected)
      return false;
    head = expected + 1;
    return true;
  }
  task<void> push(int item) {
    const int end = tail;
    items.slot(end) = item;
    co_await yield();
    tail = end + 1;
  }
  task<int> pop() {
    const int last = tail - 1;
    tail = last;
    co_await yield();
    const int first = head;
    if (first < last)
      co_return items.slot(last).load();
    if (first > last || Form == form::benign) {
      tail = last + 1;
      co_return stolen_items::none;
    }
    co_await yield();
    if constexpr (Form == form::repaired) {
      const bool won = exchange_head(last);
      tail = last + 1;
      co_return won ? items.slot(last).load() : stolen_items::none;
    }
    co_return items.slot(last).load();
  }
  task<int> steal() {
    const int first = head;
    co_await yield();
    if (first >= tail)
      co_return stolen_items::none;
    const int item = items.slot(first);
    co_await yield();
    co_return exchange_head(first) ? item : stolen_items::none;
  }
};

/// Each item has a state, and whoever finds it free sets it. Repaired: in one segment; benign: found free first, and
/// tested again when it is set.
template <form Form> struct state_deque {
  stolen_items items{};
  std::array<shared<bool>, 4> gone{};
  shared<int> count{0, "count"};

  task<bool> claim(int index) {
    shared<bool> &state = gone[static_cast<std::size_t>(index)];
    if (Form == form::repaired)
      co_return !state.update([](bool &s) { return std::exchange(s, true); });
    if (state)
      co_return false;
    co_await yield();
    if (Form == form::benign && state)
      co_return false;
    state = true;
    co_return true;
  }
  task<void> push(int item) {
    const int end = count;
    items.slot(end) = item;
    co_await yield();
    count = end + 1;
  }
  task<int> pop() {
    for (int i = count - 1; i >= 0; --i) {
      const bool ours = co_await claim(i);
      if (ours)
        co_return items.slot(i).load();
    }
    co_return stolen_items::none;
  }
  task<int> steal() {
    const int end = count;
    for (int i = 0; i < end; ++i) {
      const bool ours = co_await claim(i);
      if (ours)
        co_return items.slot(i).load();
    }
    co_return stolen_items::none;
  }
};

/// Thieves exchange the head and then set the item's state; the owner asks for the state alone, and sets it later.
/// Repaired: both ask and set it in one segment; benign: the owner asks again when it sets it.
template <form Form> struct interlocked_state_deque {
  stolen_items items{};
  std::array<shared<bool>, 4> gone{};
  shared<int> head{0, "head"}, tail{0, "tail"};

  [[nodiscard]] bool claim(int index) {
    return !gone[static_cast<std::size_t>(index)].update([](bool &s) { return std::exchange(s, true); });
  }
  task<void> push(int item) {
    const int end = tail;
    items.slot(end) = item;
    co_await yield();
    tail = end + 1;
  }
  task<int> pop() {
    const int last = tail - 1;
    if (last < 0)
      co_return stolen_items::none;
    tail = last;
    if (Form != form::repaired) {
      if (gone[static_cast<std::size_t>(last)])
        co_return stolen_items::none;
      co_await yield();
    }
    if constexpr (Form == form::buggy) {
      gone[static_cast<std::size_t>(last)] = true;
      co_return items.slot(last).load();
    }
    co_return claim(last) ? items.slot(last).load() : stolen_items::none;
  }
  task<int> steal() {
    const int first = head;
    if (first >= tail)
      co_return stolen_items::none;
    co_await yield();
    if (head != first)
      co_return stolen_items::none;
    head = first + 1;
    co_await yield();
    co_return claim(first) ? items.slot(first).load() : stolen_items::none;
  }
};

template <form Form> struct work_steal_queue : owner_and_thief<locked_deque<Form>> {};
template <form Form> struct interlocked_work_steal_queue : owner_and_thief<interlocked_deque<Form>> {};
template <form Form> struct state_work_steal_queue : owner_and_thief<state_deque<Form>> {};
template <form Form> struct interlocked_state_work_steal_queue : owner_and_thief<interlocked_state_deque<Form>> {};

inline void add_chess(std::vector<program> &to) {
  const char *const group = "chess", *const wrong = "exception";
  to.push_back(make_program<work_steal_queue>("work_steal_queue", group, wrong, 2, 2));
  to.push_back(make_program<interlocked_work_steal_queue>("interlocked_wsq", group, wrong, 2, 2));
  to.push_back(make_program<state_work_steal_queue>("state_wsq", group, wrong, 2, 2));
  to.push_back(make_program<interlocked_state_work_steal_queue>("interlocked_state_wsq", group, wrong, 2, 2));
}

} // namespace corace::programs
