// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a task that may fail while nobody looks at how it ends.
///
/// How sure a finding is depends on the body of the task: a throw in it is in sight, a call of something unknown is for
/// pedants. Where a body is not visible nothing is said.
class UnobservedFailure final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-unobserved-failure"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
