// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the checks over files, several at once.
#pragma once

#include "tool/Finding.h"
#include "tool/Sources.h"
#include "tool/Support.h"

#include <functional>

namespace corace::checks {
class Models;
}

namespace corace::tool {

struct CheckRequest {
  std::vector<Unit> Units;
  std::string Build;       ///< the build directory; empty: none was named
  bool WholeBuild = false; ///< the units are all of it
  std::vector<Unit> Known; ///< the others of it: what an earlier run has found out about them is used
  bool NoCache = false;
  std::vector<std::string> SummaryFiles; ///< files and directories; if there are any, they are all that is known
  std::vector<std::string> ModelFiles;
  std::string Globs; ///< of checks; empty: all
  bool Pedantic = false;
  unsigned Jobs = 1;
};

/// What `check` and `confirm` have in common, taken from the command line.
llvm::Expected<CheckRequest> checkRequest(const Arguments &Args, llvm::ArrayRef<std::string> Flags);

/// The built-in models and the user's. Warnings go to standard error.
llvm::Expected<checks::Models> loadModels(llvm::ArrayRef<std::string> Files);

/// Which checks a list of globs means: "lost*,-corace-foo"; with or without "corace-" in front.
llvm::Expected<std::function<bool(llvm::StringRef)>> selectChecks(llvm::StringRef Globs);

struct CheckResult {
  std::vector<Finding> Findings;    ///< each window once, sorted by place
  std::vector<std::string> Broken;  ///< files that do not compile; the compiler's messages were printed
  std::vector<std::string> Crashed; ///< files that the checker failed on
};

/// Checks all units. As soon as the findings of one are final, and those of all before it are, `Show` gets them, sorted
/// by place and without what was shown before, and may change them. The compiler's errors go to standard error before.
using ShowFindings = std::function<void(std::vector<Finding> &)>;
llvm::Expected<CheckResult> runChecks(const CheckRequest &Request, const ShowFindings &Show = {});

/// One line for files that could not be checked; success if there are none. `Code` is the exit code that goes with it.
llvm::Error complaint(const CheckResult &Result, ExitCode &Code);

} // namespace corace::tool
