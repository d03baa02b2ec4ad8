// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running an instrumented program and collecting what it leaves: what run, confirm and replay have in common.
#pragma once

#include "tool/Evidence.h"
#include "tool/Finding.h"
#include "tool/Process.h"

#include <string>
#include <utility>
#include <vector>

namespace corace::tool {

struct SessionRequest {
  std::vector<std::string> Command;
  std::vector<Finding> Candidates;                          ///< what the program shall watch
  std::vector<std::pair<std::string, std::string>> Options; ///< for the program, beside evidence and candidates
  bool SameAddresses = false;                               ///< for schedules that are to be replayed
  bool Quiet = false; ///< the program's own output is not of interest; shown only when it leaves no evidence
};

struct SessionResult {
  ProcessExit Exit;
  std::vector<Evidence> Runs; ///< of every process that the command started; empty: none was instrumented
};

/// Runs the command. Evidence that cannot be read is an error.
llvm::Expected<SessionResult> runInstrumented(const SessionRequest &Request);

/// Why a program left no evidence, and what to do.
llvm::Error noEvidence(const std::vector<std::string> &Command, const ProcessExit &Exit);

/// Where findings about a program are kept for `corace replay`: they hold what its schedule has to show.
std::string rememberedFindings(llvm::StringRef Program);

} // namespace corace::tool
