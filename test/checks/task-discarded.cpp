// RUN: %check_corace %s corace-unawaited-task --models %inputs/mock.yaml -- -I%inputs -Wno-unused-result
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task that is made and dropped in one expression.
#include "mock.h"

bool c();

mock::task<> statement_bad() {
  mock::work();
  // EXPECT: the task of 'work' is discarded: the body of 'work' never runs
  // EXPECT-NOTE 0: to mend it: 'co_await' it, or hand it to something that runs it
  co_await mock::sleep();
}

void in_a_function_bad() {
  if (c())
    mock::work();
  // EXPECT: the task of 'work' is discarded
  for (int i = 0; i < 3; ++i)
    mock::fetch(i);
  // EXPECT: the task of 'fetch' is discarded
}

mock::task<> choice_bad() {
  c() ? mock::fetch(1) : mock::fetch(2);
  // EXPECT: the task of 'fetch' is discarded
  co_return;
}

mock::task<> comma_bad() {
  int n = (mock::work(), 1);
  // EXPECT: the task of 'work' is discarded
  use(n);
  co_return;
}

mock::task<mock::task<>> nested();
mock::task<> result_of_an_await_bad() {
  co_await nested();
  // EXPECT: the task of the awaited task is discarded
}

mock::task<> awaited_ok() { co_await mock::work(); }
mock::task<> comma_awaited_ok() {
  int n = (co_await mock::work(), co_await mock::fetch());
  use(n);
}
void spawned_ok() { mock::spawn(mock::work()); }
void deliberate_ok() {
  (void)mock::work();
  static_cast<void>(mock::work());
}
mock::task<> passed_on_ok() { return mock::work(); }
mock::task<> value_of_a_block_ok() {
  co_await ({
    use(1);
    mock::work();
  });
}
template <typename T>
concept Startable = requires { mock::work(); };
static_assert(Startable<int>);
