// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SCTBench, "CS": programs whose bug is in what tasks do to shared values. Some fail under every schedule, as their
// originals do: then the first run has to say so.
#pragma once

#include "bench/programs/program.h"

#include <array>

namespace corace::programs {

/// Deposit, withdrawal and a check of their sum, which uses the wrong formula once both are done. Benign: the check
/// takes no lock, in a segment of its own.
template <form Form> struct account {
  shared<int> balance{100, "balance"};
  shared<bool> deposited{false, "deposited"}, withdrawn{false, "withdrawn"};
  mutex lock{"account"};

  task<void> change(int by, shared<bool> &done) {
    auto held = co_await lock.lock();
    const int before = balance;
    if (Form != form::benign)
      co_await yield();
    balance = before + by;
    done = true;
  }
  task<void> check() {
    if constexpr (Form == form::benign) {
      const int expected = 100 + (deposited ? 10 : 0) - (withdrawn ? 5 : 0);
      expect(balance == expected, "balance ", balance.peek());
      co_return;
    }
    auto held = co_await lock.lock();
    if (deposited && withdrawn)
      expect(balance == (Form == form::buggy ? 100 - 10 - 5 : 100 + 10 - 5), "balance ", balance.peek());
  }
  task<void> run() { co_await gather(change(10, deposited), change(-5, withdrawn), check()); }
};

/// Terms are handed from a producer to a consumer, who counts one too many: every schedule fails. Benign: nothing is
/// handed over, and two tasks add terms as they like.
template <form Form> struct arithmetic_prog {
  int terms;
  shared<int> waiting{0, "waiting"}, total{0, "total"};
  mutex lock{"term"};
  condition_variable empty{lock, "empty"}, full{lock, "full"};

  task<void> produce() {
    for (int i = 0; i < terms; ++i) {
      auto held = co_await lock.lock();
      co_await empty.wait([this] { return waiting == 0; });
      ++waiting;
      full.notify_one();
    }
  }
  task<void> consume() {
    int term = 0;
    for (; term < terms; ++term) {
      auto held = co_await lock.lock();
      co_await full.wait([this] { return waiting > 0; });
      total += term;
      --waiting;
      empty.notify_one();
    }
    if (Form == form::buggy)
      total += term;
  }
  task<void> add(int first) {
    for (int term = first; term < terms; term += 2) {
      total += term;
      co_await yield();
    }
  }
  task<void> run() {
    if constexpr (Form == form::benign)
      co_await gather(add(0), add(1));
    else
      co_await gather(produce(), consume());
    expect(total == terms * (terms - 1) / 2, "total ", total.peek());
  }
};

/// A driver is stopped between a request's look at the flag and its entry into the count of those under way. Repaired:
/// the request enters first; benign: it looks again when it has entered.
template <form Form> struct bluetooth {
  shared<int> pending{1, "pending"};
  shared<bool> stopping{false, "stopping"}, stopped{false, "stopped"};
  event drained{"drained"};

  task<void> leave() {
    const int left = --pending;
    co_await yield();
    if (left == 0)
      drained.set();
  }
  task<bool> enter() {
    if constexpr (Form == form::repaired) {
      ++pending;
      co_await yield();
      if (!stopping)
        co_return true;
    } else {
      if (stopping)
        co_return false;
      co_await yield();
      ++pending;
      if (Form == form::buggy || !stopping)
        co_return true;
    }
    co_await leave();
    co_return false;
  }
  task<void> request() {
    const bool entered = co_await enter();
    if (!entered)
      co_return;
    co_await yield();
    expect(!stopped, "the driver works although it has stopped");
    co_await leave();
  }
  task<void> stop() {
    stopping = true;
    co_await yield();
    co_await leave();
    co_await drained.wait();
    stopped = true;
  }
  task<void> run() { co_await gather(request(), stop()); }
};

/// Sender and receiver alternate by two flags, and both count a round in which it was not their turn. Repaired: they
/// wait for their turn; benign: they skip such a round too, but number what was handed over.
template <form Form> struct circular_buffer {
  int rounds;
  shared<bool> may_send{true, "may send"}, may_receive{false, "may receive"};
  shared<int> slot{0, "slot"};
  mutex lock{"buffer"};
  condition_variable turned{lock, "turned"};

  task<void> send() {
    int sent = 0;
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      if (Form == form::repaired)
        co_await turned.wait([this] { return may_send.load(); });
      if (may_send) {
        slot = Form == form::benign ? sent++ : i;
        may_send = false;
        may_receive = true;
        turned.notify_all();
      }
      held.unlock();
      co_await yield();
    }
  }
  task<void> receive() {
    int received = 0;
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      if (Form == form::repaired)
        co_await turned.wait([this] { return may_receive.load(); });
      if (may_receive) {
        const int expected = Form == form::benign ? received++ : i;
        expect(slot == expected, "received ", slot.peek(), ", expected ", expected);
        may_receive = false;
        may_send = true;
        turned.notify_all();
      }
      held.unlock();
      co_await yield();
    }
  }
  task<void> run() { co_await gather(send(), receive()); }
};

