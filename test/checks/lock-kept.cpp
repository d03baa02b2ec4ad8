// RUN: %check_corace %s corace-ineffective-lock --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that is taken by hand and stays taken when the await fails that it is held over.
#include "mock.h"

#include <mutex>

bool broken();
mock::mutex m;

mock::task<> fails() {
  co_await mock::sleep();
  if (broken())
    throw 1;
}
mock::task<> fine() { co_await mock::sleep(); }

mock::task<> by_hand_bad() {
  co_await m.lock();
  co_await fails();
  // EXPECT: if 'fails' fails here, 'm' is never given back
  // EXPECT-NOTE -1: taken here by hand
  // EXPECT-NOTE -6: thrown here, and caught nowhere on the way
  // EXPECT-NOTE +6: what is thrown passes this by
  // EXPECT-NOTE -1: to mend it: let a guard hold it
  m.unlock();
}
mock::task<> guard_ok() {
  auto lock = co_await m.scoped_lock();
  co_await fails();
}
mock::task<> adopted_ok() {
  co_await m.lock();
  std::unique_lock lock(m, std::adopt_lock);
  co_await fails();
}
mock::task<> caught_ok() {
  co_await m.lock();
  try {
    co_await fails();
  } catch (...) {
  }
  m.unlock();
}
mock::task<> unlocked_first_ok() {
  co_await m.lock();
  co_await fine();
  m.unlock();
  co_await fails();
}
