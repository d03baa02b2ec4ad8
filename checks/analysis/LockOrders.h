// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that a task waits for while it holds others: the same one again, or several in orders that form a circle.
#pragma once

#include "checks/Finding.h"
#include "checks/analysis/LockIndex.h"

namespace corace::checks {

/// A lock is asked for while another one is held.
struct LockStep {
  const clang::FunctionDecl *Function = nullptr; ///< that holds the first and asks for the second, or awaits who does
  AccessPath Held, Asked;
  const LockUse *HeldBy = nullptr, *AskedBy = nullptr;
  const clang::Expr *Site = nullptr;          ///< in the function: the acquisition, or the call that leads to it
  const clang::FunctionDecl *Where = nullptr; ///< who asks for it
  std::vector<AccessPath> Others;             ///< exclusive locks that are held besides
};

struct LockTrouble {
  LockStep Step;
  /// Who closes the circle: each holds what the one before asks for, and the last one asks for what the first holds.
  /// Nobody if a lock is asked for again.
  std::vector<LockStep> Others;
  Confidence Sure = Confidence::High;
};

[[nodiscard]] std::vector<LockTrouble> findLockTroubles(const UnitFacts &Unit);

} // namespace corace::checks
