// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task that runs already is about to take something away, and whoever has started it copies that thing before it
// awaits the task.
#pragma once

#include "checks/analysis/Unit.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace corace::checks {

struct EarlyRead {
  const clang::FunctionDecl *Function = nullptr;
  const clang::FieldDecl *State = nullptr;
  const clang::Expr *Started = nullptr; ///< makes the task
  const clang::Expr *Copy = nullptr;    ///< in the function, or the call of what copies
  const clang::FunctionDecl *Task = nullptr;
  const clang::Expr *Saved = nullptr, *Gone = nullptr; ///< in the task: before its first suspension, and after one
};

void findEarlyReads(const UnitFacts &Unit, llvm::function_ref<void(EarlyRead)> Sink);

} // namespace corace::checks
