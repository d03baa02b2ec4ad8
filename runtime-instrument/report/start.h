// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of a process with the runtime in it: options at its start, evidence at its end.
#pragma once

#include "report/options.h"

namespace corace::report {

/// Reads the options, starts the detector, and sees to it that evidence is written when the process ends. Called for
/// each instrumented module before main, and by the first run() of a program without one; the first call counts. Bad
/// options end the process with exit code 2 and one line.
void at_start();
/// As at_start() found them.
[[nodiscard]] const options &current_options();
/// Ends the process with exit code 2 and one line.
[[noreturn]] void refuse(const std::string &reason);
/// The evidence path with %p replaced.
[[nodiscard]] std::string evidence_path();

} // namespace corace::report
