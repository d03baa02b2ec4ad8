// RUN: %check_corace %s corace-unawaited-task --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task that is kept in a local variable and awaited on no path, or not on all.
#include "mock.h"

#include <utility>
#include <vector>

bool c();
struct holder {
  void keep(mock::task<>);
};

mock::task<> forgotten_bad() {
  [[maybe_unused]] auto t = mock::work();
  // EXPECT: 't' is never awaited: the body of 'work' never runs
  co_await mock::sleep();
}

void by_reference_bad() {
  auto &&t = mock::work();
  // EXPECT: 't' is never awaited
}

mock::task<> early_return_bad() {
  auto t = mock::fetch();
  // EXPECT: 't' is not awaited on every path: past its uses, the body of 'fetch' never runs
  // EXPECT-NOTE 4: 't' is left behind here
  if (c())
    co_return;
  use(co_await std::move(t));
}

mock::task<> one_branch_bad() {
  auto t = mock::fetch();
  // EXPECT: 't' is not awaited on every path
  if (c())
    use(co_await std::move(t));
}

mock::task<> loop_bad(std::vector<int> keys) {
  for (int key : keys) {
    auto t = mock::fetch(key);
    // EXPECT: 't' is not awaited on every path
    if (key < 0)
      continue;
    use(co_await std::move(t));
  }
}

mock::task<> overwritten_bad() {
  auto t = mock::fetch(1);
  t = mock::fetch(2);
  // EXPECT: 't' is overwritten before it was awaited: the body of 'fetch' never runs
  // EXPECT-NOTE -1: the task is created here
  use(co_await std::move(t));
}

mock::task<> in_a_lambda_bad() {
  auto run = [&]() -> mock::task<> {
    auto t = mock::work();
    // EXPECT: 't' is never awaited
    co_await mock::sleep();
  };
  co_await run();
}

mock::task<> awaited_ok() {
  auto t = mock::fetch();
  co_await mock::sleep();
  use(co_await std::move(t));
}
mock::task<> both_branches_ok() {
  auto t = mock::work();
  if (c())
    co_await std::move(t);
  else
    mock::spawn(std::move(t));
}
mock::task<> same_condition_ok(const bool k) {
  auto t = mock::work();
  if (k)
    co_await std::move(t);
  if (!k)
    mock::spawn(std::move(t));
}
mock::task<> throws_ok() {
  auto t = mock::work();
  if (c())
    throw 1;
  co_await std::move(t);
}
mock::task<> never_leaves_ok() {
  auto t = mock::work();
  for (;;)
    if (c()) {
      co_await std::move(t);
      co_return;
    }
}
mock::task<> assigned_ok() {
  auto t = mock::work();
  if (c()) {
    (void)t;
    t = mock::work();
  }
  co_await std::move(t);
}
mock::task<> returned_ok() {
  auto t = mock::work();
  return t;
}
mock::task<> captured_ok() {
  auto t = mock::work();
  auto run = [t = std::move(t)]() mutable -> mock::task<> { co_await std::move(t); };
  co_await run();
}
mock::task<> by_reference_ok() {
  auto t = mock::work();
  auto run = [&]() -> mock::task<> { co_await std::move(t); };
  co_await run();
}
void stored_elsewhere_ok(std::vector<mock::task<>> &all, holder &h) {
  auto t = mock::work();
  all.push_back(std::move(t));
  auto u = mock::work();
  h.keep(std::move(u));
}
mock::task<> together_ok() {
  auto a = mock::work(), b = mock::work();
  co_await mock::when_all(std::move(a), std::move(b));
}
void deliberate_ok() {
  auto t = mock::work();
  (void)t;
}
