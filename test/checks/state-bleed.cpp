// RUN: %check_corace %s corace-write-await-read --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A global that holds a task's own value across an await.
#include "mock.h"

int current_request, state;

mock::task<> handle_bad(int id) {
  current_request = id;
  co_await mock::work();
  use(current_request);
  // EXPECT: 'current_request' may hold another task's value: set on line {-2}, and other tasks can run at the 'co_await' on line {-1}
  // EXPECT-NOTE -2: set here
  use(current_request);
}

mock::task<> constant_ok() {
  state = 1;
  co_await mock::work();
  use(state);
}

mock::task<> set_again_ok(int id) {
  current_request = id;
  co_await mock::work();
  current_request = id;
  use(current_request);
}

mock::task<> compared_ok(int id) {
  current_request = id;
  co_await mock::work();
  if (current_request != id)
    co_return;
}

// An update of what all share is not a value of the task's own.
mock::task<> update_ok(int id) {
  state = state + id;
  co_await mock::work();
  use(state);
}

mock::task<> update_through_local_ok(int id) {
  int before = state;
  state = before + id;
  co_await mock::work();
  use(state);
}

struct session {
  int request;
  mock::task<> member_ok(int id) {
    request = id;
    co_await mock::work();
    use(request);
  }
};
