// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Awaits, and the locks that are taken and given back.
#include "checks/analysis/Flow.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corace::checks {

void Flow::suspend(const Expr *Site, SuspensionClass Class, bool Waits, State &S) {
  unsigned Number = SuspensionOf.lookup(Site);
  Out.Suspensions[Number].Class = std::move(Class);
  Out.Suspensions[Number].Waits = Waits;
  S.LastSuspension = Number;
  S.forEachSet([&](FactSet &Set) {
    for (Entry &E : Set)
      if (E.Since == 0 && !excluded(E, Site))
        E.Since = Number;
  });
}

void Flow::suspendAt(const CoroutineSuspendExpr *E, State &S) {
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  SuspensionClass Class = Classifier.classify(*E);
  if (!Class.suspends())
    return;
  // Waiting for a condition: a method of a primitive that is neither task nor lock, such as an event.
  const auto *Call = Await ? dyn_cast_or_null<CallExpr>(Classifier.operation(Await->getOperand())) : nullptr;
  const Expr *Object = Call ? objectOfCall(Call) : nullptr;
  QualType On = Object ? strip(Object)->getType() : QualType();
  if (Object && On->isPointerType())
    On = On->getPointeeType();
  bool Waits = Object && Library.op(Call) && Library.hasRole(On, "plain");
  suspend(E, std::move(Class), Waits, S);
}

/// Handed over only as a pointer or a view, such as `buffer.data()` or `asio::buffer(buffer)`: what comes back, often
/// an error of the transport, says nothing of what was there.
bool Flow::isViewed(const Fact &F, const CoroutineSuspendExpr *By) const {
  if (F.Path.Type.isNull() || isPointerLike(F.Path.Type))
    return false;
  const Stmt *Inner = F.Site;
  for (unsigned I = 0; Inner && Inner != By && I < 16; ++I) {
    if (const auto *E = dyn_cast<Expr>(Inner);
        E && (E->getType()->isPointerType() || Library.hasRole(E->getType(), "view")))
      return true;
    auto It = Out.Parents.find(Inner);
    Inner = It == Out.Parents.end() ? nullptr : It->second;
    if (Inner && !isa<Expr>(Inner))
      return false; // another statement
  }
  return false;
}

void Flow::await(const CoroutineSuspendExpr *E, State &S) {
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  const Expr *Operation = Await ? Classifier.operation(Await->getOperand()) : nullptr;
  suspendAt(E, S);
  if (Out.Suspensions[SuspensionOf.lookup(E)].Waits)
    S.LastSuspension = 0; // woken: what led to the wait is settled
  awaitOnOwner(E, Operation, S);
  const FunctionSummary *Elsewhere = Library.others() ? Library.others()->callee(Operation) : nullptr;
  if (Suspension::coroutineOf(Operation) || (Elsewhere && Elsewhere->Coroutine))
    storeArguments(cast<CallExpr>(strip(Operation)), /*AfterSuspension=*/true, S);
  if (Collecting && Suspension::coroutineOf(Operation))
    bleedInside(cast<CallExpr>(strip(Operation)), SuspensionOf.lookup(E), S);
  const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(E)->getOperand();
  FactSet Result = value(Operand, S); // after the suspension: what the arguments read is stale by now
  Result.eraseIf([&](const Entry &Given) { return isViewed(Out.Facts[Given.Fact], E); });
  setValue(E, std::move(Result), S);
  if (Await) {
    acquireAwaited(E, Operation, S);
    closeGate(E, Operation, S);
  }
}

void Flow::acquireAwaited(const CoroutineSuspendExpr *E, const Expr *Operation, State &S) {
  const OpModel *Op = Library.op(Operation);
  if (!Op)
    Op = Library.awaitOn(strip(Operation)->getType());
  if (!Op)
    return calleeLocks(E, dyn_cast_or_null<CallExpr>(strip(Operation)), S);
  if (Op->Release && Op->ReleasesWhenAwaited)
    release(Out.LockTable.of(Out.LockTable.lockOf(Operation, *Op), S.Held), E->getExprLoc(), S);
  const auto *Call = dyn_cast<CallExpr>(strip(Operation));
  if (Op->Drops && Call && *Op->Drops + firstArgument(Call) < Call->getNumArgs())
    // The lock is given up while waiting and taken again: it is held, and what was read before is not protected by it.
    if (const ValueDecl *Guard = ownerOf(Call->getArg(*Op->Drops + firstArgument(Call))))
      if (LockSet Dropped = S.Guards[Guard])
        S.forEachSet([&](FactSet &Set) {
          for (Entry &Protected : Set)
            Protected.Locks &= ~Dropped;
        });
  if (!Op->Acquire || Op->AcquiresWhenCalled)
    return;
  S.Temps.erase(E);
  std::string WhyNot;
  if (!Out.LockTable.excludes(Operation, *Op, WhyNot)) {
    if (Collecting && !WhyNot.empty())
      Out.LockTable.useless(E->getSourceRange(), WhyNot);
    return;
  }
  acquired(E, Out.LockTable.lockOf(Operation, *Op), S);
}

