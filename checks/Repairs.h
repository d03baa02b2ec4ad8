// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replacements of text that mend a finding for certain: afterwards the code compiles, means the same but for the bug,
// and the finding is gone. Where any of that is in doubt they are empty, and the finding's notes have to do.
#pragma once

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"

#include <optional>

namespace corace::checks {

struct TaskLoss;

/// Replaces a stretch of characters. Nothing where it is not in one file, or comes from a macro.
[[nodiscard]] std::optional<FixIt> replaceText(const clang::ASTContext &Context, clang::CharSourceRange Range,
                                               std::string Text);
/// Puts text in front of what starts there.
[[nodiscard]] std::optional<FixIt> insertBefore(const clang::ASTContext &Context, clang::SourceLocation Where,
                                                std::string Text);

/// The name or one like it, with a number from the second one on: nothing that is visible in the function is called so.
[[nodiscard]] std::string freshName(const clang::FunctionDecl &F, llvm::StringRef Wish, unsigned Ordinal);
/// There is a comment in the text, not only in a literal.
[[nodiscard]] bool holdsComment(llvm::StringRef Text, const clang::ASTContext &Context);

/// `x = x + co_await f();` as a local that takes the result, and `x += `.
[[nodiscard]] std::vector<FixIt> hoistAwait(const CoroutineFacts &Facts, const Window &W);

/// `while` for the `if` around a wait.
[[nodiscard]] std::vector<FixIt> testInLoop(const CoroutineFacts &Facts, const Window &W);

/// The `co_await` that a discarded or forgotten task lacks, where the coroutine can await it.
[[nodiscard]] std::vector<FixIt> awaitTask(const TaskLoss &Loss, bool IsLock);

} // namespace corace::checks
