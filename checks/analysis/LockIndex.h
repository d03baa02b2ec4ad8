// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The locks of a translation unit: what each function holds, what its callers hold for it, and which locks a call will
// ask for.
#pragma once

#include "checks/analysis/LockFlow.h"

namespace corace::checks {

/// A lock that a function, or one that it awaits, waits for whatever its arguments are.
struct WantedLock {
  AccessPath Lock; ///< as a path of the function
  const LockUse *Use = nullptr;
  const clang::FunctionDecl *Where = nullptr; ///< the function that takes it
};

class LockIndex {
public:
  explicit LockIndex(const UnitFacts &Unit);
  LockIndex(const LockIndex &) = delete;

  /// Functions that take or release locks, or are always called with one held; in the order of the source.
  [[nodiscard]] llvm::ArrayRef<const clang::FunctionDecl *> lockers() const { return Lockers; }
  /// The facts of any function; computed when first asked for.
  [[nodiscard]] const LockFacts &of(const clang::FunctionDecl &Function) const;
  [[nodiscard]] llvm::ArrayRef<WantedLock> wantedBy(const clang::FunctionDecl &Function) const;
  /// Somebody may call the function while it holds this lock, directly or through others; also true where it is not
  /// known who calls it when, as for lambdas.
  [[nodiscard]] bool mayBeCalledUnder(const clang::FunctionDecl &Function, const AccessPath &Lock) const;

private:
  void findLockers();
  void findEntryLocks();
  [[nodiscard]] std::vector<LockUse> entryLocksOf(const clang::FunctionDecl &Function) const;

  const UnitFacts &Unit;
  std::vector<const clang::FunctionDecl *> Lockers;
  llvm::DenseSet<const clang::FunctionDecl *> IsLocker;
  mutable llvm::DenseMap<const clang::FunctionDecl *, std::unique_ptr<LockFacts>> Facts;
  mutable llvm::DenseMap<const clang::FunctionDecl *, std::unique_ptr<std::vector<WantedLock>>> Wanted;
};

/// The index of the unit; made when the first check asks for it.
[[nodiscard]] const LockIndex &locksOf(const UnitFacts &Unit);

/// A path of a callee as one of its caller: by way of `this`, reference parameters and globals. Nothing if the caller
/// cannot name it.
[[nodiscard]] AccessPath inCaller(const AccessPath &Callees, const clang::CallExpr &Call, const PathResolver &Caller);

/// Both may be the same lock: one path, or one member of objects of which nothing is known.
[[nodiscard]] bool maybeSameLock(const AccessPath &A, const AccessPath &B);
/// Both are the same lock for certain.
[[nodiscard]] bool surelySameLock(const AccessPath &A, const AccessPath &B);

} // namespace corace::checks
