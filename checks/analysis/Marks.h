// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is set before an await and set back after it, and stays as it is when the await fails.
#pragma once

#include "checks/analysis/Throws.h"
#include "checks/analysis/Unit.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace corace::checks {

struct LeftMark {
  const clang::FunctionDecl *Function = nullptr;
  std::string Place; ///< as the user wrote it
  const clang::Expr *Set = nullptr, *Reset = nullptr;
  const clang::Stmt *Test = nullptr; ///< of a flag: what keeps others out; null for a count
  bool Lock = false;                 ///< a lock that is taken and given back by hand
  FailingAwait Fails;
  const clang::Expr *Cancelled = nullptr; ///< then: who cancels the task while it is suspended there
};

/// Flags that keep others out and counts of who is inside, or locks, in the user's coroutines, once for each pair.
void findLeftMarks(const UnitFacts &Unit, bool Locks, llvm::function_ref<void(LeftMark)> Sink);

} // namespace corace::checks
