// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that nobody awaits, and tasks that are awaited although they are spent. Coroutines and ordinary functions
// alike: both can make a task and forget it.
#pragma once

#include "checks/analysis/TaskTypes.h"

#include "clang/AST/Decl.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <vector>

namespace corace::checks {

/// One task that goes wrong.
struct TaskLoss {
  enum class How {
    Discarded,   ///< made and dropped in one expression
    Swallowed,   ///< a callable makes it, and who calls that drops it
    Forgotten,   ///< kept in a variable, member or container that nobody ever takes it from
    OnSomePath,  ///< kept in a variable, and there is a way out past all its uses
    Overwritten, ///< kept in a variable that is then given another task
    Again,       ///< awaited or moved once more after it was spent
  };
  How What = How::Discarded;
  const clang::FunctionDecl *Function = nullptr;
  const clang::Expr *Made = nullptr;     ///< what makes the task, or the callable
  const clang::ValueDecl *Var = nullptr; ///< variable or member that keeps it, or the container
  const clang::Stmt *Where = nullptr;    ///< the way out, the assignment, or the second use
  const clang::Expr *Spent = nullptr;    ///< the first use, for a second one
  bool Moved = false;                    ///< the first use moved from it
  bool Contained = false;                ///< the variable is a container of tasks
  std::string Into;                      ///< who swallows it
  TaskTraits Traits;
};

/// All of a function, or of a translation unit.
struct TaskFacts {
  const LibraryView &Library;
  std::vector<TaskLoss> Losses;
};

/// Looks through the user's code of the translation unit.
[[nodiscard]] TaskFacts findTaskLosses(clang::ASTContext &Context, const LibraryView &Library);

/// The part about local variables of one function.
void followTasks(const clang::FunctionDecl &Function, const TaskTypes &Types, llvm::function_ref<void(TaskLoss)> Sink);

} // namespace corace::checks
