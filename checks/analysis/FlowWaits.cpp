// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits and shutdowns: wake-ups that come before the wait, owners that are reset after an await on what they own,
// gates, and flags that were tested before the lock was taken.
#include "checks/analysis/Evidence.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/Flow.h"
#include "checks/analysis/InlineFrame.h"
#include "checks/analysis/LockFlow.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

const CXXRecordDecl *pointedClass(QualType T) {
  if (T.isNull())
    return nullptr;
  T = T.getNonReferenceType();
  const CXXRecordDecl *R = (T->isPointerType() ? T->getPointeeType() : T)->getAsCXXRecordDecl();
  return R && R->hasDefinition() ? R->getDefinition() : nullptr;
}

bool isWake(StringRef Name) {
  return llvm::is_contained({"notify", "notify_one", "notify_all", "signal", "broadcast"}, Name);
}
bool isEntry(StringRef Name) { return Name == "hold" || Name == "enter" || Name == "try_hold" || Name == "try_enter"; }

bool hasMethod(const CXXRecordDecl *R, llvm::function_ref<bool(StringRef)> P) {
  return R && llvm::any_of(R->methods(), [&](const CXXMethodDecl *M) { return P(nameOf(M)); });
}

/// Wakes those who wait now, and remembers nothing.
bool isCondition(const CXXRecordDecl *R) {
  return hasMethod(R, isWake) && !hasMethod(R, [](StringRef Name) {
           return llvm::is_contained({"set", "reset", "is_set", "is_ready", "ready", "test", "clear"}, Name);
         });
}

/// Lets tasks in until it is closed, and then waits until they have left.
bool isGate(const CXXRecordDecl *R) {
  return hasMethod(R, isEntry) && hasMethod(R, [](StringRef Name) { return Name == "close"; });
}

bool isCallable(QualType T) {
  const CXXRecordDecl *R = pointedClass(T);
  return T->isFunctionPointerType() || (R && R->isLambda()) ||
         (R &&
          llvm::any_of(R->methods(), [](const CXXMethodDecl *M) { return M->getOverloadedOperator() == OO_Call; }));
}

AccessPath withoutLast(AccessPath P) {
  if (!P.Steps.empty())
    P.Steps.pop_back();
  return P;
}

bool isLoop(const Stmt *S) { return isa<WhileStmt, ForStmt, DoStmt>(S); }
bool isGood(const Entry &E) { return E.Since == 0 || E.Locks != 0; }

/// Who calls methods with such a name on this variable or member.
void callersOn(const RivalIndex &Rivals, const CXXRecordDecl *R, const ValueDecl *Object,
               llvm::function_ref<bool(StringRef)> Name, llvm::function_ref<void(const FunctionDecl *)> Fn) {
  for (const CXXMethodDecl *M : R->methods())
    if (Name(nameOf(M)))
      for (const RivalIndex::Call &C : Rivals.callsOf(M)) {
        const auto *Call = dyn_cast<CallExpr>(C.Site);
        const Expr *On = Call && C.Caller ? objectOfCall(Call) : nullptr;
        On = On ? strip(On) : nullptr;
        const auto *Member = dyn_cast_or_null<MemberExpr>(On);
        const auto *Ref = dyn_cast_or_null<DeclRefExpr>(On);
        const ValueDecl *D = Member ? Member->getMemberDecl() : Ref ? Ref->getDecl() : nullptr;
        if (D && Object && D->getCanonicalDecl() == Object->getCanonicalDecl())
          Fn(C.Caller);
      }
}

} // namespace

