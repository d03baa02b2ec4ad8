// Check-then-act on the standard containers, watched as the candidate says: the same key is confirmed, another is not.
// RUN: %clangxx -std=c++20 -g -O1 %detector_headers -c %S/Inputs/report.cpp -o %t.report.o
// RUN: printf 'corace-candidates\t1\ncandidate\tid\tcheck-then-act\tcache\tfetch\t%s\t21\t21\t22\t23\t23\n' > %t.candidates
// RUN: printf 'candidate\tid2\tcheck-then-act\tqueue\tpop\t%s\t27\t27\t28\t29\t29\nend\n' >> %t.candidates
// RUN: %clangxx_instrumented -O0 %s %t.report.o %link_instrumented -o %t.0
// RUN: env CORACE_OPTIONS=candidates=%t.candidates:report=0 %t.0 | FileCheck %s
// RUN: %clangxx_instrumented -O2 %s %t.report.o %link_instrumented -o %t.2
// RUN: env CORACE_OPTIONS=candidates=%t.candidates:report=0 %t.2 | FileCheck %s

#include "Inputs/mini.h"

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

using mini::eager;

template <class Map> eager fetch(Map &cache, typename Map::key_type key, typename Map::mapped_type value) {
  if (!cache.contains(key)) {
    co_await mini::yield{};
    cache[key] = value;
  }
}
template <class Queue> eager pop(Queue &queue) {
  if (!queue.empty()) {
    co_await mini::yield{};
    queue.pop_back();
  }
}

template <class Map> void both(const char *title, typename Map::key_type a, typename Map::key_type b) {
  static Map cache;
  mini::begin();
  fetch(cache, a, {}), fetch(cache, b, {});
  mini::run();
  mini::end(title);
}

int main() {
  // CHECK: map, same: 1 violations
  both<std::map<int, int>>("map, same", 1, 1);
  // CHECK: map, other: 0 violations
  both<std::map<int, long>>("map, other", 1, 2);
  // CHECK: map of strings, same: 1 violations
  both<std::map<std::string, std::string>>("map of strings, same", "a", "a");
  // CHECK: map of strings, other: 0 violations
  both<std::map<std::string, int>>("map of strings, other", "a", "b");
  // CHECK: hash map, same: 1 violations
  both<std::unordered_map<int, int>>("hash map, same", 1, 1);
  // CHECK: hash map, other: 0 violations
  both<std::unordered_map<int, long>>("hash map, other", 1, 2);
  // CHECK: hash map of strings, same: 1 violations
  both<std::unordered_map<std::string, std::string>>("hash map of strings, same", "a", "a");
  // CHECK: hash map of strings, other: 0 violations
  both<std::unordered_map<std::string, int>>("hash map of strings, other", "a", "b");

  static std::deque<int> deque{1, 2, 3};
  static std::vector<int> vector{1, 2, 3};
  // CHECK: deque: 1 violations
  mini::begin();
  pop(deque), pop(deque);
  mini::run();
  mini::end("deque");
  // CHECK: vector: 1 violations
  mini::begin();
  pop(vector), pop(vector);
  mini::run();
  mini::end("vector");
  // CHECK: vector, one task: 0 violations
  mini::begin();
  pop(vector);
  mini::run();
  mini::end("vector, one task");
}
