// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Awaiters written by hand that hand themselves to other threads before they are complete.
#pragma once

#include "checks/analysis/Unit.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace corace::checks {

/// A member that await_suspend sets after others have had the awaiter: they may have resumed the coroutine by then,
/// and the awaiter is gone.
struct LateMember {
  const clang::FunctionDecl *Function = nullptr;
  const clang::FieldDecl *Member = nullptr;
  const clang::Expr *Published = nullptr; ///< the atomic operation that hands the awaiter out
  const clang::Expr *Write = nullptr;
};

/// Calls the function for the first such member of each awaiter in the user's code.
void findLateMembers(const UnitFacts &Unit, llvm::function_ref<void(LateMember)> Sink);

} // namespace corace::checks
