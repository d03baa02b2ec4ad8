// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that a task waits for while it holds others: the same one again, or two in opposite orders.
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
  std::optional<LockStep> Reverse; ///< the other way round, somewhere; nothing if a lock is asked for again
  Confidence Sure = Confidence::High;
};

[[nodiscard]] std::vector<LockTrouble> findLockTroubles(const UnitFacts &Unit);

} // namespace corace::checks
