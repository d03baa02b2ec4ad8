// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Finding.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

namespace corace::checks {

class CoroutineFacts;
struct UnitFacts;

/// One check: a policy over what the engine found out about a coroutine. It has no state and prints nothing.
class Check {
public:
  virtual ~Check();

  /// The name that users write, "corace-" and a few words in kebab case.
  [[nodiscard]] virtual llvm::StringRef name() const = 0;

  /// One sentence. The same one opens docs/checks/<name>.md; a test compares them.
  [[nodiscard]] virtual llvm::StringRef summary() const = 0;

  /// What `corace explain` prints after the summary: an example, its repair, what is not found. Plain text.
  [[nodiscard]] virtual llvm::StringRef details() const = 0;

  /// Calls `Sink` once for each of this check's findings that are windows in the coroutine. Checks that follow
  /// something other than windows leave it out.
  virtual void check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const;

  /// Calls `Sink` once for each of this check's findings that need more than the windows of one coroutine.
  virtual void checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const;
};

/// All checks, in the order in which they are listed to users.
[[nodiscard]] llvm::ArrayRef<const Check *> allChecks();

/// The check with this name, with or without "corace-" in front; null when there is none.
[[nodiscard]] const Check *findCheck(llvm::StringRef Name);

} // namespace corace::checks
