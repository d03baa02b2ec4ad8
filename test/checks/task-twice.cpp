// RUN: %check_corace %s corace-unawaited-task --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task that is awaited although it was moved away.
#include "mock.h"

bool c();

mock::task<> twice_bad() {
  auto t = mock::work();
  co_await std::move(t);
  co_await std::move(t);
  // EXPECT: 't' is awaited again: its task was moved away on line {-1}
  // EXPECT-NOTE -2: the task is created here
  // EXPECT-NOTE -1: moved away here
}

mock::task<> after_handing_over_bad() {
  auto t = mock::work();
  mock::spawn(std::move(t));
  co_await std::move(t);
  // EXPECT: 't' is awaited again: its task was moved away on line {-1}
}

mock::task<> on_one_path_bad() {
  auto t = mock::work();
  if (c())
    co_await std::move(t);
  co_await std::move(t);
  // EXPECT: 't' is awaited again
}

mock::task<> in_a_loop_bad() {
  auto t = mock::fetch();
  do
    use(co_await std::move(t));
  // EXPECT: 't' is awaited again in the next round of the loop: its task has been moved away in the first
  while (c());
}

mock::task<> branches_ok() {
  auto t = mock::work();
  if (c())
    co_await std::move(t);
  else
    co_await std::move(t);
}
mock::task<> either_ok() {
  auto t = mock::work();
  co_await (c() ? std::move(t) : std::move(t));
}
mock::task<> same_condition_ok(const bool k) {
  auto t = mock::work();
  if (k)
    co_await std::move(t);
  if (!k)
    co_await std::move(t);
}
mock::task<> refilled_ok() {
  auto t = mock::work();
  co_await std::move(t);
  t = mock::work();
  co_await std::move(t);
}
mock::task<> made_in_the_loop_ok() {
  while (c()) {
    auto t = mock::work();
    co_await std::move(t);
  }
}
mock::task<> leaves_the_loop_ok() {
  auto t = mock::work();
  for (;;)
    if (c()) {
      co_await std::move(t);
      break;
    }
}
mock::task<> not_moved_ok() { // this type's second await is not known to be wrong
  auto t = mock::work();
  co_await t;
  co_await t;
}

bool never() { return false; }
bool once_more() { return c(); }
#define CHECKED_BY_MACRO(statement, again)                                                                             \
  do {                                                                                                                 \
    statement;                                                                                                         \
  } while (again())
mock::task<> body_of_a_macro_ok() { // a do that hides its zero is no loop
  auto t = mock::work();
  CHECKED_BY_MACRO(co_await std::move(t), never);
}
mock::task<> loop_of_a_macro_bad() {
  auto t = mock::work();
  CHECKED_BY_MACRO(co_await std::move(t), once_more);
  // EXPECT: 't' is awaited again in the next round of the loop
}
