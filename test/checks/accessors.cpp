// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that return a reference or a pointer to a member are another name for it.
#include "mock.h"
#include <map>
#include <string>

struct registry {
  std::map<int, std::string> names;
  std::map<int, int> counts;
  int total = 0;
  std::string &name(int id) { return names[id]; }
  int &sum() { return total; }
  int &nested() { return sum(); }
  int *find(int id) {
    auto it = counts.find(id);
    return it == counts.end() ? nullptr : &it->second;
  }
  mock::task<> rename_bad(int id) {
    std::string s = name(id);
    s += "x";
    co_await mock::sleep();
    names[id] = s;
    // EXPECT: 'names[id]' may be overwritten
  }
  mock::task<> add_bad() {
    int v = nested();
    co_await mock::sleep();
    sum() = v + 1;
    // EXPECT: 'total' may be overwritten
  }
  mock::task<> count_bad(int id) {
    int v = *find(id);
    co_await mock::sleep();
    *find(id) = v + 1;
    // EXPECT: 'counts[id]' may be overwritten
  }
  mock::task<> other_key_ok() {
    std::string s = name(1);
    co_await mock::sleep();
    name(2) = s;
  }
  mock::task<> add_ok() {
    co_await mock::sleep();
    sum() += 1;
  }
};

int &pick(int &a, int &) { return a; }
mock::task<> own_ok() {
  int x = 0, y = 0;
  int v = pick(x, y);
  co_await mock::sleep();
  pick(x, y) = v + 1;
}
// Functions that call themselves.
int &loops(int n) { return loops(n - 1); }
mock::task<> endless_ok() {
  int v = loops(1);
  co_await mock::sleep();
  loops(1) = v + 1;
}
