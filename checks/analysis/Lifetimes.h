// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coroutines that outlive what they use: each place where a task is made is compared with what the coroutine needs
// (LateUses) and with what becomes of the task (TaskFate).
#pragma once

#include "checks/analysis/LateUses.h"
#include "checks/analysis/TaskFate.h"

#include <vector>

namespace corace::checks {

/// One thing that may be gone when a coroutine uses it.
struct Outlived {
  enum class What {
    Closure,   ///< of a lambda coroutine: its captures
    Object,    ///< of a method coroutine
    Argument,  ///< what a parameter refers to
    Captured,  ///< a variable that a lambda captured by reference
    Escaped,   ///< the closure of a coroutine that nobody can await, given away to somebody who calls it some time
    Self,      ///< the object of a coroutine that nobody waits for, which could keep it alive and does not
    Container, ///< tasks in a container that are left running, with what they refer to
    Given,     ///< an rvalue reference parameter; its callers are not in sight
  };
  What Kind = What::Argument;
  TaskFate Fate;
  Referent Dies;                                  ///< for closures and objects too
  const clang::FunctionDecl *Function = nullptr;  ///< around `Where`
  const clang::Expr *Where = nullptr;             ///< what dies, as it is mentioned: argument, closure, object
  const clang::Expr *Made = nullptr;              ///< makes the task, or the lambda
  const clang::FunctionDecl *Coroutine = nullptr; ///< that uses it; the declaration if the body is not visible
  const clang::ParmVarDecl *Param = nullptr;      ///< through which it does
  const clang::Expr *Use = nullptr;               ///< where; null if the body is not visible
  const clang::Expr *Dropper = nullptr;           ///< destroys the callable as soon as it has called it
  const clang::VarDecl *Var = nullptr;            ///< for containers: the variable that the tasks refer to
  bool Lazy = false;                              ///< the coroutine has not even started
};

/// Looks through the user's code of the translation unit.
[[nodiscard]] std::vector<Outlived> findOutlived(const UnitFacts &Unit);

} // namespace corace::checks
