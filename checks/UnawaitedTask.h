// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a task that is dropped before anybody has awaited it, or awaited again when it is spent.
///
/// Looks at ordinary functions as well. Everything that is done with a variable but setting it counts as taking care of
/// its task; for members and containers only whether anything is ever taken out.
class UnawaitedTask final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-unawaited-task"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
