// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that is held from the read to the write protects; one that is let go in between does not.
#include "mock.h"

int n;
mock::mutex a, b;

mock::task<> held_ok() {
  auto lock = co_await a.scoped_lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}

mock::task<> held_by_hand_ok() {
  co_await a.lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  a.unlock();
}

mock::task<> guard_moved_ok() {
  auto lock = co_await a.scoped_lock();
  int v = n;
  auto keep = std::move(lock);
  co_await mock::sleep();
  n = v + 1;
}

mock::task<> two_sections_bad() {
  int v;
  {
    auto lock = co_await a.scoped_lock();
    v = n;
  }
  co_await mock::sleep();
  auto lock = co_await a.scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -5: the lock that is taken here is released again on line {-3}
}

mock::task<> unlocked_between_bad() {
  auto lock = co_await a.scoped_lock();
  int v = n;
  lock.unlock();
  co_await mock::sleep();
  auto again = co_await a.scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

mock::task<> other_lock_bad() {
  int v;
  {
    auto lock = co_await a.scoped_lock();
    v = n;
    co_await mock::sleep();
  }
  auto lock = co_await b.scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}

mock::task<> locked_after_the_read_bad() {
  int v = n;
  auto lock = co_await a.scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  // EXPECT-NOTE -1: 'mutex::scoped_lock' waits while another task holds the lock
}
