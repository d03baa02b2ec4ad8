// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The data-flow analysis of one coroutine: runs the transfer functions over the control-flow graph to a fix point, and
// then once more to collect windows from the final states. Flow.cpp has the walk, FlowStatements.cpp the transfer of
// statements, FlowCalls.cpp that of calls, FlowLocks.cpp awaits and locks, FlowReferences.cpp references,
// FlowReservations.cpp what is counted up and down again, Windows.cpp the windows.
#pragma once

#include "checks/analysis/ControlDependence.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Inline.h"
#include "checks/analysis/References.h"
#include "checks/analysis/ScopeExit.h"
#include "checks/analysis/Unit.h"

#include <map>

namespace corace::checks {

class Flow {
public:
  Flow(CoroutineFacts &Out, const Suspension &Suspensions);

  /// False when the function is too large or its graph cannot be built; then nothing is known of it.
  bool run(const Graphs &ControlFlow);

private:
  // The walk.
  void prepare(const clang::Stmt *Body);
  void link(const clang::Stmt *S, const clang::Stmt *Parent);
  void markResume(const clang::Stmt *S, const clang::CoroutineSuspendExpr *Suspend);
  void markMachinery(const clang::Stmt *S, const clang::Stmt *Operand);
  State transferBlock(const clang::CFGBlock &Block, State S);
  void settle(const clang::CFGBlock &Block, State &S) const;
  void finishBlock(const clang::CFGBlock &Block, State &S);
  void element(const clang::CFGElement &E, State &S);
  void beginOfLife(const clang::VarDecl *Var, State &S);
  void endOfLife(const clang::VarDecl *Var, State &S);
  [[nodiscard]] const ScopeExit &scopeExit(const clang::VarDecl *Var);

  // Statements.
  void statement(const clang::Stmt *Stmt, State &S);
  void expression(const clang::Expr *E, State &S);
  void declaration(const clang::DeclStmt *D, State &S);
  void variable(const clang::VarDecl *Var, State &S);
  void construct(const clang::CXXConstructExpr *E, State &S);
  void conditional(const clang::AbstractConditionalOperator *E, State &S);
  [[nodiscard]] FactSet childValues(const clang::Stmt *E, const State &S) const;
  [[nodiscard]] FactSet value(const clang::Expr *E, const State &S) const;
  void setValue(const clang::Expr *E, FactSet V, State &S);

  // Accesses.
  void read(const clang::Expr *Site, const AccessPath &P, State &S, FactSet &Out, bool WholeCopy = false);
  void write(const clang::Expr *Site, const AccessPath &P, const FactSet &V, Act What, State &S,
             const clang::Expr *Inside = nullptr);
  void readAlternatives(const clang::Expr *Place, State &S, FactSet &Result);
  void writeAlternatives(const clang::Expr *Site, const clang::Expr *Place, const FactSet &V, Act What, State &S);
  void use(const clang::Expr *Site, const AccessPath &Pointer, State &S);
  void index(const clang::Expr *Site, const AccessPath &Container, const clang::Expr *Index, State &S);
  void changeLocal(const clang::ValueDecl *Var, State &S);
  void actedOn(const AccessPath &P, State &S);
  void claim(const clang::Expr *Site, const AccessPath &P, State &S);
  void endClaims(const clang::Expr *Site, const AccessPath &P, State &S);
  /// The value of an argument, which is read now if it is passed by reference to const.
  [[nodiscard]] FactSet argument(const clang::Expr *Arg, State &S);
  unsigned fact(const clang::Expr *Site, const AccessPath &P, LockSet Held, bool WholeCopy);
  bool simpleCall(const clang::CallExpr *Call, State &S);
  void blindWrites(const clang::CallExpr *Call, State &S);
  void storeArguments(const clang::CallExpr *Call, bool AfterSuspension, State &S);
  void bleedInside(const clang::CallExpr *Call, unsigned Await, State &S);

  // Calls.
  void call(const clang::CallExpr *Call, State &S);
  void callee(const clang::CallExpr *Call, State &S);
  void operatorCall(const clang::CXXOperatorCallExpr *Call, const AccessPath &Object, State &S);
  void methodCall(const clang::CallExpr *Call, const clang::Expr *Object, const AccessPath &Path, State &S);
  void plainCall(const clang::CallExpr *Call, State &S);
  void readModifyWrite(const clang::CallExpr *Call, State &S);
  [[nodiscard]] FactSet arguments(const clang::CallExpr *Call, State &S);

  // Awaits and locks.
  void await(const clang::CoroutineSuspendExpr *E, State &S);
  void suspend(const clang::Expr *Site, SuspensionClass Class, bool Waits, State &S);
  void suspendAt(const clang::CoroutineSuspendExpr *E, State &S);
  [[nodiscard]] bool isViewed(const Fact &F, const clang::CoroutineSuspendExpr *By) const;
  void acquireAwaited(const clang::CoroutineSuspendExpr *E, const clang::Expr *Operation, State &S);
  void calleeLocks(const clang::Expr *Site, const clang::CallExpr *Call, State &S);
  void acquired(const clang::Expr *E, const AccessPath &Lock, State &S);
  void acquireCalled(const clang::CallExpr *Call, const OpModel &Op, State &S);
  void hold(LockSet Which, const clang::ValueDecl *Owner, State &S);
  void release(LockSet Which, clang::SourceLocation Where, State &S);
  bool releaseCall(const clang::CallExpr *Call, State &S);
  void moveGuard(const clang::ValueDecl *From, const clang::ValueDecl *To, clang::SourceLocation Where, State &S);
  void guardMovedIn(const clang::Expr *Init, const clang::ValueDecl *To, State &S);
  [[nodiscard]] const clang::ValueDecl *ownerOf(const clang::Expr *E) const;
  [[nodiscard]] bool isDiscarded(const clang::Expr *E) const;
  void warnOfGuardNeverTaken(const clang::VarDecl *Var);

