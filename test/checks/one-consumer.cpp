// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A queue that one coroutine empties. Those who only add elements do not break its test; those who take some away, or
// a second consumer, do.
#include "mock.h"
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

template <typename Body> void launch(Body body) { mock::spawn(body()); }

// One writer per connection, started once for each: the usual pair of a reader and a writer.
struct connection : std::enable_shared_from_this<connection> {
  std::deque<int> outbox;
  mock::event wake;
  bool open = true;
  void start() {
    launch([self = shared_from_this()] { return self->writer(); });
  }
  void deliver(int message) {
    outbox.push_back(message);
    wake.set();
  }
  mock::task<> writer() {
    while (open) {
      if (outbox.empty()) {
        co_await wake.wait();
      } else {
        co_await mock::fetch(outbox.front());
        outbox.pop_front();
      }
    }
  }
};
mock::task<> acceptor() {
  for (;;) {
    co_await mock::work();
    std::make_shared<connection>()->start();
  }
}

// The same for other containers.
struct with_list {
  std::list<int> items;
  void add(int i) { items.emplace_back(i); }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
    }
  }
};
struct with_queue {
  std::queue<int> items;
  void add(int i) { items.push(i); }
  mock::task<> drain() {
    while (items.size() > 0) {
      co_await mock::fetch(items.front());
      items.pop();
    }
  }
};
struct with_vector {
  std::vector<int> items;
  std::size_t waiting() const { return items.size(); }
  void add(int i) { items.push_back(i); }
  mock::task<> drain() {
    while (items.size() != 0) {
      co_await mock::fetch(items.front());
      items.erase(items.begin());
    }
  }
};
struct with_map {
  std::map<int, int> items;
  void add(int k) { items.emplace(k, 0); }
  mock::task<> drop(int k) {
    if (items.contains(k)) {
      co_await mock::fetch(k);
      items.erase(k);
    }
  }
};

// Started only while none is under way.
struct on_demand {
  std::deque<int> items;
  void add(int i) {
    bool idle = items.empty();
    items.push_back(i);
    if (idle)
      mock::spawn(drain());
  }
  void both() {
    add(1);
    add(2);
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
    }
  }
};
// The same through a lambda.
struct through_a_lambda {
  std::deque<int> items;
  template <typename Body> mock::task<> visit(Body body) { return body(); }
  mock::task<> add(int i) {
    items.push_back(i);
    if (items.size() == 1)
      co_await visit([this] { return drain(); });
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
    }
  }
};
mock::task<> feed(through_a_lambda &x) { co_await mock::when_all(x.add(1), x.add(2)); }
struct through_any_lambda {
  std::deque<int> items;
  template <typename Body> mock::task<> visit(Body body) { return body(); }
  mock::task<> add(int i) {
    items.push_back(i);
    co_await visit([this] { return drain(); });
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
mock::task<> feed(through_any_lambda &x) { co_await mock::when_all(x.add(1), x.add(2)); }
// Each turn of the loop has its own.
void start_each(std::vector<std::unique_ptr<with_list>> &all) {
  for (auto &one : all)
    mock::spawn(one->drain());
}

// Somebody else empties it as well.
struct with_clear {
  std::deque<int> items;
  void add(int i) { items.push_back(i); }
  void stop() { items.clear(); }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct with_move {
  std::deque<int> items;
  void add(int i) { items.push_back(i); }
  std::deque<int> take() { return std::move(items); }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct with_swap {
  std::vector<int> items;
  void add(int i) { items.push_back(i); }
  void flip(std::vector<int> &other) { items.swap(other); }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.erase(items.begin());
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct with_other_consumer {
  std::deque<int> items;
  void add(int i) { items.push_back(i); }
  mock::task<> steal() {
    if (!items.empty())
      items.pop_back();
    co_await mock::work();
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};

// Two consumers of one kind.
struct two_workers {
  std::list<int> items;
  void add(int i) { items.push_back(i); }
  void start() {
    for (int i = 0; i < 2; ++i)
      launch([this] { return drain(); });
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct two_starts {
  std::deque<int> items;
  void add(int i) { items.push_back(i); }
  void start() {
    mock::spawn(drain());
    mock::spawn(drain());
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct drained_by_senders {
  std::queue<int> items;
  mock::task<> send(int i) {
    items.push(i);
    co_await drain();
  }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
mock::task<> hello(drained_by_senders &link) { co_await link.send(1); }
mock::task<> bye(drained_by_senders &link) { co_await link.send(2); }

// Adding at the end that is taken from, or by priority, puts another element there.
struct wrong_end {
  std::vector<int> items;
  void add(int i) { items.push_back(i); }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.back());
      items.pop_back();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct by_priority {
  std::priority_queue<int> items;
  void add(int i) { items.push(i); }
  mock::task<> drain() {
    while (!items.empty()) {
      co_await mock::fetch(items.top());
      items.pop();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct exact_size {
  std::deque<int> items;
  void add(int i) { items.push_back(i); }
  mock::task<> drain() {
    if (items.size() == 1) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct overwritten {
  std::map<int, int> items;
  void set(int k, int v) { items[k] = v; }
  mock::task<> drop(int k) {
    if (items.contains(k)) {
      co_await mock::fetch(k);
      items.erase(k);
      // EXPECT: 'items[k]' is erased from after a test that may no longer hold
    }
  }
};

// Who finds the queue empty when he puts something in empties it; all others go.
struct idle_sender {
  std::deque<int> items;
  mock::task<> send(int i) {
    bool idle = items.empty();
    items.push_back(i);
    if (!idle)
      co_return;
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
    }
  }
};
struct first_sender {
  std::deque<int> items;
  mock::task<> send(int i) {
    items.push_back(i);
    if (items.size() > 1)
      co_return;
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
    }
  }
};
struct flagged_sender {
  std::deque<int> items;
  bool sending = false;
  mock::task<> send(int i) {
    items.push_back(i);
    if (std::exchange(sending, true))
      co_return;
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
    }
    sending = false;
  }
};
// The gate is open again while the last sender still waits, or it is no gate.
struct waits_when_empty {
  std::deque<int> items;
  mock::task<> send(int i) {
    bool idle = items.empty();
    items.push_back(i);
    if (!idle)
      co_return;
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
      co_await mock::work();
    }
  }
};
struct waits_before_push {
  std::deque<int> items;
  mock::task<> send(int i) {
    bool idle = items.empty();
    co_await mock::work();
    items.push_back(i);
    if (!idle)
      co_return;
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct second_sender {
  std::deque<int> items;
  mock::task<> send(int i) {
    items.push_back(i);
    if (items.size() > 2)
      co_return;
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
  }
};
struct flag_dropped {
  std::deque<int> items;
  bool sending = false;
  mock::task<> send(int i) {
    items.push_back(i);
    (void)std::exchange(sending, true);
    while (!items.empty()) {
      co_await mock::fetch(items.front());
      items.pop_front();
      // EXPECT: 'items' is erased from after a test that may no longer hold
    }
    sending = false;
  }
};
