// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The other translation units as the analysis of one sees them: declarations in, declarations out. It remembers what
// was asked.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/summaries/Summaries.h"

#include "llvm/ADT/DenseMap.h"

#include <set>

namespace corace::checks {

/// The name of a declaration that all translation units know it by; empty if it has none or no other one can mean it.
[[nodiscard]] std::string usrOf(const clang::Decl &D);

/// The function is the user's and its body is not in this translation unit; a call of it runs that body and no other.
[[nodiscard]] bool isElsewhere(const clang::FunctionDecl &F);

class Others {
public:
  /// `File`: this translation unit's main file.
  Others(clang::ASTContext &Context, const Summaries &All, std::string File)
      : Context(Context), All(All), File(std::move(File)) {}

  /// What is known of a function whose body is not visible here; null: nothing.
  [[nodiscard]] const FunctionSummary *function(const clang::FunctionDecl *F) const;
  /// The same for the callee of a call; null for other expressions.
  [[nodiscard]] const FunctionSummary *callee(const clang::Expr *Call) const;
  [[nodiscard]] bool suspends(const FunctionSummary &F) const { return All.suspends(F); }

  [[nodiscard]] std::vector<const WriteSummary *> writesOf(const clang::ValueDecl *Place) const;
  [[nodiscard]] std::vector<const ChangeSummary *> changesOf(const clang::ValueDecl *Container) const;
  [[nodiscard]] std::vector<const CallSummary *> callsOf(const clang::FunctionDecl *Callee) const;

  [[nodiscard]] std::vector<const DisturbanceSummary *> disturbancesOf(const clang::ValueDecl *Place) const;

  /// A place that the callee names, as its caller does. Nothing if the caller cannot name it.
  [[nodiscard]] AccessPath path(const PathSummary &P, const clang::CallExpr &Call, const PathResolver &Caller) const;

  [[nodiscard]] const std::set<SummaryQuery> &asked() const { return Asked; }

private:
  /// The USR to look up, after the question has been noted down; empty: nobody can answer.
  std::string ask(SummaryQuery::Topic About, const clang::NamedDecl *D) const;
  [[nodiscard]] const FunctionSummary * override(const clang::CXXMethodDecl &Called) const;
  [[nodiscard]] const clang::ValueDecl *declaration(llvm::StringRef Usr) const;
  /// A member of a class that is not known here; the same each time.
  [[nodiscard]] const clang::FieldDecl *standIn(llvm::StringRef Usr) const;
  void collect(const clang::DeclContext &In) const;

  clang::ASTContext &Context;
  const Summaries &All;
  const std::string File;
  mutable std::set<SummaryQuery> Asked;
  mutable llvm::DenseMap<const clang::Decl *, std::string> Usrs;
  /// Members and variables of the user's code by name, once somebody asks.
  mutable llvm::StringMap<std::vector<const clang::ValueDecl *>> Places;
  mutable bool Collected = false;
  mutable llvm::StringMap<const clang::FieldDecl *> StandIns;
};

} // namespace corace::checks
