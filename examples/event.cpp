// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One task waits for an event that another one sets.
// Verdict: silent; under every schedule the waiter goes on after the event was set, which the program itself asserts.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

corace::task<void> waiter(corace::event &event) {
  std::printf("waiting for the event\n");
  co_await event.wait();
  assert(event.is_set());
  std::printf("event is set, going on\n");
}

corace::task<void> setter(corace::event &event) {
  co_await corace::sleep_for(2s);
  event.set();
  std::printf("event set\n");
}

corace::task<void> wait_and_set() {
  corace::event event;
  co_await corace::gather(waiter(event), setter(event));
}

int main() { corace::run(wait_and_set()); }
