// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that protect nothing: never taken, gone at once, one for each task, or ignored by somebody who writes.
#pragma once

#include "checks/Finding.h"
#include "checks/analysis/LockIndex.h"

namespace corace::checks {

struct LockMisuse {
  enum class How {
    NeverTaken,    ///< what would take it is not awaited
    NeverReleased, ///< what would release it is not awaited
    GuardDropped,  ///< the guard is a temporary
    ThreadGuard,   ///< std::lock_guard and the like call lock() of an asynchronous lock, and drop what it returns
    Private,       ///< a local variable of the coroutine
    Ignored,       ///< a write without the lock that others hold so that nobody writes
    OtherLock,     ///< held over a window, while all others who write hold another one
    GivenBack,     ///< a callee made sure of something under its lock, and the caller uses it without
    ReadBefore,    ///< read before the lock was there, and used under it
  };
  How What;
  const clang::FunctionDecl *Function = nullptr;
  const clang::Expr *Site = nullptr;
  const clang::VarDecl *Var = nullptr; ///< that would keep the guard, or that keeps the old value
  std::string Lock = {};               ///< as the user wrote it; empty if it is not known
  Confidence Sure = Confidence::High;
  // For the last four:
  std::string State = {};
  const clang::FunctionDecl *Other = nullptr; ///< who relies on the lock
  const clang::Expr *Taken = nullptr;
  const clang::FunctionDecl *Rival = nullptr; ///< who takes away what was made sure of
  std::string Instead = {};                   ///< the lock that is held there instead; empty if none
  const clang::Expr *First = nullptr, *Suspension = nullptr, *Second = nullptr;
};

/// Calls the function once for each in the user's code.
void findLockMisuse(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink);
/// The part about locks that a callee gives back too early.
void findLockGaps(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink);
/// The part about writes without the lock.
void findIgnoredLocks(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink);

} // namespace corace::checks
