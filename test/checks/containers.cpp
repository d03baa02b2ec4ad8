// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Look-ups in containers decide insertions, removals and assignments behind an await.
#include "mock.h"
#include <deque>
#include <map>
#include <string>

std::map<int, int> cache;
std::multimap<int, int> several;
std::deque<int> queue;

mock::task<> contains_bad(int k) {
  if (!cache.contains(k))
    cache[k] = co_await mock::fetch(k);
  // EXPECT: 'cache[k]' is written after a test that may no longer hold
}
mock::task<> find_bad(int k) {
  if (auto it = cache.find(k); it != cache.end())
    co_return;
  int v = co_await mock::fetch(k);
  cache.insert_or_assign(k, v);
  // EXPECT: 'cache[k]' is inserted into after a test
}
mock::task<> count_bad(int k) {
  if (cache.count(k) != 0) {
    co_await mock::work();
    cache.erase(k);
    // EXPECT: 'cache[k]' is erased from after a test
  }
}
mock::task<> at_bad(int k) {
  if (cache.at(k) == 0) {
    co_await mock::work();
    cache.at(k) = 1;
    // EXPECT: 'cache[k]' is written after a test
  }
}
mock::task<> subscript_bad(int k) {
  if (cache[k] == 0) {
    int v = co_await mock::fetch(k);
    cache.insert_or_assign(k, v);
    // EXPECT: 'cache[k]' is inserted into after a test
  }
}
mock::task<> empty_bad() {
  while (!queue.empty()) {
    co_await mock::fetch(queue.front());
    queue.pop_front();
    // EXPECT: 'queue' is erased from after a test
  }
}
mock::task<> size_bad() {
  if (queue.size() > 3) {
    co_await mock::work();
    queue.clear();
    // EXPECT: 'queue' is cleared after a test
  }
}
mock::task<> assign_bad() {
  if (queue.empty()) {
    co_await mock::work();
    queue.assign(2, 0);
    // EXPECT: 'queue' is written after a test
  }
}

mock::task<> other_key_ok(int j, int k) {
  if (!cache.contains(j))
    cache[k] = co_await mock::fetch(k);
}
mock::task<> looked_again_ok(int k) {
  if (!cache.contains(k)) {
    int v = co_await mock::fetch(k);
    if (!cache.contains(k))
      cache[k] = v;
  }
}
mock::task<> only_if_absent_ok(int k) {
  if (!cache.contains(k)) {
    int v = co_await mock::fetch(k);
    cache.try_emplace(k, v);
  }
}
// Whoever was first has put the element in: an insertion that leaves it alone does no harm.
mock::task<> emplaced_ok(int k) {
  if (auto it = cache.find(k); it != cache.end())
    co_return;
  int v = co_await mock::fetch(k);
  cache.emplace(k, v);
}
mock::task<> inserted_pair_ok(int k) {
  if (!cache.contains(k)) {
    int v = co_await mock::fetch(k);
    cache.insert({k, v});
  }
}
mock::task<> twice_bad(int k) {
  if (!several.contains(k)) {
    int v = co_await mock::fetch(k);
    several.emplace(k, v);
    // EXPECT: 'several[k]' is inserted into after a test
  }
}
mock::task<> limit_bad(int k) {
  if (cache.size() < 10) {
    int v = co_await mock::fetch(k);
    cache.emplace(k, v);
    // EXPECT: 'cache[k]' is inserted into after a test
  }
}
mock::task<> taken_first_ok() {
  while (!queue.empty()) {
    int x = queue.front();
    queue.pop_front();
    co_await mock::fetch(x);
  }
}
