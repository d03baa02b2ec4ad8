// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "checks/Check.h"

#include <functional>

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

/// Runs the checks over every coroutine that is defined in user code (not in a system header) of the translation unit,
/// and those about tasks over its other functions too.
/// Findings come in the order of the source, each window once, with their ids. The sink may keep them; only
/// Place::Range ends with the ASTContext.
void analyzeTranslationUnit(clang::ASTContext &Context, const Models &Library, const CheckOptions &Options,
                            llvm::function_ref<void(Finding)> Sink);

} // namespace corace::checks
