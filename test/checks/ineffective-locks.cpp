// RUN: %check_corace %s corace-ineffective-lock --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that are wrong whatever they are meant to protect.
#include "mock.h"
#include <memory>
#include <mutex>
#include <optional>

int n;
mock::mutex a;
mock::semaphore four{4};

mock::task<> temporary_guard_bad() {
  co_await a.scoped_lock();
  // EXPECT: 'a' is given back at the end of this statement
  // EXPECT-NOTE 0: to mend it: keep the guard in a variable
  n = 1;
  co_await mock::sleep();
}

mock::task<mock::guard> enter(); // takes a lock that nobody here knows
mock::task<std::optional<mock::guard>> enter_if_open();

mock::task<> guard_of_a_helper_bad(bool first) {
  if (first)
    co_await enter();
    // EXPECT: the lock is given back at the end of this statement
  co_await enter_if_open();
  // EXPECT: the lock is given back at the end of this statement
  n = 1;
}

mock::task<> kept_ok() {
  auto lock = co_await a.scoped_lock();
  mock::guard later;
  later = co_await enter();
  n = 1;
}

// A moment with the lock: until all who had it before have gone.
mock::task<> barrier_ok(bool early) {
  if (early) {
    co_await a.scoped_lock();
    co_return;
  }
  n = 2;
  co_await a.scoped_lock();
}

mock::task<> drained_ok() {
  co_await four.acquire(4);
  n = 3;
}

mock::semaphore signal{0};
mock::task<> signalled_ok() {
  co_await signal.acquire();
  n = 3;
}

mock::task<> meant_ok() {
  (void)co_await a.scoped_lock();
  n = 3;
}

mock::task<> handed_on_ok(std::optional<mock::guard> &where) {
  where.emplace(co_await a.scoped_lock());
  n = 3;
}

mock::task<> never_awaited_bad() {
  auto lock = a.scoped_lock();
  // EXPECT: 'a' is never taken: 'mutex::scoped_lock' is not awaited
  a.lock();
  // EXPECT: 'a' is never taken: 'mutex::lock' is not awaited
  n = 1;
  co_await mock::sleep();
}

void plain_function_bad() {
  a.lock();
  // EXPECT: 'a' is never taken
  n = 1;
}

mock::awaiter<mock::guard> passed_on_ok() { return a.scoped_lock(); }

mock::task<> awaited_later_ok() {
  auto pending = a.scoped_lock();
  n = 1;
  auto lock = co_await pending;
}

mock::task<> guard_for_threads_bad() {
  std::lock_guard lock(a);
  // EXPECT: 'a' is never taken: a guard for threads calls 'lock' and drops what it returns
  n = 1;
  co_await mock::sleep();
}

mock::task<> adopted_ok() {
  co_await a.lock();
  std::unique_lock lock(a, std::adopt_lock);
  n = 1;
}

std::mutex thread_mutex;
void threads_ok() {
  std::lock_guard lock(thread_mutex);
  n = 1;
}

mock::task<> local_lock_bad() {
  mock::mutex own;
  auto lock = co_await own.scoped_lock();
  // EXPECT: 'own' keeps nobody out: it is a local variable
  n += co_await mock::fetch();
}

mock::task<> by_value_bad(mock::mutex own) {
  co_await own.lock();
  // EXPECT: 'own' keeps nobody out
  n = 1;
  own.unlock();
}

mock::task<> local_by_pointer_bad() {
  auto own = std::make_shared<mock::mutex>();
  auto lock = co_await own->scoped_lock();
  // EXPECT: '*own' keeps nobody out: it is a local variable
  n += co_await mock::fetch();
}

void keep(std::shared_ptr<mock::mutex>);
std::shared_ptr<mock::mutex> known();
mock::task<> local_pointer_to_another_ok() {
  auto kept = std::make_shared<mock::mutex>();
  keep(kept);
  auto lock = co_await kept->scoped_lock();
  n += co_await mock::fetch();
  auto one = known();
  auto second = co_await one->scoped_lock();
  n += co_await mock::fetch();
}

mock::task<> local_and_shared_ok() {
  mock::mutex own;
  auto work = [&]() -> mock::task<> {
    auto lock = co_await own.scoped_lock();
    n += co_await mock::fetch();
  };
  auto lock = co_await own.scoped_lock();
  n = 2;
  lock.unlock();
  co_await mock::when_all(work(), work());
}

mock::task<> static_ok() {
  static mock::mutex one;
  auto lock = co_await one.scoped_lock();
  n = 1;
}
