// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the begin and the end of a local write: constructors and destructors that set a place which the constructor was
// given, and scope guards that run a lambda.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Facts.h"

#include <vector>

namespace corace::checks {

/// A write at the begin or the end of a variable's life, as a path of the function that the variable is in.
struct ExitWrite {
  AccessPath Place;
  Act What = Act::Assign;
  const clang::Expr *Site = nullptr; ///< in the constructor, the destructor or the lambda
  bool InLambda = false;
  bool FromVariable = false; ///< the value comes from the variable or from a capture by value
  llvm::SmallVector<const clang::ValueDecl *, 2> Locals; ///< locals around a lambda that take part in the value
};

struct ScopeExit {
  std::vector<ExitWrite> Entries; ///< what the constructor writes, whatever it finds there
  std::vector<ExitWrite> Writes;
  struct Argument {
    const clang::Expr *Value;
    bool Pointee; ///< what it points to
  };
  std::vector<Argument> Saved; ///< what the constructor keeps a copy of
};

/// Nothing for most variables: their destructors write nothing that the function knows.
[[nodiscard]] ScopeExit scopeExitOf(const clang::VarDecl &Var, const PathResolver &Paths, const LibraryView &Library);

} // namespace corace::checks
