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

// The read is in a function that is called.
void write(int);
void log_current() {
  write(1);
  write(current_request);
}
void log_after_setting() {
  current_request = 7;
  write(current_request);
}
void log_if_mine(int id) {
  if (current_request == id)
    write(id);
}
mock::task<> answer() {
  co_await mock::sleep();
  write(current_request);
}
mock::task<> answer_at_once() {
  write(current_request);
  co_await mock::sleep();
}

mock::task<> read_in_callee_bad(int id) {
  current_request = id;
  co_await mock::work();
  log_current();
  // EXPECT: 'current_request' may hold another task's value: set on line {-2}, and other tasks can run at the 'co_await' on line {-1}
  // EXPECT-NOTE -22: 'log_current' reads it here
}
mock::task<> read_in_awaited_callee_bad(int id) {
  current_request = id;
  co_await answer();
  // EXPECT: 'current_request' may hold another task's value: set on line {-1}, and other tasks can run at the 'co_await' on this line
  // EXPECT-NOTE -16: 'answer' reads it here
}
mock::task<> read_late_in_awaited_callee_bad(int id) {
  current_request = id;
  co_await mock::sleep();
  co_await answer_at_once();
  // EXPECT: 'current_request' may hold another task's value: set on line {-2}
}
mock::task<> read_in_callee_ok(int id) {
  co_await mock::work();
  current_request = id;
  log_current();
  co_await answer_at_once();
  log_after_setting();
  co_await mock::work();
  log_after_setting();
}
mock::task<> compared_in_callee_ok(int id) {
  current_request = id;
  co_await mock::work();
  log_if_mine(id);
}

// Read in a callee, and nobody else is in sight who sets it: a setting.
int verbosity;
void log_if_wanted() { write(verbosity); }
mock::task<> configured_ok(int level) {
  verbosity = level;
  co_await mock::work();
  log_if_wanted();
}
