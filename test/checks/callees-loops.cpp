// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Callees that store what they are given in a loop or in a switch.
#include "mock.h"
#include <vector>

void log(int);
enum class how { set, keep, count };

struct gauge {
  int level = 0, peak = 0, writes = 0;
  std::vector<int> listeners;

  void set_for_all(int next) {
    log(next);
    for (int l : listeners) {
      log(l);
      level = next;
    }
  }
  void set_while(int next) {
    for (int i = 0; i < 3; ++i) {
      if (i == 1)
        continue;
      log(i);
      level = next;
    }
    log(1);
  }
  void apply(how h, int next) {
    log(next);
    switch (h) {
    case how::set:
      log(1);
      level = next;
      break;
    case how::count: ++writes; break;
    default: break;
    }
  }
  void raise_for_all(int next) { // looks first
    log(next);
    for (int l : listeners) {
      if (next <= level)
        break;
      log(l);
      level = next;
    }
  }
  void raise_while(int next) {
    log(next);
    while (level < next) {
      log(level);
      level = next;
    }
  }
  void grow(int next) { // another value by then
    log(next);
    for (int l : listeners) {
      next = l;
      level = next;
    }
  }
  mock::task<> apply_later(how h, int next) {
    switch (h) {
    case how::set: level = next; break;
    default: co_await mock::sleep(); break;
    }
  }

  mock::task<> loop_bad() {
    int v = level;
    co_await mock::sleep();
    set_for_all(v + 1);
    // EXPECT: 'level' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> continued_bad() {
    int v = level;
    co_await mock::sleep();
    set_while(v + 1);
    // EXPECT: 'level' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> switch_bad(how h) {
    int v = level;
    co_await mock::sleep();
    apply(h, v + 1);
    // EXPECT: 'level' may be overwritten with a stale value: read on line {-2}
  }
  mock::task<> looks_ok() {
    int v = level;
    co_await mock::sleep();
    raise_for_all(v + 1);
    raise_while(v + 1);
    grow(v);
  }
  mock::task<> fresh_ok(how h) {
    co_await mock::sleep();
    set_for_all(level + 1);
    apply(h, level + 1);
    co_await apply_later(h, level + 1);
  }
};
