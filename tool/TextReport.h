// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What people read after a run.
#pragma once

#include "tool/Evidence.h"
#include "tool/Finding.h"
#include "tool/SourceLines.h"
#include "tool/Terminal.h"

#include <vector>

namespace corace::tool {

/// One finding: what, where, how it came about, how to mend it, how to see it again. `Checked`: the checker was asked,
/// so that it means something when only a run knows of the finding.
void printFinding(llvm::raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F, bool Checked);

/// The whole: every finding, then how many there are of each outcome and how hard was searched. `Command` is what the
/// user ran ("confirm").
void printReport(llvm::raw_ostream &OS, const Style &Look, llvm::StringRef Command,
                 const std::vector<Finding> &Findings, const std::vector<Evidence> &Runs, bool Checked);

/// Whether a run's exit code tells of it: a run showed it. What the checker alone says is up to `corace check`.
bool countsAsFound(const Finding &F);

} // namespace corace::tool
