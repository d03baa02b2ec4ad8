// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/analysis/Unit.h"
#include "checks/summaries/Summary.h"

namespace corace::checks {

/// What a translation unit tells others. It asks no other summaries.
[[nodiscard]] UnitSummary summarize(const UnitFacts &Unit);

/// A piece of source by its absolute file.
[[nodiscard]] Spot spotOf(const clang::ASTContext &Context, clang::SourceRange Range);
/// The absolute name of the main file.
[[nodiscard]] std::string mainFileOf(const clang::ASTContext &Context);

} // namespace corace::checks
