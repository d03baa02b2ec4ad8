// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs an unmodified program many times: each run is a fork of the process as it was when it first asked for an event
// loop, so all runs start from the same globals and the same heap.
#pragma once

#include "explore/run_memory.h"

namespace corace::schedule {

/// Starts the search that the process's options ask for. Returns in forked runs only, with the memory that holds the
/// plan to follow. The calling process writes the evidence and ends: exit code 0 when nothing was found, 1 when
/// something was.
[[nodiscard]] run_memory &search_in_forks();

} // namespace corace::schedule
