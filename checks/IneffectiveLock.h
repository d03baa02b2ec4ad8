// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds locks that are taken in a way that keeps nobody out, and writes that ignore the lock that others rely on.
///
/// Where a window is open in spite of such a lock, the check of that window speaks, with the lock in its notes.
class IneffectiveLock final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-ineffective-lock"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
