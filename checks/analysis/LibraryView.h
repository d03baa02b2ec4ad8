// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The models as seen from the syntax tree: which entry speaks of this call, this type.
#pragma once

#include "checks/analysis/Annotations.h"
#include "checks/analysis/OwnLocks.h"
#include "checks/models/Models.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseMap.h"

#include <memory>

namespace corace::checks {

/// Namespaces, classes and name, without template arguments, inline and unnamed namespaces.
[[nodiscard]] std::string modelName(const clang::NamedDecl &D);

struct LocalBindings;
class Others;

class LibraryView {
public:
  LibraryView(const Models &M, const clang::ASTContext &Context) : M(M), Context(Context) {}

  /// The model of the operation that an expression starts: a call, a call of a function object, or the construction of
  /// an awaitable. A method is looked up by its own class and by the static type of its object.
  [[nodiscard]] const OpModel *op(const clang::Expr *E) const;
  /// The model of `co_await` on an object of this type.
  [[nodiscard]] const OpModel *awaitOn(clang::QualType T) const;
  /// The model of a type, or of any alias on the way to it.
  [[nodiscard]] const TypeModel *type(clang::QualType T) const;
  [[nodiscard]] bool hasRole(clang::QualType T, llvm::StringRef Role) const;
  /// A guard of `T`'s kind is a guard of an asynchronous lock (not of a thread mutex).
  [[nodiscard]] bool isAsyncGuard(clang::QualType T) const;
  [[nodiscard]] const Models &models() const { return M; }
  /// Found out once for each function, however many ask.
  [[nodiscard]] const LocalBindings &bindingsOf(const clang::FunctionDecl &Function) const;
  /// What other translation units do; null when each is looked at by itself.
  [[nodiscard]] const Others *others() const { return Elsewhere; }
  void setOthers(const Others *O) {
    Elsewhere = O;
    HandedOn.clear();
  }

  /// What handsOn() has found out.
  mutable llvm::DenseMap<std::pair<const clang::FunctionDecl *, unsigned>, unsigned> HandedOn;

private:
  [[nodiscard]] const OpModel *lookUp(const clang::Expr *E) const;
  [[nodiscard]] const OpModel *opOfMethod(clang::QualType Object, llvm::StringRef Method) const;

  const Models &M;
  const clang::ASTContext &Context;
  const Others *Elsewhere = nullptr;
  const Annotations Said;
  const OwnLocks Own;
  mutable llvm::DenseMap<const clang::Expr *, const OpModel *> OpCache;
  mutable llvm::DenseMap<void *, const TypeModel *> TypeCache;
  mutable llvm::DenseMap<const clang::FunctionDecl *, std::shared_ptr<const LocalBindings>> BindingsCache;
};

/// Calls the function with the model name of each alias and class on the way from a type to its definition and its
/// bases, until it returns true.
bool forEachNameOfType(const clang::ASTContext &Context, clang::QualType T,
                       llvm::function_ref<bool(llvm::StringRef)> Fn);

} // namespace corace::checks
