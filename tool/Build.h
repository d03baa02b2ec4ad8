// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds instrumented programs from single files, for `corace confirm FILE...`.
#pragma once

#include "tool/Sources.h"

#include <string>
#include <vector>

namespace corace::tool {

/// Where the programs and what belongs to them are kept, below the working directory.
inline constexpr llvm::StringLiteral WorkDirectory = ".corace";

/// Makes the work directory, hidden from version control.
llvm::Error makeWorkDirectory();

/// The flags that compile with the pass, and those that link the runtime.
llvm::Expected<std::vector<std::string>> compileFlags();
llvm::Expected<std::vector<std::string>> linkFlags();

struct Program {
  std::string Path; ///< below the working directory, so that it can be pasted
  std::string Main; ///< the source file that defines main
};

/// Compiles each unit with the pass. Each object that defines main becomes a program, linked with the objects that do
/// not. The compiler's messages go to standard error.
llvm::Expected<std::vector<Program>> buildPrograms(const std::vector<Unit> &Units, unsigned Jobs,
                                                   const std::vector<std::string> &LinkArguments);

/// Whether a program has code that the pass went over. Nothing when that cannot be told (a script, say).
std::optional<bool> isInstrumented(llvm::StringRef Program);

} // namespace corace::tool
