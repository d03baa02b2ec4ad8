// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/analysis/Inline.h"

namespace corace::checks {

/// A call that is being looked into. The paths of its arguments are the caller's.
struct Inliner::Frame {
  const clang::CallExpr *Call; ///< null: the function is looked at by itself, and its paths stay as they are
  const clang::FunctionDecl *Definition;
  const PathResolver &Paths; ///< of the callee
  const Frame *Outer;
};

/// The definition that a call runs, if that is certain and the user's own.
[[nodiscard]] const clang::FunctionDecl *ownDefinition(const clang::FunctionDecl *F);

} // namespace corace::checks
