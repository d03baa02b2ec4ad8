// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The coroutines.
#include "bank.h"

mock::task<> Bank::deposit(int amount) {
  int had = balance();
  co_await send();
  setBalance(had + amount); // lost update
}

mock::task<> Bank::quietly(int amount) {
  int had = balance();
  co_await log();
  setBalance(had + amount); // fine: nobody ran
}

mock::task<> Bank::relayed(int amount) {
  int had = balance();
  co_await relay();
  setBalance(had + amount); // lost update
}

mock::task<> Bank::direct(int amount) {
  int had = balance_;
  co_await log();
  balance_ = had + amount; // fine
}

#ifndef NO_CHARGE
mock::task<> Bank::charge(int amount) {
  int had = fees_;
  co_await send();
  fees_ = had + amount; // lost update, and the rival is elsewhere
}
#endif

mock::task<> Bank::guarded(int amount) {
  auto guard = co_await own();
  int had = rate_;
  co_await send();
  rate_ = had + amount; // fine: own() has the lock
}

mock::task<> Bank::byHand(int amount) {
  co_await take();
  int had = rate_;
  co_await send();
  rate_ = had + amount; // fine
  giveBack();
}

mock::task<> Bank::tooEarly(int amount) {
  co_await take();
  int had = rate_;
  giveBack();
  co_await send();
  rate_ = had + amount; // lost update
}
