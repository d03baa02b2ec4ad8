// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The setter that makes the second access is no rival, nor is a method of some other object of the same class.
#include "mock.h"

struct counter {
  int value = 0;
  bool full() const { return value > 3; }
  void add() { value = value + 1; }
  void reset() { value = 0; }
  mock::task<> fill_bad() {
    while (!full()) {
      co_await mock::sleep();
      add();
      // EXPECT: 'value' is written after a test that may no longer hold
      // EXPECT-NOTE -2: tested here
      // EXPECT-NOTE -4: 'reset' writes it here and may run meanwhile
    }
  }
};
