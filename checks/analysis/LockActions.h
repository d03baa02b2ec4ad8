// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a single call or construction does to locks that belong to threads.
#pragma once

#include "checks/analysis/ThreadLocks.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/SmallVector.h"

namespace corace::checks {

struct LockAction {
  enum class Kind {
    None,
    Take,    ///< of Locks; or, called on a guard, of the lock that it has
    Try,     ///< the same, if it succeeds
    Know,    ///< a guard is told its lock and does not take it yet
    Adopt,   ///< a guard gets locks that are held already
    Release, ///< of Locks; or of what the guard has
    Move,    ///< a guard takes over what Other has
    Swap,
    Replace, ///< a guard in an optional or smart pointer ends; a new one may take Locks
  };
  Kind What = Kind::None;
  llvm::SmallVector<const clang::Expr *, 2> Locks; ///< glvalues, or pointers to locks
  const clang::VarDecl *Guard = nullptr;           ///< the variable that a method is called on
  const clang::VarDecl *Other = nullptr;
};

class LockActions {
public:
  explicit LockActions(const LibraryView &Library, const ThreadLocks &Types) : Library(Library), Types(Types) {}

  [[nodiscard]] LockAction of(const clang::CXXConstructExpr &E) const;
  [[nodiscard]] LockAction of(const clang::CallExpr &E) const;

  /// The guard that a call passes on so that the callee may end it; null if there is none.
  [[nodiscard]] const clang::VarDecl *givenAway(const clang::CallExpr &E, unsigned Argument) const;
  /// The branch that tests this has the lock on one side only: `l.owns_lock()`, `m.try_lock()`. The call if there is
  /// one, and whether the test is negated.
  [[nodiscard]] const clang::CallExpr *testOf(const clang::Expr *Condition, bool &Negated) const;
  [[nodiscard]] bool isGuard(const clang::VarDecl *Var) const {
    return Var && Var->hasLocalStorage() && Types.of(Var->getType()).Bond != ThreadBond::None;
  }

private:
  [[nodiscard]] LockAction ofMethod(const clang::CallExpr &E, const clang::Expr &Object) const;
  void locksAmong(llvm::ArrayRef<const clang::Expr *> Arguments, LockAction &Action) const;
  [[nodiscard]] bool wrapsGuard(clang::QualType T) const;
  [[nodiscard]] bool constructorTakes(const clang::CXXConstructorDecl &C) const;

  const LibraryView &Library;
  const ThreadLocks &Types;
};

/// The variable at the root of an expression that denotes it, a part of it, or what it points to.
[[nodiscard]] const clang::VarDecl *rootVariable(const clang::Expr *E);
/// The member or variable that an expression for a lock names; null if it is something else.
[[nodiscard]] const clang::ValueDecl *lockDecl(const clang::Expr *Lock);

} // namespace corace::checks
