// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds a global that is set to a task's own value before a suspension and read after it.
///
/// Only variables of static storage are looked at, and only values that come from the task (parameters, locals): a
/// member that is written and read again is most often the object's own business.
class WriteAwaitRead final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-write-await-read"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
