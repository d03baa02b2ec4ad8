// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "tool/Finding.h"
#include "tool/SourceLines.h"
#include "tool/Terminal.h"

namespace corace::tool {

/// Prints how the tasks of a proven finding took turns: one column for each task, time downwards, the source line of
/// each step and the value that it read or wrote. Tasks that have no part in the race are left out when there are more
/// than three. Where the columns would be too narrow, the steps stand below each other with the task's label in front.
void printInterleaving(llvm::raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F);

/// A value as a reader can use it; empty for addresses, which mean nothing to people and differ from run to run.
std::string readable(llvm::StringRef Value);

} // namespace corace::tool
