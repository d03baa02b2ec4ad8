// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Getters, predicates and setters: functions of a few straight statements whose body is visible. A call of one is as
// good as its body written at the call.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Facts.h"

#include <vector>

namespace corace::checks {

/// What a call of a simple function touches, as paths of the caller.
struct InlinedCall {
  struct Write {
    AccessPath Place;
    Act What;
    bool TakesArguments; ///< the value comes from arguments
  };
  std::vector<AccessPath> Reads; ///< of which the result is made
  std::vector<Write> Writes;
};

class Inliner {
public:
  Inliner(const PathResolver &Caller, const LibraryView &Library) : Caller(Caller), Library(Library) {}

  /// Nothing when the callee is not simple, or its body is not visible.
  [[nodiscard]] std::optional<InlinedCall> inlined(const clang::CallExpr *Call) const;

private:
  struct Frame;
  bool inlineInto(const clang::CallExpr *Call, const Frame *Outer, InlinedCall &Out, unsigned Depth) const;
  void reads(const clang::Stmt *S, const Frame &F, InlinedCall &Out, unsigned Depth) const;
  void effect(const clang::Expr *E, const Frame &F, InlinedCall &Out, unsigned Depth) const;
  [[nodiscard]] AccessPath rebase(const AccessPath &P, const Frame &F) const;
  [[nodiscard]] AccessPath argumentPath(const clang::ValueDecl *Param, const Frame &F) const;

  const PathResolver &Caller;
  const LibraryView &Library;
};

} // namespace corace::checks
