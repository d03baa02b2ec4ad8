// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a test of shared state that decides, across a suspension, what is done to that state.
///
/// A test of the same state after the last suspension, a marker that keeps other tasks out, and one lock over both are
/// understood. A test inside another function is seen only if that is a simple predicate.
class CheckAwaitAct final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-check-await-act"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
