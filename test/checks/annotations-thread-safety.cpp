// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs \
// RUN:   -I%source_dir/runtime-instrument/include
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's attributes for thread safety, and objects that must not live across a suspension.
#include "mock.h"

#include <corace/annotations.h>

#define CAPABILITY __attribute__((capability("mutex")))
#define SCOPED __attribute__((scoped_lockable))
#define ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define GUARDED_BY(...) __attribute__((guarded_by(__VA_ARGS__)))

struct CAPABILITY async_mutex {
  mock::awaiter<> take() ACQUIRE();
  void give() RELEASE();
};
struct CAPABILITY thread_mutex {
  void Lock() ACQUIRE();
  void Unlock() RELEASE();
};
struct SCOPED thread_guard {
  explicit thread_guard(thread_mutex &m) ACQUIRE(m);
  ~thread_guard() RELEASE();
};

async_mutex am;
thread_mutex tm;
int n GUARDED_BY(am);

mock::task<> held_ok() {
  co_await am.take();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  am.give();
}
mock::task<> given_back_bad() {
  co_await am.take();
  int v = n;
  am.give();
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
  // EXPECT-NOTE -14: 'n' is declared to be guarded by 'am'
}
mock::task<> caller_holds_ok() REQUIRES(am);
mock::task<> caller_holds_ok() {
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> by_hand_bad() {
  tm.Lock();
  co_await mock::sleep();
  // EXPECT: 'tm', which belongs to a thread [corace-hostile-lock-across-await]
  tm.Unlock();
}
mock::task<> by_guard_bad() {
  thread_guard held(tm);
  co_await mock::sleep();
  // EXPECT: 'tm', which belongs to a thread [corace-hostile-lock-across-await]
}
mock::task<> by_guard_ok() {
  { thread_guard held(tm); }
  co_await mock::sleep();
}
mock::task<> caller_holds_thread_lock_bad() REQUIRES(tm);
mock::task<> caller_holds_thread_lock_bad() {
  co_await mock::sleep();
  // EXPECT: the caller has it [corace-hostile-lock-across-await]
}

struct CORACE_MUST_NOT_SUSPEND("it keeps a frame of the interpreter") frame {
  frame();
  ~frame();
};
mock::task<> must_not_suspend_bad() {
  frame f;
  co_await mock::sleep();
  // EXPECT: 'f' lives across a suspension: it keeps a frame of the interpreter [corace-hostile-lock-across-await]
}
mock::task<> must_not_suspend_ok() {
  { frame f; }
  co_await mock::sleep();
}
