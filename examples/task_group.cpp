// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three sleeping fetches in a task group: all have finished when the group is joined.
// Verdict: silent; the program itself asserts the results.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

corace::task<int> fetch_data(int id, std::chrono::seconds delay) {
  co_await corace::sleep_for(delay);
  std::printf("fetched %d\n", id);
  co_return id;
}

corace::task<void> fetch_all() {
  corace::task_group group;
  std::vector<corace::task_handle<int>> tasks;
  int id = 0;
  for (auto delay : {2s, 1s, 3s})
    tasks.push_back(group.create_task(fetch_data(++id, delay)));
  co_await group.join();
  int sum = 0;
  for (auto &task : tasks)
    sum += task.result();
  std::printf("sum of results: %d\n", sum);
  assert(sum == 6);
}

int main() { corace::run(fetch_all()); }
