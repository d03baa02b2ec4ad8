// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What makes an access the second one of a window. A window counts when its first access is stale, no exclusive lock
// has been held ever since, and nothing looked at the place again in between.
#include "checks/analysis/Flow.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr std::size_t MaxWindows = 32; // that end in one access

bool isLoop(const Stmt *S) { return isa<WhileStmt, ForStmt, DoStmt>(S); }

/// What was read is still so: nobody ran since, or nobody who takes the lock.
bool isGood(const Entry &E) { return E.Since == 0 || E.Locks != 0; }

/// The second access covers what the first one read, not just a part of it or something beyond it.
bool covers(const AccessPath &Written, const Fact &Read) {
  return Written.Steps.size() <= Read.Path.Steps.size() || Read.WholeCopy;
}

/// The operand of the co_await takes the variable as an argument.
bool isHandedOver(const ValueDecl *Var, const Expr *Await) {
  const auto *Suspend = dyn_cast<CoawaitExpr>(Await);
  const auto *Call = Suspend ? dyn_cast_or_null<CallExpr>(strip(Suspend->getOperand())) : nullptr;
  return Call && llvm::any_of(Call->arguments(), [&](const Expr *Arg) {
           const Expr *E = strip(Arg);
           while (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(E)) {
             if (Construct->getNumArgs() != 1)
               break;
             E = strip(Construct->getArg(0));
           }
           if (const auto *Move = dyn_cast_or_null<CallExpr>(E); Move && isPassThrough(Move))
             E = strip(Move->getArg(0));
           const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
           return Ref && Ref->getDecl() == Var;
         });
}

/// The branches inside of which an expression stands. They decide whether it runs even where nothing else ends the
/// loop around them, so that it runs sooner or later in any case: `for (;;) { if (v == version) { ...; co_return; } }`.
void branchesAround(const llvm::DenseMap<const Stmt *, const Stmt *> &Parents, const Stmt *Site,
                    llvm::SmallVectorImpl<const Stmt *> &Out) {
  unsigned Steps = 0; // the branches far out are rarely about the place, and chains of `else if` are long
  for (const Stmt *Parent = Parents.lookup(Site); Parent && ++Steps < 64;
       Site = Parent, Parent = Parents.lookup(Parent))
    if (const auto *If = dyn_cast<IfStmt>(Parent); If && (If->getThen() == Site || If->getElse() == Site))
      Out.push_back(If);
}

/// A class whose copies keep alive what they point to, like std::shared_ptr: an iterator or a view converts to no bool.
bool isSharedOwner(QualType T) {
  const CXXRecordDecl *R = T->isReferenceType() ? nullptr : T->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition() || R->hasTrivialDestructor() || !isPointerLike(T) || isSoleOwner(T))
    return false;
  return llvm::any_of(R->getDefinition()->getVisibleConversionFunctions(), [](const NamedDecl *D) {
    const auto *Conversion = dyn_cast<CXXConversionDecl>(D->getUnderlyingDecl());
    return Conversion && Conversion->getConversionType()->isBooleanType();
  });
}

/// The owner in this frame that an access goes through: `p->last = 1`.
const DeclRefExpr *keeperOf(const Expr *Site) {
  const Expr *E = Site;
  if (const auto *Op = dyn_cast<BinaryOperator>(Site))
    E = Op->getLHS();
  for (E = strip(E); E;) {
    if (const auto *Member = dyn_cast<MemberExpr>(E))
      E = strip(Member->getBase());
    else if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
      E = strip(Sub->getBase());
    else if (const auto *Op = dyn_cast<UnaryOperator>(E))
      E = strip(Op->getSubExpr());
    else if (const auto *Call = dyn_cast<CallExpr>(E))
      E = strip(objectOfCall(Call));
    else
      break;
  }
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
  const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return Var && Var->isLocalVarDecl() && !Var->hasGlobalStorage() && isSharedOwner(Var->getType()) && E != strip(Site)
             ? Ref
             : nullptr;
}

bool setsConstant(const Expr *Site, const ASTContext &Context) {
  const auto *Op = dyn_cast<BinaryOperator>(Site);
  return Op && Op->getOpcode() == BO_Assign && !Op->getRHS()->isValueDependent() &&
         Op->getRHS()->isEvaluatable(Context);
}

} // namespace

const Stmt *Flow::anchor(const Stmt *S) const {
  for (unsigned I = 0; S && I < 32; ++I) {
    if (Control.knows(S))
      return S;
    auto It = Out.Parents.find(S);
    S = It == Out.Parents.end() ? nullptr : It->second;
  }
  return nullptr;
}

