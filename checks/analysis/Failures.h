// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a failure goes that nobody looks at: tasks that run detached, joins that hand failures over in their results,
// handlers that swallow, results of tries that are ignored.
#pragma once

#include "checks/analysis/Throws.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>

namespace corace::checks {

struct UnitFacts;

/// One place where a failure goes unseen.
struct FailureLoss {
  enum class How {
    Detached,      ///< a task is started, and whoever starts it does not ask how it ends
    FireAndForget, ///< a coroutine whose type nobody can await
    Results,       ///< a join that returns the failures, and its result is dropped
    Swallowed,     ///< an empty handler around an await
    LeftRunning,   ///< a join that ends at the first failure, while others go on with locals of this function
    TryIgnored,    ///< a try that fails leaves its out-parameter as it was, and its result is ignored
  };
  enum class Fate { Lost, Logged, Terminates };

  How What = How::Detached;
  Fate End = Fate::Lost;
  const clang::FunctionDecl *Function = nullptr; ///< that the place stands in
  const clang::Stmt *Where = nullptr;
  const clang::FunctionDecl *Task = nullptr;    ///< the coroutine that may fail, where it is known
  Escape Why;                                   ///< how it may fail
  bool Explicit = false;                        ///< the result is cast to void
  bool InSight = false;                         ///< a join in plain code, or of a task whose body shows no throw
  const clang::Expr *Handler = nullptr;         ///< a handler that ignores the failure it is given
  const clang::Stmt *Loop = nullptr;            ///< an endless loop that goes on after the handler
  const clang::Stmt *Before = nullptr;          ///< the await in question
  std::string Name;                             ///< of the operation
  std::string Instead;                          ///< the library's operation that throws the first failure
  std::string Out;                              ///< the out-parameter
  const clang::FunctionDecl *Sibling = nullptr; ///< for tasks that are left running: one that goes on
  const clang::VarDecl *Local = nullptr;        ///< what it uses
  const clang::Expr *Use = nullptr;             ///< where
};

/// The part about tasks that are left running.
void findLeftRunning(const UnitFacts &Unit, const Throws &Escapes, llvm::function_ref<void(FailureLoss)> Sink);

/// Looks through the user's functions.
void findFailureLosses(const UnitFacts &Unit, llvm::function_ref<void(FailureLoss)> Sink);

} // namespace corace::checks
