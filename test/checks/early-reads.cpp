// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a task that runs already is about to take away is copied before the task is awaited.
#include "lifetime.h"

#include <utility>
#include <vector>

mock::task<> send(std::vector<int>);

struct log {
  std::vector<int> pending, done;
  int count = 0;

  lib::eager<> flush() {
    auto all = pending;
    co_await send(all);
    pending.clear();
    // EXPECT: this may throw away what other tasks put into 'pending' [corace-read-await-write]
  }
  lib::eager<> take() {
    auto all = std::exchange(pending, {});
    co_await send(all);
  }
  lib::eager<> add(int n) {
    co_await mock::sleep();
    done.push_back(n);
  }
  void save(std::vector<int> &out) { out = pending; }

  mock::task<> snapshot_bad() {
    auto f = flush();
    std::vector<int> copy;
    save(copy);
    // EXPECT: 'pending' is copied while 'flush' is under way, which takes away what is in it
    // EXPECT-NOTE -2: 'flush' is started here, and not awaited yet
    // EXPECT-NOTE -18: 'flush' has copied it here
    // EXPECT-NOTE -16: and changes it here, when it goes on
    // EXPECT-NOTE -2: to mend it: await 'flush' first
    co_await f;
  }
  mock::task<> direct_bad() {
    auto f = flush();
    auto copy = pending;
    // EXPECT: 'pending' is copied while 'flush' is under way
    co_await f;
    co_await send(copy);
  }
  mock::task<> snapshot_ok() {
    co_await flush();
    std::vector<int> copy;
    save(copy);
  }
  mock::task<> before_ok() {
    auto copy = pending;
    auto f = flush();
    co_await f;
    co_await send(copy);
  }
  mock::task<> taken_at_once_ok() {
    auto f = take();
    auto copy = pending;
    co_await f;
    co_await send(copy);
  }
  mock::task<> only_adds_ok() {
    auto f = add(1);
    auto copy = done;
    co_await f;
    co_await send(copy);
  }
};
