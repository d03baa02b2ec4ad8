// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls of functions do whose body is visible. Getters, predicates and setters of a few straight statements are as
// good as their body written at the call. Larger functions that only look count with all that they read; what a
// function stores of its arguments counts as a write of the caller, also when it suspends first.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Suspension.h"

#include <vector>

namespace corace::checks {

struct Spot;

/// What a call of a simple function touches, as paths of the caller.
struct InlinedCall {
  struct Write {
    AccessPath Place;
    Act What;
    bool TakesArguments;               ///< the value comes from arguments
    const clang::Expr *Site = nullptr; ///< the access itself; null if it is in another translation unit
  };
  std::vector<AccessPath> Reads; ///< of which the result is made
  std::vector<Write> Writes;
  std::vector<AccessPath> Looks; ///< those reads that only ask whether something is there
  /// A call of a function that is not visible, for the summary of the one around it.
  struct Forward {
    const clang::FunctionDecl *Callee;
    AccessPath Object;                            ///< as a path of the caller; nothing if it cannot be named
    std::vector<const clang::ParmVarDecl *> Args; ///< the parameters that are passed on; null for others
    bool Result;                                  ///< what it reads is a part of the result
  };
  std::vector<Forward> Forwards;
};

/// A function puts an argument, as it is, into a shared place.
struct ArgumentStore {
  AccessPath Place;            ///< as a path of the caller
  const clang::Expr *Argument; ///< null where no call is looked at
  unsigned Param;
  const clang::Expr *Site; ///< in the callee; null if that is in another translation unit
  const Spot *Elsewhere;   ///< then it is here
  bool AfterSuspension;    ///< other tasks can run between the call and the store
};

/// What a callee sets.
struct CalleeWrite {
  AccessPath Place; ///< in the caller's terms
  Act What = Act::Assign;
  const clang::Expr *Site = nullptr;
};

/// A global that a function reads, and neither sets nor compares.
struct CalleeRead {
  AccessPath Place;
  const clang::Expr *Site = nullptr;
  bool AfterSuspension = false; ///< a suspension stands before it
};
/// Those of a function that is not large; what its own callees read aside.
[[nodiscard]] std::vector<CalleeRead> globalReads(const clang::FunctionDecl &F, const LibraryView &Library,
                                                  const Suspension &Awaits);

/// Locks that are held, or not held any more, when a call is over.
struct CalleeLockPaths {
  std::vector<AccessPath> Takes, Releases;
};

class Inliner {
public:
  Inliner(const PathResolver &Caller, const LibraryView &Library) : Caller(Caller), Library(Library) {}

  /// Nothing when the callee is neither simple nor a mere observer, or its body is not visible.
  [[nodiscard]] std::optional<InlinedCall> inlined(const clang::CallExpr *Call) const;

  /// The arguments that the callee stores whatever happens (unless it throws): not behind a branch, and not after a
  /// branch that may leave. That may be a coroutine.
  [[nodiscard]] std::vector<ArgumentStore> argumentStores(const clang::CallExpr *Call, const Suspension &Awaits) const;

  /// What a larger callee, no coroutine, sets without having looked at it; some of it perhaps not in every run.
  [[nodiscard]] std::vector<CalleeWrite> blindWrites(const clang::CallExpr *Call, const Suspension &Awaits) const;

  /// The exclusive locks that a call, or the await of it, takes for its caller or gives back.
  [[nodiscard]] CalleeLockPaths locks(const clang::CallExpr *Call, const Suspension &Awaits) const;

  // The same for a function without a call of it, for its summary: paths are the function's own. The resolver that was
  // given to the constructor has to be that of the function.
  [[nodiscard]] std::optional<InlinedCall> summarized(const clang::FunctionDecl &F) const;
  [[nodiscard]] std::vector<ArgumentStore> argumentStores(const clang::FunctionDecl &F, const Suspension &Awaits) const;
  [[nodiscard]] CalleeLockPaths locks(const clang::FunctionDecl &F, const Suspension &Awaits) const;
  /// A path of the callee as one of the caller; none if it is not known out there.
  [[nodiscard]] AccessPath inCaller(const AccessPath &P, const clang::CallExpr *Call, const clang::FunctionDecl &Callee,
                                    const PathResolver &Inside) const;

private:
  friend class StoreFinder;
  struct Frame;
  bool observe(const clang::FunctionDecl &Definition, const clang::CallExpr *Call, InlinedCall &Out) const;
  bool fromSummary(const clang::CallExpr *Call, InlinedCall &Out) const;
  [[nodiscard]] std::vector<ArgumentStore> storesFromSummary(const clang::CallExpr *Call) const;
  void body(const Frame &F, InlinedCall &Out, unsigned Depth) const;
  bool inlineInto(const clang::CallExpr *Call, const Frame *Outer, InlinedCall &Out, unsigned Depth) const;
  void reads(const clang::Stmt *S, const Frame &F, InlinedCall &Out, unsigned Depth) const;
  void elsewhere(const clang::CallExpr *Call, const Frame &F, InlinedCall &Out, bool Result) const;
  void effect(const clang::Expr *E, const Frame &F, InlinedCall &Out, unsigned Depth) const;
  [[nodiscard]] AccessPath rebase(const AccessPath &P, const Frame &F) const;
  [[nodiscard]] AccessPath argumentPath(const clang::ValueDecl *Param, const Frame &F) const;

  const PathResolver &Caller;
  const LibraryView &Library;
};

} // namespace corace::checks
