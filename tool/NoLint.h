// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comments that suppress findings: NOLINT, NOLINTNEXTLINE, NOLINTBEGIN and NOLINTEND, as clang-tidy reads them.
#pragma once

#include "tool/Finding.h"

#include <string>
#include <vector>

namespace corace::tool {

/// Marks the findings that a comment on or above their main place suppresses. Returns a line for each block that has
/// no end or no beginning and so suppresses nothing; only files with findings are looked at.
std::vector<std::string> suppressInSource(std::vector<Finding> &Findings);

} // namespace corace::tool
