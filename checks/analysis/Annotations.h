// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the code says of itself: [[clang::annotate("corace::...")]], which corace/annotations.h spells as macros, and
// Clang's attributes for thread safety. The answers have the form of models, so that nobody has to ask twice.
#pragma once

#include "checks/models/Models.h"

#include "clang/AST/ExprCXX.h"

#include <map>
#include <optional>
#include <string>

namespace corace::checks {

/// The declaration has an annotation of this name; the text between the parentheses of "name(text)", or nothing.
[[nodiscard]] std::optional<std::string> annotation(const clang::Decl &D, llvm::StringRef Name);

/// Only one task at a time uses the variable, the member or all objects of its class.
[[nodiscard]] bool isConfined(const clang::ValueDecl &D, const Models &M);
[[nodiscard]] bool isConfined(clang::QualType T, const Models &M);

/// The lock that has to be held for the member or variable, as the user wrote it; empty if nothing is said.
[[nodiscard]] std::string guardOf(const clang::ValueDecl &D, const Models &M);

class Annotations {
public:
  /// What the class says, as a model of it; null if it says nothing.
  [[nodiscard]] const TypeModel *type(clang::QualType T) const;
  /// What a function says, added to what is known of it; null if it says nothing.
  [[nodiscard]] const OpModel *op(const clang::FunctionDecl &F, const OpModel *Known) const;

private:
  mutable std::map<const clang::CXXRecordDecl *, TypeModel> Types;
  mutable std::map<const clang::FunctionDecl *, OpModel> Ops;
};

} // namespace corace::checks