/// A test decides about the wait, and no suspension stands between the two.
bool Flow::testedRightBefore(const Expr *Wait, const State &S) const {
  const SourceManager &SM = Context.getSourceManager();
  const Stmt *Place = anchor(Wait);
  auto offset = [&](SourceLocation L) { return SM.getFileOffset(SM.getExpansionLoc(L)); };
  const unsigned At = offset(Wait->getBeginLoc());
  std::optional<unsigned> Latest; // suspension before the wait
  for (const auto &[Site, Number] : SuspensionOf)
    if (const unsigned Offset = offset(Site->getExprLoc()); Site != Wait && Offset < At)
      Latest = std::max(Latest.value_or(0), Offset);
  auto quiet = [&](unsigned From) { return !Latest || *Latest < From; };
  for (const Stmt *Branch : Control.decidersOf(Place)) {
    // The result of an earlier test, kept in a local, is as old as that.
    if (auto It = S.Conditions.find(Branch); It != S.Conditions.end() && llvm::none_of(It->second, isGood))
      continue;
    const Expr *Condition = nullptr;
    if (const auto *If = dyn_cast<IfStmt>(Branch))
      Condition = If->getCond();
    else if (const auto *While = dyn_cast<WhileStmt>(Branch))
      Condition = While->getCond();
    else if (const auto *For = dyn_cast<ForStmt>(Branch))
      Condition = For->getCond();
    else if (const auto *Both = dyn_cast<BinaryOperator>(Branch))
      Condition = Both->getLHS();
    if (!Condition || Condition->isEvaluatable(Context))
      continue;
    const bool After = offset(Branch->getEndLoc()) < At;
    if (quiet(offset(After && isLoop(Branch) ? Branch->getEndLoc() : Condition->getBeginLoc())))
      return true;
  }
  return false;
}

/// Waits for a wake-up that can come during an earlier suspension: who wakes sets a state, and nothing looks at it
/// between the suspension and the wait.
void Flow::missedWake(const CoroutineSuspendExpr *E, State &S) {
  const unsigned Last = S.LastSuspension;
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  if (!Collecting || !Await || Last == 0 || Last == SuspensionOf.lookup(E) || S.Held)
    return;
  const auto *Call = dyn_cast_or_null<CXXMemberCallExpr>(Classifier.operation(Await->getOperand()));
  const CXXRecordDecl *R = Call ? pointedClass(strip(Call->getImplicitObjectArgument())->getType()) : nullptr;
  if (!R || !llvm::is_contained({"wait", "when", "await"}, nameOf(Call->getMethodDecl())) || !isCondition(R) ||
      llvm::any_of(Call->arguments(), [](const Expr *Arg) { return isCallable(strip(Arg)->getType()); }))
    return;
  const AccessPath Path = Out.Paths.resolve(Call->getImplicitObjectArgument());
  const ValueDecl *Condition = stateOf(Path);
  llvm::SmallVector<const ValueDecl *, 4> States; // what is set before the wake-up
  callersOn(Out.Rivals, R, Condition, isWake, [&](const FunctionDecl *Waker) {
    if (Waker->getCanonicalDecl() != Function.getCanonicalDecl())
      for (const ValueDecl *Written : Out.Rivals.writtenBy(*Waker))
        if (Written != Condition && (isa<FieldDecl>(Written) || cast<VarDecl>(Written)->hasGlobalStorage()))
          States.push_back(Written);
  });
  if (States.empty() || testedRightBefore(E, S))
    return;
  const Stmt *Place = anchor(E);
  const Entry *Tested = nullptr;
  for (const auto &[Branch, Facts] : S.Conditions)
    for (const Entry &Test : Facts) {
      if (!llvm::is_contained(States, stateOf(Out.Facts[Test.Fact].Path)))
        continue;
      if (isGood(Test) && (Control.decides(Branch, Place) || (isLoop(Branch) && Control.precedes(Branch, Place))))
        return;
      if (!isGood(Test))
        Tested = &Test;
    }
  if (Tested)
    return report(Dependence::Missed, Act::Use, *Tested, E, Path);
  AccessPath State = withoutLast(Path);
  if (const auto *Field = dyn_cast<FieldDecl>(States.front()))
    State = State.plus({AccessPath::Step::Kind::Field, Field, 0, {}, nullptr}, Field->getType().getNonReferenceType());
  else
    State = Out.Paths.ofVariable(States.front(), nullptr);
  if (State)
    report(Dependence::Missed, Act::Use, {fact(Out.Suspensions[Last].Site, State, 0, false), Last, 0, false}, E, Path);
}

