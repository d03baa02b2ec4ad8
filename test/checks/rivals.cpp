// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The note on who may come between.
#include "mock.h"

struct account {
  int balance = 0;
  void deposit(int amount) { balance += amount; }
  mock::task<> withdraw_bad(int amount) {
    int before = balance;
    co_await mock::sleep();
    balance = before - amount;
    // EXPECT: 'balance' may be overwritten
    // EXPECT-NOTE -4: 'deposit' writes it here and may run meanwhile
  }
};

int n;
mock::task<> bump_bad() {
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE +5: another 'bump_bad' may run meanwhile and write it: there are 2 calls
}
mock::task<> twice() {
  co_await mock::when_all(bump_bad(), bump_bad());
}
