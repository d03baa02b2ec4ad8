// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which files a command is about and how each is compiled: `-p BUILD`, FILE..., `-- FLAGS`, `--extra-arg`.
#pragma once

#include "tool/Arguments.h"

#include "clang/Tooling/CompilationDatabase.h"

#include <memory>
#include <string>
#include <vector>

namespace corace::tool {

/// How one file is compiled.
struct Unit {
  std::string File;                   ///< absolute
  std::string Directory;              ///< where the compiler runs
  std::vector<std::string> Arguments; ///< with the compiler in front; without outputs
};

/// `Flags`: what stands behind "--", where that means compiler flags.
llvm::Expected<std::vector<Unit>> collectUnits(const Arguments &Args, llvm::ArrayRef<std::string> Flags);

/// The units of the build that the command line does not name; none if there is anything wrong with them.
std::vector<Unit> otherUnits(const Arguments &Args, llvm::ArrayRef<std::string> Flags);

/// The options that collectUnits() reads, for the tables of the commands.
#define CORACE_SOURCE_OPTIONS                                                                                          \
  {"-p", "BUILD", "build directory with compile_commands.json"},                                                       \
      {"--extra-arg", "FLAG", "one more compiler flag", OptionSpec::Use::Repeated},                                    \
      {"--models", "FILE", "library models of your own", OptionSpec::Use::Repeated},                                   \
      {"-j", "N", "work on N files at once (default: one for each processor)"}

/// The value of -j.
llvm::Expected<unsigned> jobs(const Arguments &Args);

} // namespace corace::tool
