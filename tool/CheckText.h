// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "tool/Finding.h"
#include "tool/SourceLines.h"
#include "tool/Terminal.h"

namespace corace::tool {

/// Prints a finding of the checker as Clang prints a warning, so that editors and CI understand it without help.
void printDiagnostic(llvm::raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F);

} // namespace corace::tool
