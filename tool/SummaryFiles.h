// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries of translation units as files, for builds that run the steps themselves.
#pragma once

#include "checks/summaries/Summary.h"

#include "llvm/ADT/ArrayRef.h"

namespace corace::tool {

/// The files that are named, and all below the directories that are named whose names end in ".summary".
llvm::Expected<std::vector<std::string>> summaryFiles(llvm::ArrayRef<std::string> Names);

llvm::Expected<checks::UnitSummary> readSummaryFile(llvm::StringRef Path);

} // namespace corace::tool
