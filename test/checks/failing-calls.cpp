// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs -fcxx-exceptions
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call that never returns leads to the handlers around it: what comes after them runs whatever a test said.
#include "mock.h"

int n;
bool c();
[[noreturn]] void fail();

mock::task<> handled_ok() {
  try {
    if (n > 0) {
      use(1);
    } else {
      use(2);
      if (c())
        fail();
    }
    co_await mock::sleep();
  } catch (...) {
    use(3);
  }
  n = 0;
}

mock::task<> not_handled_bad() {
  if (n > 0) {
    use(1);
  } else {
    use(2);
    if (c())
      fail();
  }
  co_await mock::sleep();
  n = 0;
  // EXPECT: 'n' is written after a test that may no longer hold: tested on line {-8}
}

mock::task<> leaves_in_the_handler_bad() {
  try {
    if (n > 0) {
      use(1);
    } else {
      use(2);
      if (c())
        fail();
    }
    co_await mock::sleep();
  } catch (...) {
    co_return;
  }
  n = 0;
  // EXPECT: 'n' is written after a test that may no longer hold: tested on line {-11}
}
