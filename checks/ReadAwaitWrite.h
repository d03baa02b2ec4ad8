// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

namespace corace::checks {

/// Finds shared state that is read before a suspension and written after it with a value that comes from that read.
///
/// It follows the value through locals, arithmetic, branches, loops and calls within one coroutine. It does not follow
/// it through members of other objects; of functions that access the state themselves only getters and setters are
/// seen.
class ReadAwaitWrite final : public Check {
public:
  [[nodiscard]] llvm::StringRef name() const override { return "corace-read-await-write"; }
  [[nodiscard]] llvm::StringRef summary() const override;
  [[nodiscard]] llvm::StringRef details() const override;
  void check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const override;
};

} // namespace corace::checks
