// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A crash on one file must not take the others along.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"

namespace corace::tool {

/// While one lives, runGuarded() works.
class CrashGuard {
public:
  CrashGuard();
  ~CrashGuard();
  CrashGuard(const CrashGuard &) = delete;
  CrashGuard &operator=(const CrashGuard &) = delete;

  /// Runs the job on a thread of its own, with a deep stack, and waits for it. False if it crashed, for lack of stack
  /// as well. What it held is lost then: memory, locks.
  [[nodiscard]] static bool run(llvm::function_ref<void()> Job);
};

} // namespace corace::tool
