// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// run(): runs a coroutine as the main task of a new event loop and hands over its result.
//
// Returns when the main task has ended; tasks that are left are cancelled and waited for, and what they throw goes to
// the loop's exception handler. What the main task throws comes out of run(). When nothing can run any more,
// deadlock_error names who waits for what. The option `mode` of CORACE_OPTIONS turns run() into the entry of the
// explorer; the program needs no change for that. Conformance: LOOP-14, RUN-01, RUN-03, RUN-05, RUN-06, RUN-11, RUN-13.
// Differs from asyncio: time is virtual; a deadlock ends the run and does not hang it.
#pragma once

#include <corace/runner.h>

namespace corace {

template <class T> T run(task<T> coroutine, run_options options = {}) {
  if (event_loop::current())
    coroutine.discard();
  runner one(std::move(options));
  if constexpr (std::is_void_v<T>) {
    one.run(std::move(coroutine));
    one.close();
  } else {
    T result = one.run(std::move(coroutine));
    one.close();
    return static_cast<T &&>(result);
  }
}

template <class T> T run(task<T> coroutine, std::string name) {
  return corace::run(std::move(coroutine), run_options{.name = std::move(name)});
}

} // namespace corace
