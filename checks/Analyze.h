// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"
#include "checks/summaries/Summaries.h"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace clang {
class ASTContext;
}

namespace corace::checks {

class Models;

struct CheckOptions {
  /// Which checks run; empty means all. It gets the full name ("corace-read-await-write").
  std::function<bool(llvm::StringRef)> Enabled;
  /// Findings of low confidence too.
  bool Pedantic = false;
};

/// One translation unit: what it tells others and what is wrong in it. The two share most of their work.
class UnitAnalysis {
public:
  UnitAnalysis(clang::ASTContext &Context, const Models &Library);
  ~UnitAnalysis();

  [[nodiscard]] UnitSummary summary() const;

  /// Like analyzeTranslationUnit(), with what others tell. It may be called again when more is known. Returns what was
  /// asked.
  std::set<SummaryQuery> check(const CheckOptions &Options, const Summaries &Others,
                               llvm::function_ref<void(Finding)> Sink);

  /// One line for each function that was too large to be followed, so that nothing was looked for in it.
  [[nodiscard]] std::string remarks() const;

  struct Parts; ///< of the implementation

private:
  std::unique_ptr<Parts> Has;
};

/// Runs the checks over every coroutine that is defined in user code (not in a system header) of the translation unit,
/// and those about tasks over its other functions too.
/// Findings come in the order of the source, each window once, with their ids. The sink may keep them; only
/// Place::Range ends with the ASTContext.
void analyzeTranslationUnit(clang::ASTContext &Context, const Models &Library, const CheckOptions &Options,
                            llvm::function_ref<void(Finding)> Sink);

} // namespace corace::checks