/// What a function of the user's own takes for its caller, or gives back.
void Flow::calleeLocks(const Expr *Site, const CallExpr *Call, State &S) {
  if (!Call || !Call->getDirectCallee())
    return;
  auto [It, New] = LocksOf.try_emplace(Call);
  if (New)
    It->second = Simple.locks(Call, Classifier);
  for (const AccessPath &Lock : It->second.Releases)
    release(Out.LockTable.of(Lock, S.Held), Site->getExprLoc(), S);
  if (!It->second.Takes.empty() && isa<CoroutineSuspendExpr>(Site))
    acquired(Site, It->second.Takes.front(), S);
}

void Flow::acquired(const Expr *E, const AccessPath &Lock, State &S) {
  if (Out.LockTable.isPrivate(Lock)) {
    if (Collecting)
      Out.LockTable.useless(E->getSourceRange(),
                            "'" + Lock.spelling() + "' is a local variable: every run of the coroutine has its own");
    return;
  }
  LockSet Acquired = Out.LockTable.acquire(E, Lock);
  // A result with a destructor is the guard; without one the lock is held until it is released by a call.
  const CXXRecordDecl *Result = E->getType()->getAsCXXRecordDecl();
  if (!Result || Result->hasTrivialDestructor())
    return hold(Acquired, nullptr, S);
  if (isDiscarded(E)) {
    if (Collecting)
      Out.LockTable.useless(E->getSourceRange(),
                            "the guard is a temporary: the lock is released at the end of this statement");
    return;
  }
  PendingGuard[E] = Acquired;
  hold(Acquired, nullptr, S); // bound to its variable when that is initialised
}

void Flow::acquireCalled(const CallExpr *Call, const OpModel &Op, State &S) {
  std::string WhyNot;
  if (!Out.LockTable.excludes(Call, Op, WhyNot))
    return;
  LockSet Acquired = Out.LockTable.acquire(Call, Out.LockTable.lockOf(Call, Op));
  const CXXRecordDecl *Result = Call->getType()->getAsCXXRecordDecl();
  if (Result && !Result->hasTrivialDestructor())
    PendingGuard[Call] = Acquired;
  // `if (m.try_lock())`: on the branch where it failed nothing is held, and nothing that needs it is done either.
  hold(Acquired, nullptr, S);
}

void Flow::hold(LockSet Which, const ValueDecl *Owner, State &S) {
  S.Held |= Which;
  if (Owner)
    S.Guards[Owner] |= Which;
  // What was read since the last suspension is as good as read under the lock: nobody came between.
  S.forEachSet([&](FactSet &Set) {
    for (Entry &E : Set)
      if (E.Since == 0)
        E.Locks |= Which;
  });
}

void Flow::release(LockSet Which, SourceLocation Where, State &S) {
  // One bit stands for all acquisitions from the 64th on: the end of one says nothing of the others.
  if (Out.LockTable.acquisitions().size() > 64)
    Which &= ~(LockSet(1) << 63);
  S.Held &= ~Which;
  for (auto &[Guard, Locks] : S.Guards)
    Locks &= ~Which;
  S.forEachSet([&](FactSet &Set) {
    for (Entry &E : Set)
      E.Locks &= ~Which;
  });
  Out.LockTable.released(Which, Where);
}

bool Flow::releaseCall(const CallExpr *Call, State &S) {
  const OpModel *Op = Library.op(Call);
  const Expr *Object = objectOfCall(Call);
  const FunctionDecl *F = Call->getDirectCallee();
  // guard.unlock(), guard.release(), units.return_all()
  if (Object && F) {
    const ValueDecl *Guard = ownerOf(Object);
    const TypeModel *Type = Library.type(strip(Object)->getType());
    bool Ends = (Op && Op->Release) || (Type && llvm::is_contained(Type->Releases, F->getNameAsString()));
    if (auto It = Guard ? S.Guards.find(Guard) : S.Guards.end(); Ends && It != S.Guards.end()) {
      release(It->second, Call->getExprLoc(), S);
      return true;
    }
  }
  if (!Op || !Op->Release || Op->ReleasesWhenAwaited)
    return false;
  release(Out.LockTable.of(Out.LockTable.lockOf(Call, *Op), S.Held), Call->getExprLoc(), S);
  return true;
}

