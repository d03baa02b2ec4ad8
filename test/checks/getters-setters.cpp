// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call of a getter, predicate or setter is as good as its body.
#include "mock.h"
#include <map>

struct counter {
  int value() const { return value_; }
  void set(int v) { value_ = v; }
  void add(int d) { value_ = value_ + d; }
  bool empty_now() const { return value() == 0; }
  int value_ = 0, other_ = 0;

  mock::task<> bad() {
    int v = value();
    co_await mock::sleep();
    set(v + 1);
    // EXPECT: 'value_' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> predicate_bad() {
    if (empty_now()) {
      co_await mock::work();
      set(1);
      // EXPECT: 'value_' is written after a test [corace-check-await-act]
    }
  }
  mock::task<> one_step_ok() {
    int d = value();
    co_await mock::sleep();
    add(d);
  }
  mock::task<> fresh_ok() {
    int d = co_await mock::fetch();
    set(value() + d);
  }
  mock::task<> other_field_ok() {
    int v = value();
    co_await mock::sleep();
    other_ = v;
  }
};

counter total;
int get_total() { return total.value(); }
void set_total(int v) { total.set(v); }
mock::task<> through_functions_bad() {
  set_total(get_total() + co_await mock::fetch());
  // EXPECT: 'total.value_' may be overwritten
}

struct registry {
  std::map<int, int> entries;
  bool has(int key) const { return entries.contains(key); }
  void put(int key, int value) { entries[key] = value; }
  mock::task<> look_up_bad(int key) {
    if (!has(key))
      put(key, co_await mock::fetch(key));
    // EXPECT: 'entries[key]' is written after a test [corace-check-await-act]
  }
  mock::task<> other_key_ok(int a, int b) {
    if (!has(a))
      put(b, co_await mock::fetch(b));
  }
};
