// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each thread has its own of, taken before a suspension of a coroutine and used after it, when the coroutine may
// run on another thread.
#pragma once

#include "checks/analysis/Unit.h"

#include <map>
#include <vector>

namespace corace::checks {

/// Knows thread_local variables, and the functions that lead to one.
class ThreadLocals {
public:
  ThreadLocals(const LibraryView &Library, const clang::ASTContext &Context) : Library(Library), Context(Context) {}

  /// The thread_local whose place (or part) a glvalue denotes; a function if it is known by its accessor alone.
  [[nodiscard]] const clang::NamedDecl *place(const clang::Expr *E) const { return placeAt(E, 0); }
  /// The one that a pointer points to.
  [[nodiscard]] const clang::NamedDecl *pointee(const clang::Expr *E) const { return pointeeAt(E, 0); }
  /// The function whose result names the thread: std::this_thread::get_id.
  [[nodiscard]] const clang::NamedDecl *identity(const clang::Expr *E) const;

private:
  [[nodiscard]] const clang::NamedDecl *placeAt(const clang::Expr *E, unsigned Depth) const;
  [[nodiscard]] const clang::NamedDecl *pointeeAt(const clang::Expr *E, unsigned Depth) const;
  [[nodiscard]] const clang::NamedDecl *accessor(const clang::CallExpr &Call, unsigned Depth) const;
  [[nodiscard]] const clang::NamedDecl *ofFunction(const clang::FunctionDecl &F, unsigned Depth) const;
  [[nodiscard]] const clang::NamedDecl *byName(const clang::FunctionDecl &F) const;

  const LibraryView &Library;
  const clang::ASTContext &Context;
  mutable std::map<const clang::FunctionDecl *, const clang::NamedDecl *> Accessors;
  mutable std::map<const clang::DeclContext *, std::vector<const clang::VarDecl *>> Declared;
};

struct ForeignUse {
  enum class How {
    Reference, ///< a reference or pointer to it
    Value,     ///< read before, written back after
    Written,   ///< written before, read after
    Identity,  ///< the thread's own name, used as a key
  };
  How What = How::Reference;
  const clang::FunctionDecl *Function = nullptr;
  const clang::NamedDecl *Of = nullptr;    ///< the variable or its accessor
  const clang::VarDecl *Carrier = nullptr; ///< the local that keeps it, if any
  const clang::Expr *First = nullptr;
  const clang::Expr *Suspension = nullptr;
  const clang::Expr *Second = nullptr;
  SuspensionClass Class;
  bool ChangesThread = false; ///< the suspension is known to
};

/// All of one coroutine, in the order of the source.
[[nodiscard]] std::vector<ForeignUse> findForeignUses(const clang::FunctionDecl &Coroutine, const UnitFacts &Unit,
                                                      const ThreadLocals &Locals);

} // namespace corace::checks