bool Flow::excluded(const Entry &E, const Stmt *Where) const {
  const Stmt *Place = anchor(Where);
  return Place && Out.Facts[E.Fact].Anchor && Control.exclude(Out.Facts[E.Fact].Anchor, Place);
}

/// A fresh test of the place, or one under a lock that is still held, decides as well whether the second access
/// happens.
bool Flow::revalidated(const Expr *Site, const AccessPath &P, const State &S) const {
  auto isFresh = [&](const FactSet &Tested) {
    return llvm::any_of(Tested, [&](const Entry &E) {
      return isGood(E) && (Out.Facts[E.Fact].Vouches || overlap(Out.Facts[E.Fact].Path, P));
    });
  };
  const Stmt *Place = anchor(Site);
  llvm::SmallVector<const Stmt *, 8> Deciders(Control.decidersOf(Place));
  branchesAround(Out.Parents, Site, Deciders);
  for (const Stmt *Branch : Deciders)
    if (auto It = S.Conditions.find(Branch); It != S.Conditions.end() && isFresh(It->second))
      return true;
  // A loop that was left because of its test decides as well.
  for (const auto &[Branch, Tested] : S.Conditions)
    if (isLoop(Branch) && isFresh(Tested) && Control.precedes(Branch, Place))
      return true;
  return false;
}

/// A test compared what was read before the suspension with what is there now: a version, or the value itself.
bool Flow::compared(const Expr *Site, const State &S) const {
  llvm::SmallVector<const Stmt *, 8> Deciders(Control.decidersOf(anchor(Site)));
  branchesAround(Out.Parents, Site, Deciders);
  for (const Stmt *Branch : Deciders) {
    auto It = S.Conditions.find(Branch);
    if (It == S.Conditions.end())
      continue;
    if (llvm::any_of(It->second, [&](const Entry &E) { return isGood(E) && Out.Facts[E.Fact].Vouches; }))
      return true;
    for (const Entry &Old : It->second)
      if (!isGood(Old))
        for (const Entry &New : It->second)
          if (isGood(New) && overlap(Out.Facts[Old.Fact].Path, Out.Facts[New.Fact].Path))
            return true;
  }
  return false;
}

/// `while (running) { co_await ...; running = false; }`: the loop's own flag, set to end it. Setting it twice is
/// harmless.
bool Flow::isOwnLoopFlag(const Stmt *Branch, const Expr *Site, const Fact &F) const {
  return isLoop(Branch) && !F.Path.Type.isNull() && F.Path.Type->isBooleanType() && setsConstant(Site, Context);
}

void Flow::report(Dependence How, Act What, const Entry &E, const Expr *Site, const AccessPath &P, const Stmt *Branch) {
  // One finding comes of all windows that end in one access; which of very many it is does not matter.
  const auto Last = llvm::ArrayRef(Out.Windows).take_back(MaxWindows);
  if (Collecting && (Last.size() < MaxWindows || Last.front().Second != Site))
    Out.Windows.push_back({How, What, E.Fact, E.Since, Site, P, Branch});
}

/// A lock makes it no window; somebody who writes without the lock makes it one again.
void Flow::guarded(const Entry &E, const Expr *Site, const AccessPath &P, Act What) {
  if (!Collecting)
    return;
  const auto Last = llvm::ArrayRef(Out.Guarded).take_back(MaxWindows);
  if (Last.size() == MaxWindows && Last.front().Second == Site)
    return;
  for (std::size_t I = 0; I < Out.LockTable.acquisitions().size() && I < 63; ++I)
    if (const Acquisition &A = Out.LockTable.acquisitions()[I]; (E.Locks & (LockSet(1) << I)) && !A.IsClaim && A.Lock)
      Out.Guarded.push_back(
          {&Function, Out.Facts[E.Fact].Site, Out.Suspensions[E.Since].Site, Site, P, A.Lock, A.Site, What});
}