  // References.
  void referencesAtStart(State &S);
  void bindReference(const clang::ValueDecl *Var, const clang::Expr *Value, State &S);
  void mention(const clang::DeclRefExpr *Ref, State &S);
  void useReference(const clang::Expr *Site, const clang::ValueDecl *Var, State &S);
  void interrupted(const clang::CallExpr *Call, State &S);
  [[nodiscard]] FactSet referencesOf(const Roots &R, const clang::Expr *Site, Carrier Kind, LockSet Held,
                                     const State *S);
  [[nodiscard]] bool goesThrough(const clang::DeclRefExpr *Ref, const clang::ValueDecl *Var) const;
  void markInterrupted(const clang::Stmt *Suspend);
  void markWalk(const clang::Stmt *S);

  // Waits and shutdowns.
  [[nodiscard]] bool testedRightBefore(const clang::Expr *Wait, const State &S) const;
  void missedWake(const clang::CoroutineSuspendExpr *E, State &S);
  void awaitOnOwner(const clang::CoroutineSuspendExpr *E, const clang::Expr *Operation, State &S);
  void closeGate(const clang::CoroutineSuspendExpr *E, const clang::Expr *Operation, State &S);
  void ownerWindows(const clang::Expr *Site, const AccessPath &P, Act What, State &S);
  void gateWindows(const clang::Expr *Site, const AccessPath &P, State &S);
  void gateWindowsInside(const clang::CallExpr *Call, State &S);
  void flagWindows(const clang::Expr *Site, const AccessPath &P, State &S);
  void insertWindows(const clang::Expr *Site, const AccessPath &P, const FactSet &V, State &S);

  // What is counted up and down again.
  struct Change {
    bool Up;
    std::int64_t Amount;        ///< a hash of what is written out
    const clang::Expr *Written; ///< null for a constant
  };
  [[nodiscard]] std::optional<Change> changeOf(const clang::Expr *Operation, bool Inside) const;
  [[nodiscard]] std::optional<unsigned> givenBack(const clang::Expr *Operation, bool Inside, const AccessPath &P,
                                                  const State &S) const;
  bool reserve(const clang::Expr *Site, const clang::Expr *Inside, const AccessPath &P, Act What, State &S);
  void forgetReserved(const clang::ValueDecl *Var, State &S);

  // Windows.
  void valueWindows(const clang::Expr *Site, const AccessPath &P, const FactSet &V, Act What, State &S);
  void conditionWindows(const clang::Expr *Site, const AccessPath &P, Act What, State &S, bool Updates = false);
  void snapshotWindows(const clang::Expr *Site, const AccessPath &P, State &S);
  void bleedWindows(const clang::Expr *Site, const AccessPath &P, State &S);
  void report(Dependence How, Act What, const Entry &E, const clang::Expr *Site, const AccessPath &P,
              const clang::Stmt *Branch = nullptr);
  void guarded(const Entry &E, const clang::Expr *Site, const AccessPath &P, Act What);
  void guardedConditions(const clang::Expr *Site, const AccessPath &P, Act What, const State &S);
  [[nodiscard]] bool revalidated(const clang::Expr *Site, const AccessPath &P, const State &S) const;
  [[nodiscard]] bool compared(const clang::Expr *Site, const State &S) const;
  [[nodiscard]] bool excluded(const Entry &E, const clang::Stmt *Where) const;
  [[nodiscard]] const clang::Stmt *anchor(const clang::Stmt *S) const;
  [[nodiscard]] bool isTheTest(const clang::Expr *Site, const Fact &F) const;
  [[nodiscard]] bool isOwnLoopFlag(const clang::Stmt *Branch, const clang::Expr *Site, const Fact &F) const;

  CoroutineFacts &Out;
  const clang::FunctionDecl &Function;
  clang::ASTContext &Context;
  const LibraryView &Library;
  const Suspension &Classifier;
  ControlDependence Control;
  const clang::CFG *Graph = nullptr;
  llvm::DenseSet<const clang::Stmt *> Machinery;
  /// What runs when a co_await resumes, and may throw: the suspension is over by then.
  llvm::DenseMap<const clang::Stmt *, const clang::CoroutineSuspendExpr *> ResumeOf;
  /// By place in the source and path: a call of a getter may read several.
  std::map<std::pair<const clang::Expr *, std::string>, unsigned> FactOf;
  std::map<const clang::CallExpr *, std::optional<InlinedCall>> Inlined;
  llvm::DenseMap<const clang::CallExpr *, std::vector<ArgumentStore>> Stores;
  llvm::DenseMap<const clang::CallExpr *, CalleeLockPaths> LocksOf;
  std::map<const clang::VarDecl *, ScopeExit> Exits;
  Inliner Simple;
  llvm::DenseMap<const clang::Expr *, unsigned> SuspensionOf;
  llvm::DenseMap<const clang::Expr *, LockSet> PendingGuard; ///< acquired, and not yet bound to a variable
  ReferenceFinder Finder;
  llvm::DenseMap<const clang::Expr *, Roots> RootsOf;
  /// Calls with a suspension among their arguments: the first one.
  llvm::DenseMap<const clang::CallExpr *, const clang::Expr *> Interrupted;
  /// The hidden variables of a range-for and the one that it declares.
  llvm::DenseMap<const clang::ValueDecl *, const clang::CXXForRangeStmt *> LoopOf;
  llvm::DenseSet<const clang::ValueDecl *> Walkers; ///< pointers that go from node to node: `p = p->next`
  llvm::DenseMap<unsigned, Change> Changes;         ///< by fact
  bool Collecting = false;
};

} // namespace corace::checks
