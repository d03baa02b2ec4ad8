// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which exceptions may leave a function, as far as its own text and that of its callees shows.
#pragma once

#include "checks/analysis/Suspension.h"

#include "llvm/ADT/DenseMap.h"

namespace corace::checks {

/// What may leave a function.
struct Escape {
  enum class How {
    No,      ///< nothing: all calls are known not to throw, or somebody catches
    Unknown, ///< something is called of which nothing is known
    Yes,     ///< there is a throw that nobody catches
  };
  How What = How::No;
  const clang::Stmt *Site = nullptr;       ///< the throw, or for Unknown the call or the await
  const clang::FunctionDecl *In = nullptr; ///< the function that the site stands in
  const clang::Expr *Through = nullptr;    ///< what leads there, in the function asked about; null if it is the site
  clang::QualType Thrown;                  ///< null where the type is not known
};

/// An await of a coroutine in sight that nobody keeps from failing.
struct FailingAwait {
  const clang::CoawaitExpr *Await = nullptr; ///< null if there is none
  const clang::FunctionDecl *Task = nullptr;
  Escape Why;
};

class Throws {
public:
  Throws(const Suspension &Suspensions, const clang::ASTContext &Context)
      : Suspensions(Suspensions), Context(Context) {}

  /// What may leave the body of a function, or for a coroutine: what its task may end with. Nothing is known of a
  /// function without a visible body. Of what is called only the code of the same file, and of the
  /// file that is compiled, is looked into. Each body is walked once.
  [[nodiscard]] Escape of(const clang::FunctionDecl &Function) const;

  /// The first await in the statement whose task has a throw that it does not catch; try blocks and lambdas aside.
  [[nodiscard]] FailingAwait awaitIn(const clang::Stmt *S) const;

private:
  friend class ThrowWalk;
  const Suspension &Suspensions;
  const clang::ASTContext &Context;
  mutable llvm::DenseMap<const clang::FunctionDecl *, Escape> Known;
  mutable unsigned Depth = 0;
};

} // namespace corace::checks
