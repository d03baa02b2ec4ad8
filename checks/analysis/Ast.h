// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small questions about the syntax tree that many analyses ask.
#pragma once

#include "clang/AST/DeclCXX.h"
#include "clang/AST/Expr.h"

namespace corace::checks {

/// The plain name; empty for null, operators, constructors and conversions.
[[nodiscard]] llvm::StringRef nameOf(const clang::FunctionDecl *F);
/// The plain name of the function that an expression calls; empty for everything else.
[[nodiscard]] llvm::StringRef nameOfCallee(const clang::Expr *E);
/// The call operator of a lambda.
[[nodiscard]] bool isLambda(const clang::FunctionDecl *F);
/// The function that makes this lambda; null at namespace scope.
[[nodiscard]] const clang::FunctionDecl *functionAround(const clang::FunctionDecl &Lambda);
/// The member of the object itself that an expression denotes: `count`, `this->count`; null for everything else.
[[nodiscard]] const clang::FieldDecl *ownMember(const clang::Expr *E);
/// The definition of a class or of what a reference refers to; null if there is none.
[[nodiscard]] const clang::CXXRecordDecl *classOf(clang::QualType T);

} // namespace corace::checks
