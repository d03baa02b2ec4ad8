// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Closing things: owners that are reset after an await on what they held, gates, flags tested before the lock.
#include "mock.h"
#include <map>
#include <memory>
#include <utility>
#include <vector>

struct connection {
  mock::task<> send(int);
  mock::task<> close();
};
struct gate {
  struct holder {
    ~holder();
  };
  holder hold();
  bool closed() const;
  mock::task<> close();
};

struct reader {
  std::unique_ptr<connection> link;
  void abort() { link.reset(); }
  mock::task<> stop_bad() {
    co_await link->close();
    link = nullptr;
    // EXPECT: 'link' may be reset under somebody else's hands: what it held was awaited on line {-1}
  }
  mock::task<> stop_ok() {
    auto own = std::move(link);
    co_await own->close();
    link = nullptr;
  }
  mock::task<> reopen_ok() {
    co_await link->close();
    link = std::make_unique<connection>();
  }
  mock::task<> tested_ok() {
    co_await link->close();
    if (link)
      link.reset();
  }
};
struct alone {
  std::unique_ptr<connection> link;
  mock::task<> stop_ok() {
    co_await link->close();
    link = nullptr;
  }
};

// Who holds the gate has left when it is closed.
struct guarded {
  std::unique_ptr<connection> link;
  gate g;
  mock::task<> use_ok() {
    auto h = g.hold();
    co_await link->send(1);
    co_await link->send(2);
  }
  mock::task<> stop_ok() {
    co_await g.close();
    if (link) {
      co_await link->close();
      link.reset();
    }
  }
};
struct unguarded {
  std::unique_ptr<connection> link;
  gate g;
  mock::task<> stop_bad() {
    co_await g.close();
    if (link) {
      co_await link->close();
      link.reset();
      // EXPECT: 'link' is cleared after a test that may no longer hold
    }
  }
};
struct registry {
  std::map<int, int> parts;
  gate g;
  int first() const { return parts.begin()->second; }
  mock::task<> stop() {
    co_await g.close();
    parts.clear();
  }
  mock::task<> add_bad() {
    if (g.closed())
      co_return;
    co_await mock::sleep();
    use(first());
    // EXPECT: 'parts[...]' is used after a test of 'g' that may no longer hold
  }
  mock::task<> add_ok() {
    if (g.closed())
      co_return;
    auto h = g.hold();
    co_await mock::sleep();
    use(first());
  }
  mock::task<> add_again_ok() {
    if (g.closed())
      co_return;
    co_await mock::sleep();
    if (g.closed())
      co_return;
    use(first());
  }
};

struct stream {
  mock::mutex m;
  connection c;
  bool closed = false;
  bool verbose = false;
  mock::task<> stop() {
    closed = true;
    auto guard = co_await m.scoped_lock();
    co_await c.close();
  }
  mock::task<> write_bad(int x) {
    if (closed)
      co_return;
    auto guard = co_await m.scoped_lock();
    co_await c.send(x);
    // EXPECT: 'c' is used under the lock after a test of 'closed' that may no longer hold
  }
  mock::task<> write_ok(int x) {
    auto guard = co_await m.scoped_lock();
    if (closed)
      co_return;
    co_await c.send(x);
  }
  // Nobody changes this flag together with the connection.
  mock::task<> log_ok(int x) {
    if (!verbose)
      co_return;
    auto guard = co_await m.scoped_lock();
    co_await c.send(x);
  }
};

// What goes in was chosen by looking at what is there.
struct pool {
  std::vector<int> all;
  std::map<int, int> busy;
  std::vector<int> idle() const {
    std::vector<int> found;
    for (int i : all)
      if (!busy.contains(i))
        found.push_back(i);
    return found;
  }
  mock::task<> take_bad() {
    auto found = idle();
    co_await mock::sleep();
    for (int i : found)
      busy.emplace(i, 1);
    // EXPECT: 'busy[i]' is inserted into with a choice that may no longer hold
  }
  mock::task<> take_ok() {
    co_await mock::sleep();
    auto found = idle();
    for (int i : found)
      busy.emplace(i, 1);
    co_await mock::sleep();
  }
  // Takes one out and puts it back.
  mock::task<> again_ok() {
    int x = all.back();
    all.pop_back();
    co_await mock::fetch(x);
    all.push_back(x);
  }
};
