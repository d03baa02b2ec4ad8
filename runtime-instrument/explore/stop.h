// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a debugger stops at the switches that a token forces (CORACE_OPTIONS=mode=replay:stop=1): `corace replay --gdb`
// sets a breakpoint on __corace_stop_here.
#pragma once

#include "explore/label.h"

#include <corace/detail/task_state.h>

extern "C" {
/// Called before the segment that a token forces; `why` says which task goes on, and where.
void __corace_stop_here(const char *why);
/// The same, for a debugger that knows no arguments because the library was compiled without debug information.
extern const char *__corace_stop_why;
/// The code with which that task's coroutine goes on.
extern const void *__corace_stop_at;
}

namespace corace::schedule {

/// `usual` is the task that would have run without the token.
void stop_at_switch(const detail::task_state &chosen, const detail::task_state &usual);

} // namespace corace::schedule