/// Awaits an operation of what a shared pointer or optional holds: it should be the same one afterwards.
void Flow::awaitOnOwner(const CoroutineSuspendExpr *E, const Expr *Operation, State &S) {
  const auto *Call = dyn_cast_or_null<CXXMemberCallExpr>(Operation ? strip(Operation) : nullptr);
  const Expr *Object = Call ? Call->getImplicitObjectArgument() : nullptr;
  if (!Object)
    return;
  AccessPath P = strip(Object)->getType()->isPointerType() ? Out.Paths.pointee(Object) : Out.Paths.resolve(Object);
  if (!P.isShared() || P.Steps.empty() || P.Steps.back().K != AccessPath::Step::Kind::Deref)
    return;
  P.Steps.pop_back();
  if (P.Steps.empty() && P.Base == AccessPath::BaseKind::This)
    return;
  S.Owners.add({fact(E, P, S.Held, false), SuspensionOf.lookup(E), S.Held, false});
}

/// Empties the owner after an await on what it held.
void Flow::ownerWindows(const Expr *Site, const AccessPath &P, Act What, State &S) {
  if (S.Owners.empty())
    return;
  const auto *Call = dyn_cast<CXXOperatorCallExpr>(Site);
  const auto *Op = dyn_cast<BinaryOperator>(Site);
  const Expr *Value = Call && Call->getNumArgs() == 2 ? Call->getArg(1) : Op ? Op->getRHS() : nullptr;
  if ((What == Act::Clear || (What == Act::Assign && Value && isEmptyValue(Value))) && !revalidated(Site, P, S))
    for (const Entry &E : S.Owners)
      if (E.Since != 0 && !E.Locks && samePlace(Out.Facts[E.Fact].Path, P) && !excluded(E, Site))
        report(Dependence::Owner, Act::Clear, E, Site, P);
}

/// `co_await gate.close()`: those who held the gate have left. If others do hold it, what follows runs alone.
void Flow::closeGate(const CoroutineSuspendExpr *E, const Expr *Operation, State &S) {
  const auto *Call = dyn_cast_or_null<CXXMemberCallExpr>(Operation ? strip(Operation) : nullptr);
  const CXXRecordDecl *R = Call ? pointedClass(strip(Call->getImplicitObjectArgument())->getType()) : nullptr;
  if (!R || nameOf(Call->getMethodDecl()) != "close" || !isGate(R))
    return;
  const AccessPath Gate = Out.Paths.resolve(Call->getImplicitObjectArgument());
  bool Entered = false;
  callersOn(Out.Rivals, R, stateOf(Gate), isEntry, [&](const FunctionDecl *Caller) {
    Entered = Entered || Caller->getCanonicalDecl() != Function.getCanonicalDecl();
  });
  if (Entered)
    hold(Out.LockTable.acquire(E, Gate), nullptr, S);
}

/// A test that the gate is open does not keep it open. What is torn down after it was closed may be gone.
void Flow::gateWindows(const Expr *Site, const AccessPath &P, State &S) {
  for (auto &[Branch, Tested] : S.Conditions)
    for (const Entry &E : Tested) {
      const AccessPath &Gate = Out.Facts[E.Fact].Path;
      const CXXRecordDecl *R = isGood(E) ? nullptr : pointedClass(Gate.Type);
      if (!R || !isGate(R) || !Control.decides(Branch, anchor(Site)) || revalidated(Site, Gate, S))
        continue;
      bool Entered = false, Ends = false;
      const ValueDecl *Used = stateOf(P);
      callersOn(Out.Rivals, R, stateOf(Gate), isEntry, [&](const FunctionDecl *Caller) {
        Entered = Entered || Caller->getCanonicalDecl() == Function.getCanonicalDecl();
      });
      callersOn(
          Out.Rivals, R, stateOf(Gate), [](StringRef Name) { return Name == "close"; },
          [&](const FunctionDecl *Closer) {
            Ends = Ends || (Closer->getCanonicalDecl() != Function.getCanonicalDecl() &&
                            llvm::is_contained(Out.Rivals.writtenBy(*Closer), Used));
          });
      if (!Entered && Ends)
        report(Dependence::Gate, Act::Use, E, Site, P, Branch);
    }
}

