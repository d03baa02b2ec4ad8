// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks for coroutines that users have written themselves, and of which neither a model nor an annotation speaks: a
// class is one if it has a method that is named like taking a lock and has to be awaited, and a way to give it back.
#pragma once

#include "checks/models/Models.h"

#include "clang/AST/ExprCXX.h"

#include <map>

namespace corace::checks {

class OwnLocks {
public:
  /// The class as a lock, a semaphore or a guard of one; null if its shape is not one's.
  [[nodiscard]] const TypeModel *type(clang::QualType T) const;
  /// What a method does with the lock that it belongs to; null if nothing.
  [[nodiscard]] const OpModel *op(const clang::FunctionDecl &F) const;

private:
  [[nodiscard]] const TypeModel *shapeOf(const clang::CXXRecordDecl *R) const;
  [[nodiscard]] const TypeModel *guardShapeOf(const clang::CXXRecordDecl *R) const;

  mutable std::map<const clang::CXXRecordDecl *, TypeModel> Types; // without a role: no lock
  mutable std::map<const clang::CXXRecordDecl *, TypeModel> Guards;
  mutable std::map<const clang::FunctionDecl *, OpModel> Ops;
};

} // namespace corace::checks
