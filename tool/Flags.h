// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is taken out of a compile command before the parser sees it.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace corace::tool {

/// Without the options that write files of their own, and without those that only another compiler knows. What is no
/// option, and what follows "--", stays.
std::vector<std::string> parsableArguments(std::vector<std::string> Arguments);

/// Whether the command compiles C, C++ or their Objective kin, by -x or else by the name of the file.
bool compilesCxx(llvm::ArrayRef<std::string> Arguments, llvm::StringRef File);

} // namespace corace::tool
