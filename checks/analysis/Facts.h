// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the engine found out about one coroutine; what checks see.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Locks.h"
#include "checks/analysis/References.h"
#include "checks/analysis/State.h"
#include "checks/analysis/Suspension.h"

#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace corace::checks {

class RivalIndex;
struct Evidence;
struct Spot;

/// One read (or, for a window that begins with one, one write) of shared state.
struct Fact {
  AccessPath Path;
  const clang::Expr *Site = nullptr;
  LockSet HeldAtAccess = 0;            ///< on any path
  bool WholeCopy = false;              ///< the object was copied, parts included
  const clang::Stmt *Anchor = nullptr; ///< the statement that places the access in the control-flow graph
  bool Look = false;                   ///< whether something is there, or how much
  bool Vouches = false;                ///< no access but the call of a predicate that looks at everything again
  std::optional<Root> Held = {};       ///< for what a reference was obtained from: the path is that of the owner
};

struct SuspensionPoint {
  const clang::Expr *Site = nullptr;
  SuspensionClass Class;
  bool Waits = false; ///< for a condition: an event, a condition variable
};

/// What the second access does.
enum class Act {
  Assign,  ///< sets the place, whatever it was
  Modify,  ///< reads and sets it in one go: +=, ++
  Insert,  ///< into a container
  Erase,   ///< from a container
  Replace, ///< sets the whole object by a call: store, assign, resize
  Clear,   ///< empties the whole object
  Use,     ///< goes through it or reads it
};

/// How the second access depends on the first.
enum class Dependence {
  Value,     ///< the value comes from there
  Decided,   ///< a condition over it chose the value
  Condition, ///< it only runs if a test of it had a certain result
  Waited,    ///< a test of it decided to wait once, and nobody tested again
  Snapshot,  ///< the first took a copy, the second throws the original away
  Index,     ///< the value is used as a position
  Identity,  ///< the second should read what the first wrote
  Missed,    ///< waits for a wake-up that may have come before
  Owner,     ///< the first awaited something of what the second throws away
  Gate,      ///< a gate was found open, and the second uses what is torn down once it is closed
  Flag,      ///< a flag was tested before the lock was taken under which the second happens
  Reference, ///< the second goes through a reference, pointer, iterator or view that the first obtained
};

struct Window {
  Dependence How = Dependence::Value;
  Act What = Act::Assign;
  unsigned First = 0;      ///< index of the fact
  unsigned Suspension = 0; ///< index of the suspension point
  const clang::Expr *Second = nullptr;
  AccessPath Place;                          ///< what the second access touches
  const clang::Stmt *Branch = nullptr;       ///< the branching statement, for conditions
  const clang::Expr *Inside = nullptr;       ///< the access itself, where the second expression is a call that makes it
  const Spot *Elsewhere = nullptr;           ///< the same in another translation unit
  const clang::ValueDecl *Through = nullptr; ///< the variable that is the reference; null where it has no name
};

/// A window over which a lock is held.
struct GuardedWindow {
  const clang::FunctionDecl *Function = nullptr;
  const clang::Expr *First = nullptr;
  const clang::Expr *Suspension = nullptr;
  const clang::Expr *Second = nullptr;
  AccessPath Place; ///< what the second access touches
  AccessPath Lock;
  const clang::Expr *Taken = nullptr; ///< where the lock is taken
  Act What = Act::Assign;
};

class CoroutineFacts {
public:
  CoroutineFacts(const clang::FunctionDecl &Function, const LibraryView &Library, const RivalIndex &Rivals);
  CoroutineFacts(const CoroutineFacts &) = delete;

  const clang::FunctionDecl &Function;
  const LibraryView &Library;
  const RivalIndex &Rivals;
  PathResolver Paths;
  Locks LockTable;
  std::vector<Fact> Facts;
  std::vector<SuspensionPoint> Suspensions;
  std::vector<Window> Windows; ///< in the order of the source
  std::vector<GuardedWindow> Guarded;
  /// Expressions and their parents inside the function; the machinery of co_await is left out.
  llvm::DenseMap<const clang::Stmt *, const clang::Stmt *> Parents;
  /// See evidenceFor(): by the state, the variable that its path begins with, the function that makes the second
  /// access, and the path's kind.
  using EvidenceKey = std::tuple<const clang::ValueDecl *, const clang::ValueDecl *, const clang::FunctionDecl *,
                                 AccessPath::BaseKind, bool>;
  mutable std::map<EvidenceKey, std::shared_ptr<const Evidence>> Known;
};

} // namespace corace::checks
