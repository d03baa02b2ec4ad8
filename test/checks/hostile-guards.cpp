// RUN: %check_corace %s corace-hostile-lock-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards of thread locks that live across a suspension. The type of the lock decides.
#include "mock.h"

#include <mutex>
#include <shared_mutex>

bool c();
std::mutex m, m2;
std::shared_mutex sm;
mock::mutex am;
struct ready {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

mock::task<> plain_bad() {
  std::lock_guard<std::mutex> lock(m);
  co_await mock::work();
  // EXPECT: 'm', which belongs to a thread, may be held across a suspension: locked on line {-1}
  // EXPECT-NOTE -1: locked here; 'lock' releases it
  // EXPECT-NOTE +0: may suspend here: the body of 'work' is not visible here and may suspend
  // EXPECT-NOTE -1: to mend it: end the scope of 'lock' before line
}
mock::task<> deduced_bad() {
  std::lock_guard lock(m);
  use(co_await mock::fetch());
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> several_bad() {
  std::scoped_lock lock(m, m2);
  int v = co_await mock::fetch();
  // EXPECT: 'm, m2', which belongs to a thread
  use(v);
}
mock::task<> unique_bad() {
  std::unique_lock lock{m};
  if (c())
    co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> shared_bad() {
  std::shared_lock lock(sm);
  co_await mock::sleep();
  // EXPECT: 'sm', which belongs to a thread
}
mock::task<> of_if_bad() {
  if (std::lock_guard lock(m); c())
    co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> of_switch_bad() {
  switch (std::lock_guard lock(m); c()) {
  default:
    co_await mock::sleep();
    // EXPECT: 'm', which belongs to a thread
  }
}
mock::task<> of_for_bad() {
  for (std::lock_guard lock(m); c();)
    co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> tried_bad() {
  if (std::unique_lock lock(m, std::try_to_lock); lock)
    co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> deferred_bad() {
  std::unique_lock lock(m, std::defer_lock);
  lock.lock();
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread, may be held across a suspension: locked on line {-1}
}
mock::task<> adopted_bad() {
  m.lock();
  std::lock_guard lock(m, std::adopt_lock);
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread, may be held across a suspension: locked on line {-1}
}
mock::task<> moved_bad() {
  std::unique_lock lock(m);
  auto keep = std::move(lock);
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> moved_into_block_ok() {
  std::unique_lock lock(m);
  { auto end = std::move(lock); }
  co_await mock::sleep();
}
mock::task<> assigned_bad() {
  std::unique_lock<std::mutex> lock;
  lock = std::unique_lock(m);
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> assigned_away_ok() {
  std::unique_lock lock(m);
  lock = {};
  co_await mock::sleep();
}
mock::task<> handed_over_bad(std::unique_lock<std::mutex> lock) {
  co_await mock::sleep();
  // EXPECT: the lock of 'lock', which belongs to a thread
}
std::unique_lock<std::mutex> take();
mock::task<> from_a_call_bad() {
  auto lock = take();
  co_await mock::sleep();
  // EXPECT: the lock of 'lock', which belongs to a thread
}

mock::task<> scope_ends_ok() {
  { std::lock_guard lock(m); }
  co_await mock::sleep();
}
mock::task<> taken_after_ok() {
  co_await mock::sleep();
  std::lock_guard lock(m);
}
mock::task<> unlocked_ok() {
  std::unique_lock lock(m);
  lock.unlock();
  co_await mock::sleep();
}
mock::task<> unlocked_for_the_await_ok() {
  std::unique_lock lock(m);
  while (c()) {
    lock.unlock();
    co_await mock::sleep();
    lock.lock();
  }
}
mock::task<> unlocked_on_one_path_bad() {
  std::unique_lock lock(m);
  if (c())
    lock.unlock();
  co_await mock::sleep();
  // EXPECT: 'm', which belongs to a thread
}
mock::task<> unlocked_if_owned_ok() {
  std::unique_lock lock(m, std::try_to_lock);
  if (lock.owns_lock())
    lock.unlock();
  co_await mock::sleep();
}
mock::task<> not_taken_ok() {
  std::unique_lock lock(m, std::try_to_lock);
  if (!lock)
    co_await mock::sleep();
}
mock::task<> never_taken_ok() {
  std::unique_lock lock(m, std::defer_lock);
  co_await mock::sleep();
}
mock::task<> never_suspends_ok() {
  std::lock_guard lock(m);
  co_await ready{};
  co_await std::suspend_never{};
}
mock::task<> async_ok() {
  auto lock = co_await am.scoped_lock();
  co_await mock::sleep();
}
mock::task<> async_by_standard_guard_ok() {
  co_await am.lock();
  std::unique_lock lock(am, std::adopt_lock);
  co_await mock::sleep();
}
mock::task<> given_to_the_operation_ok() {
  struct condition {
    mock::awaiter<> wait(std::unique_lock<std::mutex> &);
  } cv;
  std::unique_lock lock(m);
  co_await cv.wait(lock);
}
void release(std::unique_lock<std::mutex> &);
mock::task<> released_elsewhere_ok() {
  std::unique_lock lock(m);
  release(lock);
  co_await mock::sleep();
}
mock::task<> inner_lambda_ok() {
  auto look = [] {
    std::lock_guard lock(m);
    return c();
  };
  co_await mock::sleep();
  if (look())
    co_await mock::sleep();
}
mock::task<> returns_first_ok() {
  for (;;) {
    {
      std::lock_guard lock(m);
      if (c())
        co_return;
      if (c())
        break;
    }
    co_await mock::sleep();
  }
  co_await mock::sleep();
}
