// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a lambda captures is shared when two runs of it can be under way at once.
#include "mock.h"

mock::task<> by_reference_bad() {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
    // EXPECT: 'k' may be overwritten
  };
  co_await mock::when_all(step(), step());
}

mock::task<> closure_state_bad() {
  auto step = [k = 0]() mutable -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
    // EXPECT: 'k' may be overwritten
  };
  co_await mock::when_all(step(), step());
}

mock::task<> awaited_at_once_ok() {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
  };
  co_await step();
}

mock::task<> awaited_one_after_the_other_ok() {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
  };
  co_await step();
  co_await step();
}

mock::task<> awaited_and_spawned_bad() {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
    // EXPECT: 'k' may be overwritten
  };
  mock::spawn(step());
  co_await step();
}

struct object {
  int member = 0;
  mock::task<> this_bad() {
    auto step = [this]() -> mock::task<> {
      int v = member;
      co_await mock::sleep();
      member = v + 1;
      // EXPECT: 'member' may be overwritten
    };
    co_await step();
  }
};

// Called once, and nobody else sets the variable.
void called_once_ok() {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
  };
  auto later = step();
  (void)later;
}

void set_beside_bad() {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
    // EXPECT: 'k' may be overwritten
  };
  auto later = step();
  k = 7;
  (void)later;
}

void lent_beside_bad(void (*lend)(int &)) {
  int k = 0;
  auto step = [&k]() -> mock::task<> {
    int v = k;
    co_await mock::sleep();
    k = v + 1;
    // EXPECT: 'k' may be overwritten
  };
  lend(k);
  auto later = step();
  (void)later;
}
