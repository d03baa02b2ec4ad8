// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References to elements, and what an insertion or a removal by another function leaves of them.
#include "mock.h"
#include <deque>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

struct table {
  mock::task<> vector_bad(int i) {
    auto &x = vec[i];
    co_await mock::work();
    x = 1;
    // EXPECT: 'x' may refer to something that is gone: it was obtained from 'vec' on line
  }
  mock::task<> vector_again_ok(int i) {
    vec[i] = 1;
    co_await mock::work();
    vec[i] = 2;
  }
  mock::task<> before_ok(int i) {
    auto &x = vec[i];
    x = 1;
    co_await mock::work();
  }
  mock::task<> copy_ok(int i) {
    auto x = vec[i];
    co_await mock::work();
    use(x);
  }
  mock::task<> map_grows_ok(int i) {
    auto &x = grows[i];
    co_await mock::work();
    x = 1;
  }
  mock::task<> map_shrinks_bad(int i) {
    auto &x = shrinks[i];
    co_await mock::work();
    x = 1;
    // EXPECT: 'x' may refer to something that is gone: it was obtained from 'shrinks'
  }
  mock::task<> unordered_reference_ok(int i) {
    auto &x = unordered.at(i);
    co_await mock::work();
    x = 1;
  }
  mock::task<> unordered_iterator_bad(int i) {
    auto it = unordered.find(i);
    co_await mock::work();
    ++it;
    // EXPECT: 'it' may no longer be valid: it was obtained from 'unordered'
  }
  mock::task<> deque_reference_ok() {
    auto &x = queue.front();
    co_await mock::work();
    x = 1;
  }
  mock::task<> deque_iterator_bad() {
    auto it = queue.begin();
    co_await mock::work();
    use(*it);
    // EXPECT: 'it' may no longer be valid: it was obtained from 'queue'
  }
  mock::task<> list_ok() {
    auto it = list.begin();
    co_await mock::work();
    use(*it);
  }
  mock::task<> assigned_through_bad(int i) {
    auto &x = shrinks[i];
    x = co_await mock::fetch(i);
    // EXPECT: 'x' may refer to something that is gone
  }
  mock::task<> never_changes_ok() {
    auto &x = constant.front();
    co_await mock::work();
    use(x);
  }
  void add(int i) {
    vec.push_back(i);
    grows.emplace(i, i);
    unordered[i] = i;
    queue.push_back(i);
    list.push_back(i);
  }
  void remove(int i) { shrinks.erase(i); }
  mock::task<> run() {
    add(1);
    co_await mock::work();
  }

private:
  void use(int);
  std::vector<int> vec, constant{1, 2};
  std::map<int, int> grows, shrinks;
  std::unordered_map<int, int> unordered;
  std::deque<int> queue;
  std::list<int> list;
};