void Flow::guardedConditions(const Expr *Site, const AccessPath &P, Act What, const State &S) {
  for (const Stmt *Branch : Control.decidersOf(anchor(Site))) {
    auto It = S.Conditions.find(Branch);
    if (It == S.Conditions.end() || Control.isAssertion(Branch))
      continue;
    for (const Entry &E : It->second)
      if (E.Since == 0 && overlap(Out.Facts[E.Fact].Path, P))
        return; // tested again
  }
  for (const Stmt *Branch : Control.decidersOf(anchor(Site)))
    if (auto It = S.Conditions.find(Branch); It != S.Conditions.end() && !Control.isAssertion(Branch))
      for (const Entry &E : It->second)
        if (const Fact &F = Out.Facts[E.Fact];
            E.Since != 0 && E.Locks && overlap(F.Path, P) && !excluded(E, Site) && !isOwnLoopFlag(Branch, Site, F))
          guarded(E, Site, P, What);
}

void Flow::valueWindows(const Expr *Site, const AccessPath &P, const FactSet &V, Act What, State &S) {
  // A compound assignment reads again in the same step; what it adds may well come from before.
  if (What != Act::Assign && What != Act::Replace)
    return;
  for (const Entry &E : V) {
    const Fact &F = Out.Facts[E.Fact];
    if (E.Since == 0 || !overlap(F.Path, P) || !covers(P, F) || excluded(E, Site))
      continue;
    if (E.Locks) {
      guarded(E, Site, P, What);
      continue;
    }
    if (!compared(Site, S))
      report(E.Decided ? Dependence::Decided : Dependence::Value, What, E, Site, P);
  }
}

/// An update reads what is there now.
void Flow::conditionWindows(const Expr *Site, const AccessPath &P, Act What, State &S, bool Updates) {
  const Stmt *Place = anchor(Site);
  if (Place && S.Held)
    guardedConditions(Site, P, What, S);
  if (!Place || S.Conditions.empty() || revalidated(Site, P, S) || compared(Site, S))
    return;
  const DeclRefExpr *Keeper = keeperOf(Site);
  const std::size_t Kept = Keeper ? Out.Paths.pointee(Keeper).Steps.size() : 0;
  auto isStale = [&](const Stmt *Branch, const Entry &E) {
    const Fact &F = Out.Facts[E.Fact];
    if (E.Since == 0 || E.Locks || !overlap(F.Path, P) || excluded(E, Site) || isOwnLoopFlag(Branch, Site, F))
      return false;
    // What a map says of a key is of no concern to an object that a copy of the owner has kept since.
    if (F.Path.Steps.size() < Kept &&
        Context.getSourceManager().isBeforeInTranslationUnit(Keeper->getDecl()->getLocation(),
                                                             Out.Suspensions[E.Since].Site->getExprLoc()))
      return false;
    // Removing one key is right or needless, whatever was known of the container as a whole.
    return What != Act::Erase || P.Steps.size() <= F.Path.Steps.size() ||
           P.Steps.back().K == AccessPath::Step::Kind::Any;
  };
  for (const Stmt *Branch : Control.decidersOf(Place)) {
    auto It = S.Conditions.find(Branch);
    if (It == S.Conditions.end() || Control.isAssertion(Branch))
      continue;
    // Every round of a loop begins with the update and tests then: the test of the last round only led to another one.
    if (Updates && Control.isBefore(Place, Branch))
      continue;
    for (const Entry &E : It->second)
      if (isStale(Branch, E))
        report(Dependence::Condition, What, E, Site, P, Branch);
  }
  // The test did not decide whether to act, but whether to wait first.
  for (const auto &[Branch, Tested] : S.Conditions)
    for (const Entry &E : Tested)
      if (Out.Suspensions[E.Since].Waits && isa<IfStmt>(Branch) && isStale(Branch, E) &&
          !Control.decides(Branch, Place) && Control.precedes(Branch, Place) &&
          Control.decides(Branch, anchor(Out.Suspensions[E.Since].Site)))
        report(Dependence::Waited, What, E, Site, P, Branch);
}

void Flow::snapshotWindows(const Expr *Site, const AccessPath &P, State &S) {
  if (isPointerLike(P.Type))
    return; // resetting a pointer throws away no elements
  for (const auto &[Var, Set] : S.Vars)
    for (const Entry &E : Set) {
      const Fact &F = Out.Facts[E.Fact];
      // Only what an await was given: a copy for other purposes says nothing about the clearing.
      if (E.Since == 0 || !isHandedOver(Var, Out.Suspensions[E.Since].Site))
        continue;
      if (F.WholeCopy && E.Since != 0 && !E.Locks && samePlace(F.Path, P) && !excluded(E, Site) && !compared(Site, S))
        report(Dependence::Snapshot, Act::Clear, E, Site, P);
    }
}

