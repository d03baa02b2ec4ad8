// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Baselines: findings that are known, so that only new ones are shown.
#pragma once

#include "tool/Finding.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace corace::tool {

/// A known finding. The fingerprint alone tells which; the rest is for readers, and for those of the same name.
struct BaselineEntry {
  std::string Fingerprint, Check, File, Function, Object;
  std::string Reason; ///< why it may stay; empty: it is only known
  Confidence Sure = Confidence::High;
};

/// What writeBaseline() wrote, or a SARIF file of corace.
llvm::Expected<std::vector<BaselineEntry>> readBaseline(llvm::StringRef Path);

/// Replaces the file by the findings that no comment suppresses. Reasons in `Old` are kept.
llvm::Error writeBaseline(llvm::StringRef Path, const std::vector<Finding> &Findings,
                          const std::vector<BaselineEntry> &Old);

/// Marks the findings that are known, and returns the entries that are none of them.
std::vector<BaselineEntry> suppressKnown(std::vector<Finding> &Findings, const std::vector<BaselineEntry> &Known);

} // namespace corace::tool
