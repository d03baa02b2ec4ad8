// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An act on an object and on what is in it is told once, of the whole.
#include "mock.h"

struct buffer {
  int length = 0;
  int size() const { return length; }
  buffer &operator=(buffer &&other) noexcept {
    if (this != &other)
      length = other.length;
    return *this;
  }
};
struct stream {
  buffer held;
  int available() const { return held.size(); }
  mock::task<buffer> next();
  mock::task<> read_bad() {
    if (available() == 0) {
      held = co_await next();
      // EXPECT: 'held' is written after a test that may no longer hold
    }
  }
};
