// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Callees with a visible body: what they store of their arguments, also behind an await of their own, and what larger
// functions read that change nothing.
#include "mock.h"
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using tag_map = std::map<std::string, std::string>;

// Copied, changed, and handed to a coroutine that waits before it stores it.
struct table {
  tag_map tags;
  mock::mutex m;
  mock::task<> store(tag_map next);
  mock::task<> store_at_once(tag_map next) {
    tags = std::move(next);
    // EXPECT: 'tags' is written without 'm', on which 'tag_ok' relies [corace-ineffective-lock]
    co_await mock::work();
  }
  mock::task<> store_if_same(tag_map next, std::size_t size) {
    co_await mock::work();
    if (tags.size() != size)
      co_return;
    tags = std::move(next);
  }
  mock::task<> merge(tag_map more) {
    co_await mock::work();
    more.insert(tags.begin(), tags.end());
    tags = std::move(more);
  }
  mock::task<> under_lock(tag_map next) {
    auto guard = co_await m.scoped_lock();
    tags = std::move(next);
  }

  mock::task<> tag_bad(std::string k) {
    auto copy = tags;
    copy[k] = "x";
    co_await store(std::move(copy));
    // EXPECT: 'tags' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the 'co_await' on this line
    // EXPECT-NOTE +45: 'store' writes it here
  }
  mock::task<> lock_in_callee_bad(std::string k) {
    auto copy = tags;
    copy.erase(k);
    co_await under_lock(std::move(copy));
    // EXPECT: 'tags' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> stale_before_call_bad(std::string k) {
    auto copy = tags;
    co_await mock::work();
    co_await store_at_once(std::move(copy));
    // EXPECT: 'tags' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the 'co_await' on line {-1}
  }
  mock::task<> tag_ok(std::string k) {
    auto guard = co_await m.scoped_lock();
    auto copy = tags;
    copy[k] = "x";
    co_await store(std::move(copy));
  }
  mock::task<> stored_at_once_ok(std::string k) {
    auto copy = tags;
    copy[k] = "x";
    co_await store_at_once(std::move(copy));
  }
  mock::task<> compared_ok(std::string k) {
    auto copy = tags;
    auto size = copy.size();
    copy[k] = "x";
    co_await store_if_same(std::move(copy), size);
  }
  mock::task<> merged_ok(std::string k) {
    auto copy = tags;
    co_await merge(std::move(copy));
  }
  mock::task<> something_else_ok(std::string k) {
    tag_map fresh;
    fresh[k] = "x";
    co_await store(std::move(fresh));
  }
};
mock::task<> table::store(tag_map next) {
  co_await mock::work();
  tags = std::move(next);
}

// A plain function of several statements stores its argument.
struct gauge {
  int level = 0, changes = 0;
  std::string log;
  void set(int next) {
    std::string text = "level ";
    for (int i = 0; i < next; ++i)
      text += '#';
    log = text;
    ++changes;
    level = next;
  }
  mock::task<> raise_bad() {
    int before = level;
    co_await mock::work();
    set(before + 1);
    // EXPECT: 'level' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> raise_ok() {
    co_await mock::work();
    set(level + 1);
  }
};

// An observer with branches and loops: what comes out of it is made of what it read.
struct stock {
  std::vector<int> counts;
  int total = 0, limit = 10;
  bool closed = false;
  int sum() const {
    int n = total;
    for (int c : counts)
      if (c > 0)
        n += c;
    return n;
  }
  bool has_room(int n) {
    if (closed)
      return false;
    int used = 0;
    for (int c : counts)
      used += c;
    return used + total + n < limit;
  }
  // Tests and marks in one step.
  bool try_close() {
    if (closed)
      return false;
    closed = true;
    return true;
  }
  // Marks through an object that is given the member.
  struct marker {
    bool &flag;
    explicit marker(bool &f) : flag(f) {}
    ~marker() { flag = true; }
  };
  bool first_look() {
    marker m(closed);
    if (limit > 3)
      return !closed;
    return false;
  }
  mock::task<> look_ok() {
    if (!first_look())
      co_return;
    co_await mock::work();
    closed = false;
  }
  mock::task<> fold_bad() {
    int n = sum();
    co_await mock::work();
    total = n;
    // EXPECT: 'total' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> put_bad(int n) {
    if (!has_room(n))
      co_return;
    co_await mock::work();
    total = n;
    // EXPECT: 'total' is written after a test that may no longer hold: tested on line {-3} [corace-check-await-act]
  }
  mock::task<> fold_ok() {
    co_await mock::work();
    total = sum();
  }
  mock::task<> put_again_ok(int n) {
    if (!has_room(n))
      co_return;
    co_await mock::work();
    if (has_room(n))
      total = n;
  }
  mock::task<> close_ok() {
    if (!try_close())
      co_return;
    co_await mock::work();
    closed = false;
  }
};

// Callees that call each other come to an end.
struct odd {
  int n = 0;
  int even_steps(int k) const { return k == 0 ? n : odd_steps(k - 1); }
  int odd_steps(int k) const {
    if (k == 0)
      return n;
    return even_steps(k - 1);
  }
  mock::task<> again_ok() {
    co_await mock::work();
    n = even_steps(3);
  }
};
