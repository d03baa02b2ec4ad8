// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parses one translation unit and hands its tree over.
#pragma once

#include "tool/CheckerInputs.h"
#include "tool/Sources.h"

#include <functional>

namespace clang {
class ASTContext;
}

namespace corace::tool {

struct ParseRequest {
  const Unit &What;
  llvm::StringRef ResourceDirectory;
  bool WantInputs = false;
  /// Not called after an error: the tree has holes then, and what one would find there is guesswork.
  std::function<void(clang::ASTContext &, std::vector<InputFile>)> Use;
};

/// False if the file does not compile. `Errors`: the compiler's messages, as it prints them; no warnings.
bool parse(const ParseRequest &Request, std::string &Errors);

/// The command line for the parser: Clang's own headers, no warnings.
std::vector<std::string> parserArguments(const Unit &What, llvm::StringRef ResourceDirectory);

} // namespace corace::tool
