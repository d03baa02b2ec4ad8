// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Repairs that are certain: shown below their findings, and applied by `corace check --fix`.
#pragma once

#include "tool/Finding.h"
#include "tool/SourceLines.h"
#include "tool/Terminal.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace corace::tool {

/// The lines that a finding's repair changes, before and after, in the way of a diff.
void printFix(llvm::raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F);

struct FixResult {
  std::vector<bool> Mended; ///< for each finding
  unsigned Conflicts = 0;   ///< repairs that would touch what another one has changed
  std::vector<std::string> Files;
};

/// Applies the repairs, each one whole or not at all. Each file is replaced atomically.
llvm::Expected<FixResult> applyFixes(const std::vector<Finding> &Findings);

} // namespace corace::tool