/// The same for what a method of our own uses.
void Flow::gateWindowsInside(const CallExpr *Call, State &S) {
  const bool Stale = llvm::any_of(S.Conditions, [&](const auto &Tested) {
    return llvm::any_of(
        Tested.second, [&](const Entry &E) { return !isGood(E) && isGate(pointedClass(Out.Facts[E.Fact].Path.Type)); });
  });
  const Expr *Object = Stale ? objectOfCall(Call) : nullptr;
  const FunctionDecl *Callee =
      Object && isa<CXXThisExpr>(strip(Object)) ? ownDefinition(Call->getDirectCallee()) : nullptr;
  if (!Callee || isCoroutine(*Callee))
    return;
  llvm::DenseSet<const FieldDecl *> Seen;
  llvm::SmallVector<const Stmt *, 32> Work{Callee->getBody()};
  for (unsigned Left = 400; Left && !Work.empty(); --Left) {
    const Stmt *Part = Work.pop_back_val();
    if (!Part)
      continue;
    llvm::append_range(Work, childrenOf(*Part));
    const auto *Member = dyn_cast<MemberExpr>(Part);
    const auto *Field = Member ? dyn_cast<FieldDecl>(Member->getMemberDecl()) : nullptr;
    if (Field && isa<CXXThisExpr>(strip(Member->getBase())) && Seen.insert(Field).second)
      gateWindows(
          Call,
          Out.Paths.pointee(strip(Object))
              .plus({AccessPath::Step::Kind::Field, Field, 0, {}, nullptr}, Field->getType().getNonReferenceType()),
          S);
  }
}

/// A flag was tested, then the lock was taken, and now something beside the flag is changed under the lock. Who sets
/// the flag changes that, too.
void Flow::flagWindows(const Expr *Site, const AccessPath &P, State &S) {
  if (!S.Held || P.Steps.empty() || !P.Steps.back().Field)
    return;
  const ValueDecl *Changed = stateOf(P);
  const AccessPath Around = withoutLast(P);
  const Stmt *Place = anchor(Site);
  const bool Locked = llvm::any_of(llvm::enumerate(Out.LockTable.acquisitions()), [&](const auto &A) {
    return !A.value().IsClaim && (S.Held & (LockSet(1) << std::min<std::size_t>(A.index(), 63))) &&
           samePlace(withoutLast(A.value().Lock), Around);
  });
  if (!Locked || !Place)
    return;
  for (auto &[Branch, Tested] : S.Conditions)
    for (const Entry &E : Tested) {
      const AccessPath &Flag = Out.Facts[E.Fact].Path;
      if (isGood(E) || !isa<IfStmt>(Branch) || Flag.Type.isNull() || !Flag.Type->isBooleanType() ||
          !samePlace(withoutLast(Flag), Around) || !Control.decides(Branch, Place) || revalidated(Site, Flag, S))
        continue;
      const bool Together = llvm::any_of(Out.Rivals.writesOf(stateOf(Flag)), [&](const RivalIndex::Write &W) {
        return W.Function && W.Function->getCanonicalDecl() != Function.getCanonicalDecl() &&
               !isa<CXXConstructorDecl>(W.Function) &&
               llvm::any_of(Out.Rivals.changesOf(Changed),
                            [&](const RivalIndex::Change &C) { return C.Function == W.Function; });
      });
      if (Together)
        report(Dependence::Flag, Act::Use, E, Site, P, Branch);
    }
}

/// What goes into a container was chosen by looking at what is in it.
void Flow::insertWindows(const Expr *Site, const AccessPath &P, const FactSet &V, State &S) {
  for (const Entry &E : V)
    if (!isGood(E) && Out.Facts[E.Fact].Look && overlap(Out.Facts[E.Fact].Path, P) && !excluded(E, Site) &&
        !revalidated(Site, P, S) && !compared(Site, S))
      report(Dependence::Decided, Act::Insert, E, Site, P);
}

} // namespace corace::checks
