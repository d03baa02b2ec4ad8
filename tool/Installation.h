// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the parts are. The build tree looks like an installation: everything is found relative to the command itself.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace corace::tool {

enum class Part { Pass, Runtime, Tidy, Include };

/// Where this part belongs, whether it is there or not.
std::string expectedPath(Part Which);
/// Where this part is; an error that says how to get it when it is missing.
llvm::Expected<std::string> findPart(Part Which);

/// How the user called the command, so that a line to be pasted runs the same one: a path stays a path.
std::string commandAsTyped();

/// The compiler that takes the pass: $CORACE_CXX, or clang++ of the LLVM version that corace was built with.
llvm::Expected<std::string> findCompiler();

/// The directory of Clang's own headers (stddef.h and so on), which the checker needs as a compiler does.
llvm::Expected<std::string> findResourceDirectory();

} // namespace corace::tool
