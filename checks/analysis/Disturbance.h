// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an expression does that may invalidate references, pointers and iterators into a container or a cell.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/RivalIndex.h"

namespace corace::checks {

/// A member or variable, and how many look-ups lie between it and the object in question: 1 for `m[k]` and for `*p`.
/// Members that belong to libraries (`first` and `second`) count as nothing.
struct StatePlace {
  const clang::ValueDecl *Decl = nullptr;
  unsigned Level = 0;
  bool OfLocal = false; ///< a member of an object that is a local variable: nobody else has it yet
  explicit operator bool() const { return Decl != nullptr; }
  friend bool operator==(const StatePlace &, const StatePlace &) = default;
};

/// Without a function's bindings at hand: local references, pointers and iterators stand for what they start as.
[[nodiscard]] StatePlace statePlace(const clang::Expr *E, const Models &Library);
[[nodiscard]] StatePlace statePlace(const AccessPath &P);

/// A class whose objects step through others: it can be dereferenced and incremented.
[[nodiscard]] bool isIterator(clang::QualType T);
/// A class with this member type, in itself or in a base.
[[nodiscard]] bool hasMemberType(clang::QualType T, llvm::StringRef Name);
/// A pointer-like object that owns what it refers to, alone or together with others; also std::optional and the like.
[[nodiscard]] bool isOwner(clang::QualType T, const LibraryView &Library);

/// Calls `Sink` for each place that a call or an assignment disturbs by itself, its sub-expressions aside.
void disturbances(const clang::Expr *E, const LibraryView &Library,
                  llvm::function_ref<void(StatePlace, RivalIndex::Disturbance::Kind)> Sink);

/// The condition says that nothing is there: `!p`, `p == nullptr`, `!p.has_value()`.
[[nodiscard]] bool saysEmpty(const clang::Expr *Condition, const clang::ValueDecl *Place);

} // namespace corace::checks
