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

  /// Something between the expression and the end of the block may wait. `Above` leads to the expression.
  [[nodiscard]] bool after(const clang::Expr *E, const clang::Stmt *Block,
                           llvm::ArrayRef<const clang::Stmt *> Above) const;

private:
  void collect(const clang::Stmt *S) const;
  [[nodiscard]] bool mayWait(const clang::Stmt *S) const;
  [[nodiscard]] unsigned offset(clang::SourceLocation Where) const;
  [[nodiscard]] bool anyIn(unsigned Begin, unsigned End) const;

  const clang::FunctionDecl &F;
  const UnitFacts &Unit;
  mutable std::optional<std::vector<unsigned>> Offsets; ///< sorted; made when first asked
};

} // namespace corace::checks
