// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Context variables: each task has its own value, a copy of what its creator saw when it made the task. Found is what
// cannot work under that rule, whatever the schedule.
#pragma once

#include "checks/analysis/Unit.h"

#include <vector>

namespace corace::checks {

struct ContextMisuse {
  enum class What {
    Local,      ///< the variable itself is made in a function
    ChildSets,  ///< set in a spawned task only, and read by its creator
    SetTooLate, ///< set after the only task that reads it was spawned
    TokenMoves, ///< the token of a set goes into another task
    OtherToken, ///< reset with the token of another variable
    TokenTwice, ///< reset again with a token that was used
  };
  What Kind = What::Local;
  const clang::FunctionDecl *Function = nullptr;
  const clang::ValueDecl *Variable = nullptr;
  const clang::ValueDecl *Other = nullptr; ///< the token's own variable
  const clang::Expr *Where = nullptr;      ///< null for declarations
  const clang::Expr *Spawn = nullptr;      ///< the call that makes the other task
  const clang::Expr *Far = nullptr;        ///< the set or read in the other task; the first reset
};

/// Looks through the user's code of the translation unit.
[[nodiscard]] std::vector<ContextMisuse> findContextMisuses(const UnitFacts &Unit);

} // namespace corace::checks
