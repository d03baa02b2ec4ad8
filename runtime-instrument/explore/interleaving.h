// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedule of a finding as a reader follows it: who ran, up to which await, and what was read and written.
#pragma once

#include "explore/search.h"

#include <corace/explore_step.h>

#include <vector>

namespace corace::schedule {

/// For a race, the two tasks between its first and its last access; else all tasks from their beginning, the main task
/// only where there are few others.
[[nodiscard]] std::vector<explore_step> interleaving_of(const finding &f);

} // namespace corace::schedule
