// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs that the tool starts.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <utility>
#include <vector>

namespace corace::tool {

struct Process {
  std::vector<std::string> Command;                             ///< the first is looked up on the path
  std::vector<std::pair<std::string, std::string>> Environment; ///< set in addition to what the tool has
  std::string Directory;                                        ///< empty: the tool's
  std::string Output;                                           ///< a file for both outputs; empty: the tool's own
  bool SameAddresses = false; ///< no address space randomisation, where the system lets us switch it off
  std::string Errors = {};    ///< a file for standard error alone
};

struct ProcessExit {
  int Signal = 0; ///< 0: it ended by itself
  int Status = 0;
  /// As a shell would tell it.
  [[nodiscard]] int code() const { return Signal ? 128 + Signal : Status; }
  /// "ended with status 3", "was killed by signal 11 (Segmentation fault)"
  [[nodiscard]] std::string describe() const;
};

/// Runs a program to its end. Interrupts reach the program, not the tool, which then tidies up. From any thread.
llvm::Expected<ProcessExit> run(const Process &What);

/// Whether the user has interrupted a program that run() started.
bool interrupted();

/// One value of CORACE_OPTIONS: ':' and '\' escaped.
std::string optionsValue(llvm::ArrayRef<std::pair<std::string, std::string>> Options);

} // namespace corace::tool
