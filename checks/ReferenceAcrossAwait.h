// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a reference, pointer, iterator or view into shared state that is used behind a suspension which may have
/// invalidated it.
///
/// Somebody has to be there who may: another function in sight, or code elsewhere that the owner is open to. Elements
/// are not told apart by their keys.
class ReferenceAcrossAwait final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-reference-across-await"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
