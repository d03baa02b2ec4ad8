// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Callees that store what they are given behind a test: of something else it changes nothing, of the place itself it is
// a fresh look.
#include "mock.h"

struct account {
  int balance = 0, writes = 0, version = 0;
  bool closed = false;
  bool may_write(int);

  void set(int amount) {
    if (closed)
      return;
    ++writes;
    log();
    balance = amount;
  }
  void choose(int amount, bool really) {
    log();
    log();
    if (really) {
      balance = amount;
      ++writes;
    } else {
      ++version;
    }
  }
  void raise(int amount) {
    log();
    if (amount <= balance)
      return;
    balance = amount;
    ++writes;
  }
  void ask(int amount) {
    log();
    if (may_write(amount)) {
      balance = amount;
      ++writes;
    }
  }
  mock::task<> later(int amount) {
    if (closed)
      co_return;
    if (version)
      co_await mock::sleep();
    balance = amount;
  }
  static void log();

  mock::task<> left_bad() {
    int v = balance;
    co_await mock::sleep();
    set(v + 1);
    // EXPECT: 'balance' may be overwritten with a stale value
  }
  mock::task<> chosen_bad(bool b) {
    int v = balance;
    co_await mock::sleep();
    choose(v + 1, b);
    // EXPECT: 'balance' may be overwritten with a stale value
  }
  mock::task<> awaited_bad() {
    co_await later(balance + 1);
    // EXPECT: 'balance' may be overwritten with a stale value
  }
  mock::task<> tested_ok() {
    int v = balance;
    co_await mock::sleep();
    raise(v + 1);
    ask(v + 1);
  }
  mock::task<> fresh_ok() {
    co_await mock::sleep();
    set(balance + 1);
    choose(balance + 1, true);
  }
};
