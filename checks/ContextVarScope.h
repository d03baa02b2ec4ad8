// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a context variable that is set, reset or made where its value cannot reach the task that needs it.
///
/// Only what fails in every schedule: a value set in one task and wanted in another is reported when no other code of
/// the translation unit sets (or reads) the variable.
class ContextVarScope final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-context-var-scope"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
