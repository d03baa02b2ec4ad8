// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Brings together what the checker claims and what runs saw: every finding ends with exactly one outcome.
#pragma once

#include "tool/Evidence.h"
#include "tool/Finding.h"

#include <vector>

namespace corace::tool {

/// The checker's findings with their outcomes, and those that only a run discovered. Sorted by outcome, then by place.
std::vector<Finding> merge(std::vector<Finding> Candidates, const std::vector<Evidence> &Runs);

} // namespace corace::tool