const ValueDecl *Flow::ownerOf(const Expr *E) const {
  E = strip(E);
  while (const auto *Call = dyn_cast_or_null<CallExpr>(E)) {
    if (!isPassThrough(Call))
      break;
    E = strip(Call->getArg(0));
  }
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
  if (!Ref)
    return nullptr;
  // A part of `auto [ec, guard] = ...` stands for the whole.
  if (const auto *B = dyn_cast<BindingDecl>(Ref->getDecl()))
    return B->getDecomposedDecl();
  return Ref->getDecl();
}

void Flow::moveGuard(const ValueDecl *From, const ValueDecl *To, SourceLocation Where, State &S) {
  auto It = S.Guards.find(From);
  if (It == S.Guards.end() || !It->second)
    return;
  LockSet Moved = It->second;
  It->second = 0;
  if (To)
    S.Guards[To] |= Moved;
  else
    release(Moved, Where, S); // who has it now may end it at any time
}

/// Looks through an initialiser for a guard that goes into `To` (null: away).
void Flow::guardMovedIn(const Expr *Init, const ValueDecl *To, State &S) {
  const Expr *E = strip(Init);
  if (!E)
    return;
  if (auto It = PendingGuard.find(E); It != PendingGuard.end()) {
    if (To)
      S.Guards[To] |= It->second;
    return;
  }
  if (isStdMove(E)) {
    if (const ValueDecl *From = ownerOf(E); From && From != To)
      moveGuard(From, To, E->getExprLoc(), S);
    return;
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  if (Call && isPassThrough(Call))
    return guardMovedIn(Call->getArg(0), To, S);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E)) {
    for (const Expr *Arg : Construct->arguments())
      guardMovedIn(Arg, To, S);
    // std::unique_lock l(m, std::adopt_lock) over a lock that is held already.
    if (To && Construct->getNumArgs() >= 1 && Library.isAsyncGuard(Construct->getType()))
      if (AccessPath Lock = Out.Paths.resolve(Construct->getArg(0)))
        S.Guards[To] |= Out.LockTable.of(Lock, S.Held);
    return;
  }
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(E)) // (co_await m.lock()).value()
    guardMovedIn(Member->getImplicitObjectArgument(), To, S);
  else if (const auto *List = dyn_cast<InitListExpr>(E))
    for (const Expr *Part : List->inits())
      guardMovedIn(Part, To, S);
}

bool Flow::isDiscarded(const Expr *E) const {
  const Stmt *Child = E;
  for (;;) {
    auto It = Out.Parents.find(Child);
    if (It == Out.Parents.end() || !It->second)
      return true;
    const Stmt *Parent = It->second;
    if (isa<FullExpr, CXXBindTemporaryExpr, MaterializeTemporaryExpr, ParenExpr>(Parent)) {
      Child = Parent;
      continue;
    }
    if (const auto *Cast = dyn_cast<CastExpr>(Parent)) {
      if (Cast->getCastKind() == CK_ToVoid)
        return true;
      Child = Parent;
      continue;
    }
    if (const auto *Comma = dyn_cast<BinaryOperator>(Parent); Comma && Comma->getOpcode() == BO_Comma)
      return Comma->getLHS() == Child;
    if (isa<Expr, DeclStmt, ReturnStmt, CoreturnStmt>(Parent))
      return false;
    if (const auto *If = dyn_cast<IfStmt>(Parent))
      return If->getCond() != Child;
    if (const auto *While = dyn_cast<WhileStmt>(Parent))
      return While->getCond() != Child;
    if (const auto *Do = dyn_cast<DoStmt>(Parent))
      return Do->getCond() != Child;
    if (const auto *For = dyn_cast<ForStmt>(Parent))
      return For->getCond() != Child;
    if (const auto *Switch = dyn_cast<SwitchStmt>(Parent))
      return Switch->getCond() != Child;
    return true;
  }
}

void Flow::warnOfGuardNeverTaken(const VarDecl *Var) {
  if (!Collecting || !Var->getInit() || Var->isReferenced())
    return;
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(Var->getInit()));
  const OpModel *Op = Call ? Library.op(Call) : nullptr;
  if (Op && Op->Acquire && !Op->AcquiresWhenCalled)
    Out.LockTable.useless(Call->getSourceRange(), "the lock is never taken: 'co_await' is missing here");
}

} // namespace corace::checks
