// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds what each thread has its own of, taken before a suspension and used after it, perhaps on another thread.
///
/// Coroutines of libraries that keep to one thread are left out, but for awaits that are known to change it. Pointers
/// that are kept in a thread_local are values like any other.
class ThreadLocalUse final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-thread-local-across-await"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
