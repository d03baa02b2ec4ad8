// RUN: %check_corace %s corace-read-await-write --models %S/Inputs/yields.yaml --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls that let other tasks run although nothing is awaited: nested event loops, wake-ups that resume the waiter on
// the spot, handles that are resumed by hand; directly and through a function in sight.
#include "mock.h"

namespace lib {
struct signal {
  void set();    // resumes who waits
  void queue();  // only makes them ready
  mock::awaiter<> send();
};
struct loop {
  void run_once();
};
} // namespace lib

lib::signal ready;
lib::loop events;
int n;

mock::task<> rival() {
  n = 0;
  co_return;
}
void notify() { ready.set(); }
void notify_all() { notify(); }
void enqueue() { ready.queue(); }

mock::task<> wakes_bad() {
  int v = n;
  ready.set();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the call of 'signal::set' on line {-1}
  // EXPECT-NOTE -1: 'signal::set' resumes who waits before it returns
  co_return;
}
mock::task<> through_a_function_bad() {
  int v = n;
  notify_all();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: 'notify_all' calls 'notify' on line 29, which calls 'signal::set' on line 28, which resumes who waits before it returns
  co_return;
}
void plain_function_bad() {
  int v = n;
  ready.set();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
void nested_loop_bad() {
  int v = n;
  events.run_once();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: 'loop::run_once' runs other tasks before it returns
}
void resume_bad(std::coroutine_handle<> h) {
  int v = n;
  h.resume();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  int w = n;
  h();
  n = w + 1;
  // EXPECT: 'n' may be overwritten
}
mock::task<> awaits_what_wakes() {
  ready.set();
  co_return;
}
mock::task<> in_an_awaited_body_bad() {
  int v = n;
  co_await awaits_what_wakes();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -1: 'awaits_what_wakes' has a call in its body that lets other tasks run: 'signal::set' on line {-6}
}

mock::task<> queued_ok() {
  int v = n;
  ready.queue();
  enqueue();
  n = v + 1;
  co_return;
}
mock::task<> awaitable_not_awaited_ok() {
  int v = n;
  auto later = ready.send();
  (void)later;
  n = v + 1;
  co_return;
}
mock::task<> in_a_lambda_ok() {
  int v = n;
  auto later = [] { ready.set(); };
  n = v + 1;
  (void)later;
  co_return;
}
mock::task<> fresh_ok() {
  ready.set();
  int v = n;
  n = v + 1;
  co_return;
}
void reads_after_ok(int &out) {
  n = 1;
  events.run_once();
  out = n;
}
int quiet;
void no_rival_ok() {
  int v = quiet;
  events.run_once();
  quiet = v + 1;
}

// A plain function is no rival of itself: its calls come one after another.
int steps_of_one;
void step_ok() {
  int v = steps_of_one;
  ready.set();
  steps_of_one = v + 1;
}
void steps() {
  for (int i = 0; i < 3; ++i)
    step_ok();
}
