// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What checks see that look at more than the windows of one coroutine.
#pragma once

#include "checks/analysis/Facts.h"
#include "checks/analysis/RivalIndex.h"
#include "checks/analysis/Suspension.h"

#include "clang/Analysis/CFG.h"

#include <memory>

namespace corace::checks {

/// Control-flow graphs of functions, each built once however many checks ask for it.
class Graphs {
public:
  /// The graph of the body as its author wrote it, or null: every expression is an element, destructors of locals are
  /// in it, and where there is a handler, so are the edges of exceptions. Edges for destruction while suspended are
  /// not. Null as well for a function of absurd size.
  [[nodiscard]] const clang::CFG *of(const clang::FunctionDecl &Function) const;

  /// Notes that a function is too large for an analysis.
  void giveUp(const clang::FunctionDecl &Function) const;
  /// Each function once, in the order in which they were met.
  [[nodiscard]] llvm::ArrayRef<const clang::FunctionDecl *> tooLarge() const { return TooLarge; }

private:
  mutable std::vector<const clang::FunctionDecl *> TooLarge;
  mutable llvm::DenseMap<const clang::FunctionDecl *, std::unique_ptr<clang::CFG>> Built;
};

class LockIndex;

/// One translation unit. All of it lives as long as the analysis.
struct UnitFacts {
  clang::ASTContext &Context;
  const LibraryView &Library;
  const RivalIndex &Rivals; ///< also lists the coroutines and the other functions of the user's code
  const Suspension &Suspensions;
  const Graphs &ControlFlow;
  /// Windows that are none because a lock is held over them; whoever writes without that lock breaks them all the same.
  std::vector<GuardedWindow> Guarded = {};
  mutable std::shared_ptr<const LockIndex> LocksOfUnit = {}; ///< see locksOf() in LockIndex.h
};

} // namespace corace::checks
