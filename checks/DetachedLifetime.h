// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a coroutine that may use a capture, an argument or its object after that has been destroyed.
///
/// Compares what a coroutine uses when its caller may have gone on with how long its task can run. Tasks that are
/// awaited where they are made are fine, and so is everything that is not known to end too early.
class DetachedLifetime final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-detached-lifetime"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
