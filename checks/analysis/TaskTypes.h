// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which types are tasks that somebody has to await, and what becomes of one that nobody does.
#pragma once

#include "checks/analysis/LibraryView.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace clang {
class CoroutineBodyStmt;
}

namespace corace::checks {

/// What becomes of a task that is dropped.
enum class DropEffect {
  NeverRuns,
  Leaks, ///< never runs, and its frame stays
  Cancels,
  Detaches,
};

struct TaskTraits {
  bool Lazy = true; ///< nothing of it runs before it is awaited or started
  DropEffect Drop = DropEffect::NeverRuns;
  bool Once = false; ///< a second await is wrong even if the task was not moved from
};

class TaskTypes {
public:
  explicit TaskTypes(const LibraryView &Library) : Library(Library) {}

  /// What is known of a task type; nothing for other types, for generators, and for tasks that may be dropped freely.
  /// Types without a model count if they can be awaited and their promise starts suspended.
  [[nodiscard]] std::optional<TaskTraits> of(clang::QualType T) const;

  /// The expression makes a task: a call that returns one by value, or an await that results in one.
  [[nodiscard]] std::optional<TaskTraits> madeBy(const clang::Expr *E) const;

  /// What a call of an object of this type makes: a lambda, a function object, a function or a pointer to one.
  [[nodiscard]] std::optional<TaskTraits> madeByCalling(clang::QualType Callable) const;

  /// Nobody can await a coroutine of this type, and it destroys itself when it has ended.
  [[nodiscard]] static bool isFireAndForget(clang::QualType T, const clang::CoroutineBodyStmt &Body);

private:
  [[nodiscard]] std::optional<TaskTraits> classify(clang::QualType T) const;

  const LibraryView &Library;
  mutable llvm::DenseMap<void *, std::optional<TaskTraits>> Cache;
};

} // namespace corace::checks
