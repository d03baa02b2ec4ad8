// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations of primitives as a program has them. Compiled with and without hooks: without, nothing of the detector may
// be left; with them, it must be there, or the comparison says nothing.
#include <corace/corace.h>

corace::task<void> nothing() { co_return; }

corace::task<void> use(corace::mutex &m, corace::counting_semaphore &s, corace::event &e) {
  auto held = co_await m.lock();
  auto unit = co_await s.acquire();
  co_await e.wait();
  e.clear();
  auto child = corace::create_task(nothing());
  co_await corace::yield();
  co_await child;
}
