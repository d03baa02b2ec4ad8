// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long a task may run, seen from the expression that makes it; and how long things live that it refers to.
#pragma once

#include "checks/analysis/LibraryView.h"

#include "llvm/ADT/ArrayRef.h"

namespace corace::checks {

/// What becomes of a task.
struct TaskFate {
  enum class Kind {
    Unknown,
    Waited,     ///< awaited in the same full expression, or something waits for it there
    InVariable, ///< kept by `Var`, which may be a container
    Stored,     ///< kept by something that outlives the function
    Scoped,     ///< runs until somebody joins a scope
    Returned,   ///< handed to the caller
    Detached,   ///< runs by itself
  };
  Kind K = Kind::Unknown;
  const clang::VarDecl *Var = nullptr;
  const clang::Stmt *Sink = nullptr;   ///< the statement or call that decides it
  const clang::CallExpr *Op = nullptr; ///< what it was handed to, if that is known to start tasks
  bool Container = false;              ///< the variable holds several
};

/// The fate of the value of `E`, whose ancestors are `Above`, the innermost last. `Runs`: the value stands for
/// something that has been started already.
[[nodiscard]] TaskFate fateOf(const clang::Expr *E, llvm::ArrayRef<const clang::Stmt *> Above, bool Runs,
                              const LibraryView &Library);

/// The operation starts the tasks or callables that it is given as this argument (counted without the object).
[[nodiscard]] bool startsArgument(const OpModel &Op, unsigned Index, unsigned Count);

/// What a function of the user's own does with a parameter, if all that it does is to start it and go on.
enum class HandsOn {
  No,
  Itself,  ///< the task or callable is handed to something that starts it
  ItsTask, ///< it is called, and the task that this makes is started; the callable goes when the function returns
};
[[nodiscard]] HandsOn handsOn(const clang::FunctionDecl *F, unsigned Param, const LibraryView &Library);
/// The call hands one of its arguments on so.
[[nodiscard]] bool handsOnAny(const clang::CallExpr &Call, const LibraryView &Library);

/// What a reference, pointer or view refers to, as far as it dies before the function's caller goes on.
struct Referent {
  enum class Kind {
    Unknown,   ///< or something that lives long enough
    Temporary, ///< dies with the full expression
    Local,     ///< a variable of this function
  };
  Kind K = Kind::Unknown;
  const clang::VarDecl *Var = nullptr;
};

class Referents {
public:
  Referents(const clang::FunctionDecl &Function, const LibraryView &Library) : Function(Function), Library(Library) {}

  /// What a parameter of this type refers to when it is set to the expression.
  [[nodiscard]] Referent ofArgument(const clang::Expr *Arg, clang::QualType ParamType) const;
  /// The object of a call: denoted, or pointed to.
  [[nodiscard]] Referent ofObject(const clang::Expr *Object) const;
  /// The object that the expression denotes.
  [[nodiscard]] Referent place(const clang::Expr *E, unsigned Depth = 0) const;
  [[nodiscard]] Referent variable(const clang::ValueDecl *Decl, unsigned Depth = 0) const;

private:
  [[nodiscard]] Referent pointee(const clang::Expr *E, unsigned Depth) const;
  [[nodiscard]] Referent viewed(const clang::Expr *E, unsigned Depth) const;
  [[nodiscard]] Referent ofCall(const clang::CallExpr *Call, unsigned Depth) const;

  const clang::FunctionDecl &Function;
  const LibraryView &Library;
};

} // namespace corace::checks
