// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds locks that a coroutine waits for while it holds what others need to give them back.
///
/// A lock that is asked for again by the same task, also in coroutines that it awaits, and two locks that are taken in
/// opposite orders. Cycles of three and more locks, and waits for anything but locks, are not looked for.
class LockOrder final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-lock-order"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
