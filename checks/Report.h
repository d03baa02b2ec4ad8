// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes findings of windows: places, and the notes that every check has in common.
#pragma once

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"

namespace corace::checks {

/// Where an expression stands; macros at their expansion.
[[nodiscard]] Place placeOf(const clang::ASTContext &Context, clang::SourceRange Range);

/// A place in another translation unit; it has no Range.
[[nodiscard]] Place placeOf(const Spot &S);

/// The qualified name of a function; a lambda is called after the function around it.
[[nodiscard]] std::string nameOfFunction(const clang::FunctionDecl &F);

class WindowReport {
public:
  WindowReport(const CoroutineFacts &Facts, const Window &W);

  /// "line 12", or "this line" when it is the line of the second access.
  [[nodiscard]] std::string line(const Place &P) const;
  /// "'x'", "element 'cache[1]'" and the like: the state in question as the user wrote it.
  [[nodiscard]] std::string object() const;
  /// "the 'co_await' on line 3"
  [[nodiscard]] std::string suspension() const;

  /// The finding with its places and with notes on the first access (`FirstSays`), the suspension, the order of
  /// evaluation, a rival, the locks, and the cure.
  [[nodiscard]] Finding finding(llvm::StringRef Check, race_kind Kind, std::string Message, std::string FirstSays,
                                std::string Mend) const;

  /// The local that the first access goes into; empty if none.
  [[nodiscard]] std::string carrier() const;

  const Place First, Suspension, Second;

private:
  void orderNote(Finding &F) const;
  void rivalNote(Finding &F) const;
  void lockNote(Finding &F) const;

  const CoroutineFacts &Facts;
  const Window &W;
  const Fact &FirstFact;
  const clang::ASTContext &Context;
};

} // namespace corace::checks
