// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Last words: what a process does before it dies of abort() or an exception that nobody caught.
#pragma once

#include <string>

namespace corace::report {

/// Calls `told` once when the process is about to die: with true and the exception's text, or with false. What the
/// program had installed itself is called afterwards.
void watch_for_death(void (*told)(bool by_exception, const std::string &message) noexcept);

/// Calls `told` on a thread of its own when SIGINT or SIGTERM is about to end the process, which they do afterwards.
/// Those that the program ignores, or that have a handler, are left alone.
void watch_for_stop(void (*told)() noexcept);

} // namespace corace::report
