// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a coroutine uses of things outside of its frame when its caller may have gone on: its object, its captures, and
// what its parameters refer to. An eager coroutine runs inside the call up to its first suspension; a lazy one has not
// even started when the call returns.
#pragma once

#include "checks/analysis/Unit.h"

#include "llvm/ADT/DenseMap.h"

namespace corace::checks {

/// How a coroutine begins, as far as its callers can tell.
struct StartTraits {
  bool Lazy = true;
  bool Detached = false; ///< nobody can await it: it runs by itself to its end
};

class LateUses {
public:
  explicit LateUses(const UnitFacts &Unit) : Unit(Unit) {}

  /// The definition of the function that a call runs; null where it is not visible, or where it may be an override.
  [[nodiscard]] static const clang::FunctionDecl *definitionOf(const clang::FunctionDecl *Callee);

  [[nodiscard]] StartTraits startOf(const clang::FunctionDecl &Coroutine) const;

  /// Where the function uses what the parameter refers to, after it may have returned to its caller. An ordinary
  /// function that returns the task of another one uses what that one uses. Null if nowhere.
  [[nodiscard]] const clang::Expr *ofParam(const clang::FunctionDecl &F, const clang::ParmVarDecl &Param) const;
  /// The same for the object of a method, or for the closure of a lambda.
  [[nodiscard]] const clang::Expr *ofObject(const clang::FunctionDecl &F) const;
  /// The same for one captured variable of a lambda.
  [[nodiscard]] const clang::Expr *ofCapture(const clang::FunctionDecl &F, const clang::ValueDecl &Captured) const;

private:
  /// Keyed by the variable; null stands for the object.
  using Uses = llvm::DenseMap<const clang::ValueDecl *, const clang::Expr *>;
  [[nodiscard]] const Uses &usesOf(const clang::FunctionDecl &F) const;
  void collect(const clang::FunctionDecl &F, Uses &Out) const;
  void collectEager(const clang::FunctionDecl &F, const clang::CFG &Graph, Uses &Out) const;
  void collectForwarded(const clang::FunctionDecl &F, Uses &Out) const;

  const UnitFacts &Unit;
  mutable llvm::DenseMap<const clang::FunctionDecl *, std::unique_ptr<Uses>> Cache;
  mutable llvm::DenseMap<const clang::FunctionDecl *, StartTraits> Starts;
};

/// The type refers to something that it does not own: a reference, a pointer to an object, a view.
[[nodiscard]] bool refersElsewhere(clang::QualType T, const LibraryView &Library);
/// The arguments of a call with the parameters that they set; the object is none of them.
void forEachArgument(const clang::CallExpr &Call, const clang::FunctionDecl &Callee,
                     llvm::function_ref<void(const clang::Expr *, const clang::ParmVarDecl &)> Fn);
/// A class whose objects are views: std::string_view, std::span, std::reference_wrapper and their like.
[[nodiscard]] bool isView(clang::QualType T, const LibraryView &Library);

} // namespace corace::checks
