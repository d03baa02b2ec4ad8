// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What belongs to a thread and lives across a suspension of a coroutine: locks that are held, by a guard or by hand,
// and objects that are bound to their thread.
#pragma once

#include "checks/analysis/ThreadLocks.h"
#include "checks/analysis/Unit.h"

#include <vector>

namespace corace::checks {

/// One acquisition that is held at a suspension.
struct HeldLock {
  const clang::FunctionDecl *Function = nullptr;
  clang::SourceRange Taken;                ///< where it is locked, or the object made
  const clang::Expr *Suspension = nullptr; ///< the first in the source
  SuspensionClass Class;                   ///< of that one
  bool SurelySuspends = false;             ///< some suspension under it always suspends
  const clang::VarDecl *Owner = nullptr;   ///< the guard; null for a lock by hand or a temporary
  bool Temporary = false;                  ///< the guard is a temporary of the awaiting expression
  bool ByCaller = false;                   ///< an attribute says that the caller holds it
  ThreadBond Bond = ThreadBond::Guard;
  std::string Reason;                                   ///< see ThreadBoundType
  std::string Lock;                                     ///< as the user wrote it; several are parted by ", "
  clang::QualType LockType;                             ///< of the first
  llvm::SmallVector<const clang::ValueDecl *, 2> Locks; ///< members and variables
};

/// All of one coroutine, in the order of the source.
[[nodiscard]] std::vector<HeldLock> findHeldLocks(const clang::FunctionDecl &Coroutine, const UnitFacts &Unit,
                                                  const ThreadLocks &Types);

/// Where the user's code locks which member or variable.
class LockSites {
public:
  struct Site {
    const clang::FunctionDecl *Function;
    clang::SourceRange Where;
  };
  LockSites(const UnitFacts &Unit, const ThreadLocks &Types);
  [[nodiscard]] llvm::ArrayRef<Site> of(const clang::ValueDecl *Lock) const;

private:
  friend class LockSiteCollector;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<Site>> Sites;
};

} // namespace corace::checks