/// What was put into a queue is also written down, under the number of the round. Repaired: both wait for their turn;
/// benign: written down under its number in the queue.
template <form Form> struct queue_log {
  int rounds;
  shared<std::vector<int>> items{std::vector<int>(), "items"};
  std::array<shared<int>, 8> stored{}; ///< for as many rounds, at most
  shared<bool> may_put{true, "may put"}, may_take{false, "may take"};
  mutex lock{"queue"};
  condition_variable turned{lock, "turned"};

  void turn(bool to_put) {
    may_put = to_put;
    may_take = !to_put;
    turned.notify_all();
  }
  task<void> put() {
    int value = 0;
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      if (Form == form::repaired)
        co_await turned.wait([this] { return may_put.load(); });
      if (may_put) {
        items.update([&](std::vector<int> &all) { all.push_back(100 + value); });
        stored[static_cast<std::size_t>(Form == form::benign ? value : i)] = 100 + value;
        ++value;
        turn(false);
      }
      held.unlock();
      co_await yield();
    }
  }
  task<void> take() {
    int taken = 0;
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      if (Form == form::repaired)
        co_await turned.wait([this] { return may_take.load(); });
      if (may_take) {
        const int value = items.read([&](const std::vector<int> &all) { return all[static_cast<std::size_t>(taken)]; });
        const int noted = stored[static_cast<std::size_t>(Form == form::benign ? taken : i)];
        expect(value == noted, "took ", value, ", stored ", noted);
        ++taken;
        turn(true);
      }
      held.unlock();
      co_await yield();
    }
  }
  task<void> run() { co_await gather(put(), take()); }
};

/// The flag that something was pushed stays set, so one pops more than there is. Repaired: it falls with the last
/// element; benign: it stays, and the popper counts what there is.
template <form Form> struct stack {
  int times;
  shared<int> top{0, "top"};
  shared<bool> pushed{false, "pushed"};
  mutex lock{"stack"};

  task<void> push() {
    for (int i = 0; i < times; ++i) {
      auto held = co_await lock.lock();
      ++top;
      pushed = true;
      held.unlock();
      co_await yield();
    }
  }
  task<void> pop() {
    for (int i = 0; i < times; ++i) {
      auto held = co_await lock.lock();
      if (pushed && (Form != form::benign || top > 0)) {
        expect(top > 0, "underflow");
        --top;
        if (Form == form::repaired)
          pushed = top > 0;
      }
      held.unlock();
      co_await yield();
    }
  }
  task<void> run() { co_await gather(push(), pop()); }
};

