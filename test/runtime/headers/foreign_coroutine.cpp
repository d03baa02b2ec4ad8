// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A coroutine that is no task awaits a primitive: its await would park the task that happens to run.
#include <corace/corace.h>

struct detached {
  struct promise_type {
    detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

corace::task<void> rest() { co_await corace::yield(); }

detached in_the_background() {
#ifdef FORBIDDEN
  co_await corace::yield();
#else
  co_await rest();
#endif
}