/// The access is part of the test, or the test part of the access: `while (p->load()) co_await ..`
bool Flow::isTheTest(const Expr *Site, const Fact &F) const {
  auto isInside = [&](const Stmt *Inner, const Stmt *Outer) {
    for (unsigned I = 0; Inner && I < 8; ++I) {
      if (Inner == Outer)
        return true;
      auto It = Out.Parents.find(Inner);
      Inner = It == Out.Parents.end() ? nullptr : It->second;
    }
    return false;
  };
  return isInside(Site, F.Site) || isInside(F.Site, Site);
}

/// Goes through a pointer or an optional that was tested before the suspension.
void Flow::use(const Expr *Site, const AccessPath &Pointer, State &S) {
  if (!Pointer.isShared() || Pointer.Steps.size() + (Pointer.Base != AccessPath::BaseKind::This) == 0)
    return;
  const Stmt *Place = anchor(Site);
  if (Place && S.Held)
    guardedConditions(Site, Pointer, Act::Use, S);
  if (!Place || revalidated(Site, Pointer, S))
    return;
  for (const Stmt *Branch : Control.decidersOf(Place)) {
    auto It = S.Conditions.find(Branch);
    if (It == S.Conditions.end() || Control.isAssertion(Branch))
      continue;
    FactSet &Tested = It->second;
    for (const Entry &E : Tested)
      if (E.Since != 0 && !E.Locks && samePlace(Out.Facts[E.Fact].Path, Pointer) && !excluded(E, Site) &&
          !isTheTest(Site, Out.Facts[E.Fact]))
        report(Dependence::Condition, Act::Use, E, Site, Pointer, Branch);
    // Said once: later uses are the same window.
    Tested.eraseIf([&](const Entry &E) { return E.Since != 0 && samePlace(Out.Facts[E.Fact].Path, Pointer); });
  }
}

/// Uses a position that was computed from the container before the suspension.
void Flow::index(const Expr *Site, const AccessPath &Container, const Expr *Index, State &S) {
  if (!Container.isShared())
    return;
  const Stmt *Place = anchor(Site);
  if (!Place || revalidated(Site, Container, S))
    return;
  FactSet V = Index->isGLValue() ? argument(Index, S) : value(Index, S);
  for (const Entry &E : V)
    if (E.Since != 0 && !E.Locks && samePlace(Out.Facts[E.Fact].Path, Container) && !excluded(E, Site))
      report(Dependence::Index, Act::Use, E, Site, Container);
}

/// Reads back what this task wrote before the suspension.
void Flow::bleedWindows(const Expr *Site, const AccessPath &P, State &S) {
  for (const Entry &E : S.Stores)
    if (E.Since != 0 && !E.Locks && samePlace(Out.Facts[E.Fact].Path, P) && !excluded(E, Site))
      report(Dependence::Identity, Act::Use, E, Site, P);
}

/// Writing a marker right after testing it keeps others out until it is written again, if they test it too: in effect a
/// lock. It protects whatever was read in this segment.
void Flow::claim(const Expr *Site, const AccessPath &P, State &S) {
  if (P.Type.isNull())
    return;
  bool Marker = P.Type->isBooleanType() || P.Type->isEnumeralType() || isPointerLike(P.Type);
  bool Element = !P.Steps.empty() && (P.Steps.back().K == AccessPath::Step::Kind::Constant ||
                                      P.Steps.back().K == AccessPath::Step::Kind::Symbol);
  if (!Marker && !Element)
    return;
  const Stmt *Place = anchor(Site);
  for (const auto &[Branch, Tested] : S.Conditions)
    for (const Entry &E : Tested)
      if (E.Since == 0 && samePlace(Out.Facts[E.Fact].Path, P) && Place &&
          (Control.decides(Branch, Place) || (isLoop(Branch) && Control.precedes(Branch, Place)))) {
        hold(Out.LockTable.acquire(Site, P, /*IsClaim=*/true), nullptr, S);
        return;
      }
}

void Flow::endClaims(const Expr *Site, const AccessPath &P, State &S) {
  LockSet Ended = 0;
  for (std::size_t I = 0; I < Out.LockTable.acquisitions().size(); ++I) {
    const Acquisition &A = Out.LockTable.acquisitions()[I];
    const LockSet Bit = LockSet(1) << std::min<std::size_t>(I, 63);
    if ((S.Held & Bit & ~Ended) && A.IsClaim && A.Site != Site && overlap(A.Lock, P))
      Ended |= Bit;
  }
  if (Ended)
    release(Ended, Site->getExprLoc(), S);
}

} // namespace corace::checks
