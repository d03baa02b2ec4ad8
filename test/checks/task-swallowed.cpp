// RUN: %check_corace %s corace-unawaited-task --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A callable that returns a task, called by something that drops what it returns.
#include "mock.h"

#include <algorithm>
#include <functional>
#include <thread>
#include <vector>

struct button {
  void on_click(std::function<void(int)>);
  std::function<void()> closed;
};
mock::task<> for_each_part(std::function<void(int)>);
mock::task<> handle(int);

mock::task<> argument_bad() {
  co_await for_each_part([](int n) -> mock::task<> { use(co_await mock::fetch(n)); });
  // EXPECT: the task that this callable returns is discarded by 'std::function<void (int)>': the body never runs
  // EXPECT-NOTE 0: to mend it: call it where its task can be awaited
}

void function_bad(button &b) {
  b.on_click(handle);
  // EXPECT: the task that this callable returns is discarded by 'std::function<void (int)>'
}

void assigned_bad(button &b) {
  b.closed = [] { return mock::work(); };
  // EXPECT: the task that this callable returns is discarded by 'std::function<void ()>'
}

void algorithm_bad(std::vector<int> &v) {
  std::for_each(v.begin(), v.end(), [](int n) -> mock::task<> { use(co_await mock::fetch(n)); });
  // EXPECT: the task that this callable returns is discarded by 'std::for_each'
  std::for_each(v.begin(), v.end(), [](auto n) -> mock::task<> { use(co_await mock::fetch(n)); });
  // EXPECT: the task that this callable returns is discarded by 'std::for_each'
  std::ranges::for_each(v, handle);
  // EXPECT: the task that this callable returns is discarded by 'std::ranges::for_each'
}

void thread_bad() {
  std::thread t([]() -> mock::task<> { co_await mock::work(); });
  // EXPECT: the task that this callable returns is discarded by 'std::thread'
  t.join();
}

void kept_ok() {
  std::function<mock::task<>(int)> keep = handle;
  std::function<mock::task<>(int)> copy = keep;
  mock::spawn(copy(1));
}
void handed_over_ok(button &b) {
  b.on_click([](int n) { mock::spawn(handle(n)); });
  std::function<void(int)> f = [](int) {};
  std::function<void(int)> g = f;
  b.on_click(g);
}
void collected_ok(std::vector<int> &v, std::vector<mock::task<>> &out) {
  std::transform(v.begin(), v.end(), std::back_inserter(out), handle);
}