/// One lock too few for the number of inodes: the last task is out of bounds, under every schedule. Benign: blocks are
/// tested and taken without a lock, in one segment.
template <form Form> struct fsbench {
  int tasks;
  int blocks = tasks - 1;
  std::vector<mutex> locks = std::vector<mutex>(static_cast<std::size_t>(Form == form::buggy ? blocks : tasks));
  std::array<shared<bool>, 8> busy{}; ///< for as many blocks, at most
  shared<int> taken{0, "taken"};
  mutex block_lock{"blocks"};

  task<bool> take_block(std::size_t block) {
    if constexpr (Form == form::benign) {
      co_await yield();
      if (busy[block])
        co_return false;
      busy[block] = true;
    } else {
      auto held = co_await block_lock.lock();
      if (busy[block])
        co_return false;
      co_await yield();
      busy[block] = true;
    }
    ++taken;
    co_return true;
  }
  task<void> open(int inode) {
    auto held = co_await locks.at(static_cast<std::size_t>(inode)).lock();
    auto block = static_cast<std::size_t>(2 * inode % blocks);
    for (int i = 0; i < blocks; ++i, block = (block + 1) % static_cast<std::size_t>(blocks)) {
      const bool ours = co_await take_block(block);
      if (ours)
        co_return;
    }
  }
  task<void> run() {
    co_await concurrently(tasks, [this](int i) { return open(i); });
    expect(taken == blocks, taken.peek(), " blocks taken of ", blocks);
  }
};

/// A check that two additions have not both been made. Repaired: it comes when both are done, and expects them; benign:
/// it expects one of the sums that there can be.
template <form Form> struct lazy01 {
  shared<int> data{0, "data"};
  mutex lock{"data"};

  task<void> add(int n) {
    auto held = co_await lock.lock();
    data += n;
  }
  task<void> check() {
    auto held = co_await lock.lock();
    expect(data < (Form == form::buggy ? 3 : 4), "data ", data.peek());
  }
  task<void> run() {
    if constexpr (Form == form::repaired) {
      co_await gather(add(1), add(2));
      expect(data == 3, "data ", data.peek());
    } else {
      co_await gather(add(1), add(2), check());
    }
  }
};

/// Three tasks copy a number around a ring; a fourth one expects all to be the same when they have. Repaired: each
/// waits for its neighbour; benign: all copy from a number that nobody changes.
template <form Form> struct token_ring {
  std::array<shared<int>, 3> numbers{};
  std::array<shared<bool>, 3> done{};
  std::vector<event> ended = std::vector<event>(3);
  const int seed = 1;

  task<void> copy(std::size_t to) {
    const std::size_t from = to == 0 ? 2 : to - 1;
    if (Form == form::repaired && to > 0)
      co_await ended[from].wait();
    if constexpr (Form == form::benign)
      numbers[to] = seed;
    else
      numbers[to] = (numbers[from] + (to == 0 ? 1 : 0)) % 4;
    done[to] = true;
    ended[to].set();
  }
  task<void> check() {
    if (done[0] && done[1] && done[2])
      expect(numbers[0] == numbers[1] && numbers[1] == numbers[2], "the ring holds ", numbers[0].peek(), " ",
             numbers[1].peek(), " ", numbers[2].peek());
    co_return;
  }
  task<void> run() {
    numbers[0] = 1;
    numbers[1] = 2;
    numbers[2] = 1;
    co_await gather(copy(0), copy(1), copy(2), check());
  }
};

inline void add_sctbench_values(std::vector<program> &to) {
  const char *const group = "sctbench", *const wrong = "exception";
  to.push_back(make_program<account>("account", group, wrong));
  to.push_back(make_program<arithmetic_prog>("arithmetic_prog", group, wrong, 3));
  to.push_back(make_program<bluetooth>("bluetooth_driver", group, wrong));
  to.push_back(make_program<circular_buffer>("circular_buffer", group, wrong, 7));
  to.push_back(make_program<fsbench>("fsbench", group, wrong, 5));
  to.push_back(make_program<lazy01>("lazy01", group, wrong));
  to.push_back(make_program<queue_log>("queue", group, wrong, 6));
  to.push_back(make_program<stack>("stack", group, wrong, 10));
  to.push_back(make_program<token_ring>("token_ring", group, wrong));
}

} // namespace corace::programs
