// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the checker cannot see, said in the code. The macros stand for attributes that change nothing in the program,
// and for nothing at all with compilers that do not know them; this header needs no other. docs/annotations.md has
// examples. The same can be said in a models file, for code that is not yours.
#pragma once

#if defined(__clang__)
#define CORACE_ANNOTATE(text) [[clang::annotate("corace::" text)]]
#else
#define CORACE_ANNOTATE(text)
#endif

/// A class: its objects are locks for coroutines. What its methods return to be awaited takes the lock, and `unlock`
/// gives it back.
#define CORACE_LOCK CORACE_ANNOTATE("lock")

/// A member or variable: only touched while this lock is held.
#define CORACE_GUARDED_BY(lock) CORACE_ANNOTATE("guarded_by(" #lock ")")

/// A class, member or variable: only one task at a time uses it, so nothing changes behind that task's back.
#define CORACE_CONFINED CORACE_ANNOTATE("confined")

/// A function or an awaitable class: awaiting it, or calling it, never lets another task run.
#define CORACE_NEVER_YIELDS CORACE_ANNOTATE("never_yields")

/// A predicate: true if what was read before the last suspension still holds. Testing it counts as checking again.
#define CORACE_REVALIDATES CORACE_ANNOTATE("revalidates")

/// A class: no object of it may be alive while a coroutine is suspended. The reason completes "'x' lives across a
/// suspension: ...".
#define CORACE_MUST_NOT_SUSPEND(reason) CORACE_ANNOTATE("must_not_suspend(" reason ")")
