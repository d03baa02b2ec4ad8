// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a lock that belongs to a thread, or another object that is bound to its thread, alive while a coroutine is
/// suspended.
///
/// The type of the lock decides, not that of the guard. Guards that are passed by reference to a function of unknown
/// body, or used in a lambda, are not followed any further.
class HostileLock final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-hostile-lock-across-await"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
