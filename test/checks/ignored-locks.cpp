// RUN: %check_corace %s corace-ineffective-lock --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes without the lock that somebody else holds over a window.
#include "mock.h"
#include <map>
#include <memory>

struct connection {
  mock::task<> close();
};

struct counter {
  mock::mutex m;
  int value = 0;
  bool stopped = false;

  mock::task<> add() {
    auto lock = co_await m.scoped_lock();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  void reset_bad() {
    value = 0;
    // EXPECT: 'value' is written without 'm', on which 'add' relies while it is suspended
    // EXPECT-NOTE -6: 'add' takes 'm' here
    // EXPECT-NOTE -5: reads here
    // EXPECT-NOTE -4: lets other tasks run here
    // EXPECT-NOTE -3: and goes on here
    // EXPECT-NOTE 0: take 'm' for this write as well
  }
  mock::task<> reset_ok() {
    auto lock = co_await m.scoped_lock();
    value = 0;
  }
  mock::task<> stop_ok() { // what it awaits may be the end of the others
    co_await mock::work();
    value = 0;
  }
  mock::task<> reset_with_others_ok() {
    auto lock = co_await m.scoped_lock();
    clear_locked_ok();
  }
  void clear_locked_ok() { value = 0; }
};

struct counter_in_the_making {
  mock::mutex m;
  int value = 0;
  counter_in_the_making() { init_ok(); }
  ~counter_in_the_making() { value = 0; }
  void init_ok() { value = 7; }
  mock::task<> add() {
    auto lock = co_await m.scoped_lock();
    int v = value;
    co_await mock::sleep();
    value = v + 1;
  }
  static int fresh_object_ok() {
    counter_in_the_making c;
    c.value = 3;
    return c.value;
  }
};

struct signal {
  mock::mutex m;
  bool running = false;
  void stop_ok() { running = false; } // a flag is a message
  mock::task<> run() {
    auto lock = co_await m.scoped_lock();
    if (running) {
      co_await mock::sleep();
      running = false;
    }
  }
};

struct table {
  mock::shared_mutex m;
  std::map<int, std::shared_ptr<connection>> all;

  mock::task<> close_all() {
    auto lock = co_await m.write();
    for (auto &[id, c] : all)
      co_await c->close();
    all.clear();
  }
  void evicted_bad(int id) {
    all.erase(id);
    // EXPECT: 'all' is written without 'm', on which 'close_all' relies while it is suspended
  }
  void added_ok(int id) { all.insert({id, nullptr}); } // nothing goes
  mock::task<> evicted_ok(int id) {
    auto lock = co_await m.read(); // no reader, but it keeps 'apply' out
    all.erase(id);
  }
};

struct cache {
  mock::mutex m;
  std::map<int, int> known;
  mock::task<> fill(int key) {
    auto lock = co_await m.scoped_lock();
    if (!known.contains(key))
      known.insert_or_assign(key, co_await mock::fetch(key));
  }
  void forget_ok(int key) { known.erase(key); } // 'fill' puts in what is not there
};

struct queue {
  mock::mutex m;
  std::map<int, int> waiting;
  mock::task<> drain() {
    auto lock = co_await m.scoped_lock();
    while (!waiting.empty()) {
      waiting.erase(waiting.begin());
      co_await mock::sleep(); // tested again after it
    }
  }
  void drop_ok() { waiting.clear(); }
};

// Where the loop itself is reported, that says it all.
struct table_of_the_caller {
  mock::shared_mutex m;
  std::map<int, std::shared_ptr<connection>> all;
  mock::task<> close_all() {
    for (auto &[id, c] : all)
      // EXPECT: the loop over 'all' may go on with an iterator that is no longer valid [corace-reference-across-await]
      co_await c->close();
    all.clear();
  }
  mock::task<> apply() {
    auto lock = co_await m.write();
    co_await close_all();
  }
  void evicted(int id) { all.erase(id); }
};

// One coroutine forgot the lock that another holds for the same.
struct compaction {
  mock::mutex m;
  std::map<int, int> main, busy;
  mock::task<> complete(int);
  mock::task<> pick(int f) {
    auto lock = co_await m.scoped_lock();
    co_await mock::work();
    busy.insert({f, f});
  }
  mock::task<> replace(int f) {
    auto lock = co_await m.scoped_lock();
    main.erase(f);
    co_await complete(f);
  }
  mock::task<> bypass_bad(int f) {
    main.erase(f);
    // EXPECT: 'main' is written without 'm', on which 'replace' relies for the same
    // EXPECT-NOTE -5: 'replace' takes 'm' here
    // EXPECT-NOTE -4: and does the same here under it
    co_await complete(f);
  }
};

// A copy from before the lock.
struct snapshots {
  mock::mutex m;
  std::map<int, int> set;
  mock::task<> read_before_bad() {
    auto s = set;
    auto lock = co_await m.scoped_lock();
    for (auto &[k, v] : s)
      // EXPECT: 'set' was read before 'm' was taken and may have changed since
      // EXPECT-NOTE -2: read here
      // EXPECT-NOTE -1: the lock is taken here; others may have it until then
      co_await mock::fetch(k);
  }
  mock::task<> read_under_it_ok() {
    auto lock = co_await m.scoped_lock();
    auto s = set;
    for (auto &[k, v] : s)
      co_await mock::fetch(k);
  }
  mock::task<> looked_at_again_ok() {
    auto s = set;
    if (!s.empty())
      co_return;
    auto lock = co_await m.scoped_lock();
    if (set.size() == s.size())
      co_await mock::fetch();
  }
  mock::task<> clear() {
    auto lock = co_await m.scoped_lock();
    set.clear();
  }
};
