// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stale test decides about the call of a larger function that sets what was tested, whatever it finds there.
#include "mock.h"

void log(int);

struct link {
  bool ready = false, running = true;
  int state = 0, tries = 0;

  void finish(int n) {
    log(1);
    log(2);
    log(3);
    for (int i = 0; i < n; ++i)
      log(i);
    ready = true;
  }
  void advance(int n) {
    log(n);
    if (n > 3) {
      ++tries;
      state = n;
    }
    log(n);
  }
  void once(int n) {
    log(n);
    if (ready)
      return;
    for (int i = 0; i < n; ++i)
      log(i);
    ready = true;
  }
  void stop() {
    for (int i = 0; i < 2; ++i)
      log(i);
    running = false;
  }

  void mark_all(int n) {
    log(n);
    for (int i = 0; i < n; ++i) {
      log(i);
      ready = true;
    }
  }
  void mark_by(int n) {
    log(1);
    switch (n) {
    case 1: ready = true; break;
    default: log(n); break;
    }
  }
  bool step(int from) { // decides by what it is told
    log(from);
    if (from > 3)
      state = 0;
    else if (from > 2)
      state = from + 1;
    return from > 5;
  }
  mock::task<> marked_in_a_loop_bad() {
    if (!ready) {
      co_await mock::sleep();
      mark_all(2);
      // EXPECT: 'ready' is written after a test that may no longer hold: tested on line {-2}
    }
  }
  mock::task<> marked_in_a_switch_bad() {
    if (!ready) {
      co_await mock::sleep();
      mark_by(1);
      // EXPECT: 'ready' is written after a test that may no longer hold: tested on line {-2}
    }
  }
  mock::task<> told_ok() {
    while (true) {
      bool last = step(state);
      if (last)
        co_return;
      co_await mock::sleep();
    }
  }
  mock::task<> told_of_something_else_bad() {
    while (true) {
      bool last = step(tries + state);
      if (last)
        co_return;
      co_await mock::sleep();
      step(tries);
      // EXPECT: 'state' is written after a test that may no longer hold
    }
  }

  mock::task<> finished_bad() {
    if (!ready) {
      co_await mock::sleep();
      finish(2);
      // EXPECT: 'ready' is written after a test that may no longer hold: tested on line {-2}
    }
  }
  mock::task<> advanced_bad() {
    if (state == 0) {
      co_await mock::sleep();
      advance(7);
      // EXPECT: 'state' is written after a test that may no longer hold
    }
  }
  mock::task<> looks_again_ok() {
    if (!ready) {
      co_await mock::sleep();
      once(2);
    }
  }
  mock::task<> other_state_ok() {
    if (tries > 2) {
      co_await mock::sleep();
      finish(2);
    }
  }
  mock::task<> fresh_ok() {
    co_await mock::sleep();
    if (!ready)
      finish(2);
  }
  mock::task<> ends_itself_ok() {
    while (running) {
      co_await mock::sleep();
      stop();
    }
  }
};
