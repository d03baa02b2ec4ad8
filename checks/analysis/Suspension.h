// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a co_await, or a plain call, lets other tasks run. For awaits in this order: what the models say of the
// operation, what they say of its type, the body of the awaited coroutine, and the structure of the awaiter.
#pragma once

#include "checks/analysis/LibraryView.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseMap.h"

#include <string>

namespace corace::checks {

struct SuspensionClass {
  AwaitEffect Effect = AwaitEffect::May;
  std::string Why;                             ///< completes "may suspend here: ..."
  const clang::FunctionDecl *Callee = nullptr; ///< whose body decides, visible or not
  [[nodiscard]] bool suspends() const { return Effect != AwaitEffect::Never; }
};

class Suspension {
public:
  Suspension(const LibraryView &Library, const clang::ASTContext &Context) : Library(Library), Context(Context) {}

  [[nodiscard]] SuspensionClass classify(const clang::CoroutineSuspendExpr &E) const;

  /// The call lets other tasks run before it returns, although nothing is awaited: an event loop in it, a wake-up that
  /// resumes the waiter on the spot, or a function in sight that does such a thing. Never otherwise.
  [[nodiscard]] SuspensionClass classify(const clang::CallExpr &Call, bool InCoroutine) const;

  /// A call in the body of this function lets other tasks run.
  [[nodiscard]] bool bodyYields(const clang::FunctionDecl &Body) const { return yieldIn(Body).Site != nullptr; }

  /// The operation behind an operand: through std::move, wrappers that the models know, and a local that holds it.
  [[nodiscard]] const clang::Expr *operation(const clang::Expr *Operand) const;

  /// The body of the function has an await that suspends, or a call that lets other tasks run. Cycles count as not
  /// suspending: one that suspends on the way is found anyway.
  [[nodiscard]] bool bodySuspends(const clang::FunctionDecl &Body) const;

  /// The coroutine that a call creates, where its body is visible.
  [[nodiscard]] static const clang::FunctionDecl *coroutineOf(const clang::Expr *Operation);

private:
  struct Awaiter;
  [[nodiscard]] std::optional<AwaitEffect> fromModels(const clang::Expr *Operation, clang::QualType T) const;
  [[nodiscard]] AwaitEffect fromStructure(const clang::CoroutineSuspendExpr &E) const;
  [[nodiscard]] bool startsAtOnce(const clang::FunctionDecl &Coroutine) const;
  [[nodiscard]] bool alwaysReturns(const clang::FunctionDecl *F, bool Value) const;

  /// Where a body lets other tasks run.
  struct Yield {
    const clang::CallExpr *Site = nullptr;
    const clang::FunctionDecl *Callee = nullptr; ///< that does it, where the call itself is not modelled
  };
  [[nodiscard]] const Yield &yieldIn(const clang::FunctionDecl &Body) const;
  [[nodiscard]] std::optional<Yield> yieldOf(const clang::CallExpr &Call, bool InCoroutine, bool Through) const;
  [[nodiscard]] std::string because(const clang::CallExpr &Call, const Yield &Y) const;
  [[nodiscard]] std::string chain(const clang::FunctionDecl &Body, const clang::Stmt &From) const;
  [[nodiscard]] std::string lineOf(const clang::Stmt &S, const clang::Stmt &From) const;

  const LibraryView &Library;
  const clang::ASTContext &Context;
  mutable llvm::DenseMap<const clang::FunctionDecl *, const clang::Expr *> Bodies; ///< null: in progress, or nothing
  mutable llvm::DenseMap<const clang::FunctionDecl *, Yield> Yields;
  mutable unsigned YieldDepth = 0;
};

/// The body of a function as its author wrote it: for a coroutine without the machinery around it. Null if not visible.
[[nodiscard]] const clang::Stmt *writtenBody(const clang::FunctionDecl &F);
[[nodiscard]] bool isCoroutine(const clang::FunctionDecl &F);
/// The function that a call runs: for a virtual one only where no override can run in its place.
[[nodiscard]] const clang::FunctionDecl *surelyCalled(const clang::CallExpr &Call);
/// The name of an operation for messages: `timer.async_wait`, `audit`.
[[nodiscard]] std::string nameOfOperation(const clang::Expr *Operation);

} // namespace corace::checks
