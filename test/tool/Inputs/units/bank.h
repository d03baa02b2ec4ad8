// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations alone: each function is defined in a file of its own.
#pragma once
#include "mock.h"

class Bank {
public:
  int balance() const;          // a getter, in plain.cpp
  void setBalance(int amount);  // a setter, in plain.cpp
  void fee();                   // writes fees_, in rival.cpp
  mock::task<> log();           // does not suspend, in quiet.cpp
  mock::task<> send();          // suspends, in sends.cpp
  mock::task<> relay();         // as send() does, which it awaits, in relay.cpp
  mock::task<mock::guard> own(); // takes the lock, in lock.cpp
  mock::awaiter<> take();       // the same without a guard
  void giveBack();              // ends that

  mock::task<> deposit(int amount);
  mock::task<> quietly(int amount);
  mock::task<> relayed(int amount);
  mock::task<> direct(int amount);
  mock::task<> charge(int amount);
  mock::task<> guarded(int amount);
  mock::task<> byHand(int amount);
  mock::task<> tooEarly(int amount);

private:
  int balance_ = 0;
  int fees_ = 0;
  int rate_ = 0;
  mock::mutex lock_;
};
