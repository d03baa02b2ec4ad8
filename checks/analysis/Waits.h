// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a function may wait for what it has started. Everything that is not known to return at once counts: what it
// says is only good for "nothing here can have waited".
#pragma once

#include "checks/analysis/Unit.h"

#include <optional>

namespace corace::checks {

class Waits {
public:
  Waits(const clang::FunctionDecl &F, const UnitFacts &Unit) : F(F), Unit(Unit) {}

  /// Something between the expression and the end of the variable, whose block this is, may wait. `Above` leads to the
  /// expression.
  [[nodiscard]] bool after(const clang::Expr *E, const clang::VarDecl &Var, const clang::Stmt *Block,
                           llvm::ArrayRef<const clang::Stmt *> Above) const;

private:
  void collect(const clang::Stmt *S) const;
  [[nodiscard]] bool mayWait(const clang::Stmt *S) const;
  [[nodiscard]] bool waitsAtEnd(const clang::VarDecl &Var) const;
  [[nodiscard]] bool containsWait(const clang::Stmt *S) const;
  [[nodiscard]] unsigned offset(clang::SourceLocation Where) const;
  [[nodiscard]] static bool anyIn(const std::vector<unsigned> &Sorted, unsigned Begin, unsigned End);

  const clang::FunctionDecl &F;
  const UnitFacts &Unit;
  // Made when first asked for, sorted.
  mutable std::optional<std::vector<unsigned>> Offsets;
  mutable std::vector<unsigned> Ends; ///< where variables are declared whose destructors may wait
};

} // namespace corace::checks
