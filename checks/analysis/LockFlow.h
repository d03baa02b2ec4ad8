// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which locks a function holds where. The race engine asks whether a lock that was held at one place is still held at
// another; here the question is what is held for certain (a second acquisition waits for ever) and what may be held (a
// write without any lock is without one for certain). Both are kept, with opposite bias: what cannot be followed is not
// held for certain, and may still be held.
#pragma once

#include "checks/analysis/Locks.h"
#include "checks/analysis/Unit.h"

#include "clang/AST/StmtCXX.h"

#include <memory>
#include <vector>

namespace corace::checks {

/// Without sub-expressions of lambdas; the machinery of co_await is left out.
using ParentMap = llvm::DenseMap<const clang::Stmt *, const clang::Stmt *>;

/// One acquisition, or a lock that all visible callers hold.
struct LockUse {
  const clang::Expr *Site = nullptr; ///< the await or the call; null for a lock of the callers
  AccessPath Lock;
  LockMode Mode = LockMode::Exclusive;
  bool Excludes = true; ///< one task at a time; not for readers, nor where a semaphore has units left
  bool Alone = true;    ///< nobody can have it a second time: a lock, or all units of a semaphore whose count is known
  bool Waits = true;    ///< until it has the lock; not: tries
  LockSet Before = 0;   ///< held for certain when this one is asked for
};

/// A call of a function whose body is in sight.
struct LockedCall {
  const clang::CallExpr *Site = nullptr;
  const clang::FunctionDecl *Callee = nullptr;
  bool Awaited = false; ///< its task is awaited here
  LockSet Must = 0, May = 0;
};

/// A write, with what is held there.
struct LockedWrite {
  const clang::Expr *Target = nullptr;
  LockSet Must = 0, May = 0;
  bool AfterSuspension = false; ///< on some path
};

/// A local variable that gets a copy of something shared.
struct LockedCopy {
  const clang::VarDecl *Var = nullptr;
  AccessPath Source;
  const clang::Expr *Site = nullptr;
  LockSet May = 0;
  bool AfterSuspension = false; ///< on some path
};

struct LockFacts {
  LockFacts(const clang::FunctionDecl &Function, const LibraryView &Library);
  LockFacts(const LockFacts &) = delete;

  const clang::FunctionDecl &Function;
  PathResolver Paths;
  Locks Table;
  ParentMap Parents;
  std::vector<LockUse> Uses; ///< a LockSet has a bit for each
  std::vector<LockedCall> Calls;
  llvm::DenseMap<const clang::CXXForRangeStmt *, LockSet> Loops; ///< what is held for certain through all rounds
  llvm::DenseMap<const clang::Expr *, LockedWrite> Writes;       ///< by the site that RivalIndex has
  /// Mentions of local variables, and of members and globals, with what is held for certain; only where that is
  /// anything.
  llvm::DenseMap<const clang::ValueDecl *, std::vector<std::pair<const clang::Expr *, LockSet>>> Mentions;
  std::vector<LockedCopy> Copies;
  LockSet SuspendedUnder = 0;              ///< held for certain at some suspension
  std::vector<AccessPath> ForeignReleases; ///< locks that are released here and were not taken here
};

/// Fills in the facts; `Facts.Uses` may hold locks of the callers already. Leaves them empty if the function is too
/// large.
void followLocks(LockFacts &Facts, const UnitFacts &Unit);

/// The variable that a new guard goes into, and whether it goes anywhere at all.
struct GuardHome {
  enum class Kind {
    Variable,
    Dropped,   ///< the guard ends with the expression that makes it
    Elsewhere, ///< handed on
  } K = Kind::Elsewhere;
  const clang::ValueDecl *Var = nullptr;
};

[[nodiscard]] GuardHome homeOfGuard(const clang::Expr *E, const ParentMap &Parents);

/// What a write does to a member or variable.
struct StateWrite {
  const clang::ValueDecl *State = nullptr;
  const clang::Expr *Target = nullptr;
  enum class Effect { Set, Update, Grow, Remove } What = Effect::Set;
};
/// Nothing for expressions that write no member and no variable that outlives the function.
[[nodiscard]] std::optional<StateWrite> writeOf(const clang::Expr *E, const LibraryView &Library);
/// `nullptr`, `{}`, `nullopt`: nothing is there.
[[nodiscard]] bool isEmptyValue(const clang::Expr *E);

} // namespace corace::checks
