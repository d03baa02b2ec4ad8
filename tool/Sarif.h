// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SARIF 2.1.0, the one format in which findings travel: what check and confirm write, run and replay read.
#pragma once

#include "tool/Finding.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace corace::tool {

struct SarifRun {
  std::vector<Finding> Findings;
  bool Successful = true;  ///< all files could be checked
  bool Suppresses = false; ///< it is known of each finding whether it is suppressed
};

/// Replaces the file. Paths under the working directory are written relative to it, so that the file can be moved to
/// where the findings are shown.
llvm::Error writeSarif(llvm::StringRef Path, const SarifRun &Run);

/// The findings in a file that corace wrote: all that a run needs to look for them. Other tools' runs are skipped; a
/// file without a run of corace is an error.
llvm::Expected<std::vector<Finding>> readSarif(llvm::StringRef Path);
/// The same from text; `Path` stands in messages.
llvm::Expected<std::vector<Finding>> parseSarif(llvm::StringRef Text, llvm::StringRef Path);

} // namespace corace::tool
