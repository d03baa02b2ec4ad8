// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LockIndex.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/ControlDependence.h"

#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr std::size_t MaxWanted = 16; // locks that a call may ask for
constexpr unsigned MaxCallers = 64;   // that are looked at for one function

/// A lock operation outside lambdas, which are functions of their own.
bool hasLockOperation(const Stmt *S, const LibraryView &Library) {
  llvm::SmallVector<const Stmt *, 32> Work{S};
  while (!Work.empty()) {
    const Stmt *Next = Work.pop_back_val();
    if (!Next || isa<LambdaExpr>(Next))
      continue;
    if (const auto *Call = dyn_cast<CallExpr>(Next))
      if (const OpModel *Op = Library.op(Call); Op && (Op->Acquire || Op->Release))
        return true;
    if (const auto *Await = dyn_cast<CoawaitExpr>(Next)) {
      if (const OpModel *Op = Library.awaitOn(strip(Await->getOperand())->getType());
          Op && (Op->Acquire || Op->Release))
        return true;
      Work.push_back(Await->getOperand());
      continue;
    }
    llvm::append_range(Work, childrenOf(*Next));
  }
  return false;
}

const FieldDecl *lastField(const AccessPath &P) {
  for (auto It = P.Steps.rbegin(); It != P.Steps.rend(); ++It)
    if (It->Field)
      return It->Field->getCanonicalDecl();
  return nullptr;
}

} // namespace

AccessPath inCaller(const AccessPath &P, const CallExpr &Call, const PathResolver &Caller) {
  AccessPath Base;
  switch (P.Base) {
  case AccessPath::BaseKind::Global: return P;
  case AccessPath::BaseKind::This: {
    const Expr *Object = objectOfCall(&Call);
    if (!Object || isa<CXXOperatorCallExpr>(Call))
      return {};
    Base = strip(Object)->getType()->isPointerType() ? Caller.pointee(Object) : Caller.resolve(Object);
    break;
  }
  case AccessPath::BaseKind::Param: {
    const auto *Param = dyn_cast_or_null<ParmVarDecl>(P.Var);
    const unsigned Index = Param ? Param->getFunctionScopeIndex() : 0;
    if (!Param || isa<CXXOperatorCallExpr>(Call) || Index >= Call.getNumArgs())
      return {};
    Base = Caller.resolve(Call.getArg(Index));
    break;
  }
  default: return {};
  }
  for (const AccessPath::Step &S : P.Steps) {
    if (S.K != AccessPath::Step::Kind::Field && S.K != AccessPath::Step::Kind::Deref)
      return {};
    Base = Base.plus(S, S.Field ? S.Field->getType() : P.Type);
  }
  Base.Type = P.Type;
  return Base;
}

bool maybeSameLock(const AccessPath &A, const AccessPath &B) {
  if (overlap(A, B))
    return true;
  const FieldDecl *Field = lastField(A);
  return Field && Field == lastField(B);
}

bool surelySameLock(const AccessPath &A, const AccessPath &B) {
  return A && samePlace(A, B) &&
         llvm::none_of(A.Steps, [](const AccessPath::Step &S) { return S.K == AccessPath::Step::Kind::Any; });
}

const LockIndex &locksOf(const UnitFacts &Unit) {
  if (!Unit.LocksOfUnit)
    Unit.LocksOfUnit = std::make_shared<LockIndex>(Unit);
  return *Unit.LocksOfUnit;
}

LockIndex::LockIndex(const UnitFacts &Unit) : Unit(Unit) {
  findLockers();
  if (!Lockers.empty())
    findEntryLocks();
}

void LockIndex::findLockers() {
  for (const FunctionDecl *F : Unit.Rivals.functions())
    if (!F->isInvalidDecl())
      if (const Stmt *Body = writtenBody(*F); Body && hasLockOperation(Body, Unit.Library)) {
        Lockers.push_back(F);
        IsLocker.insert(F->getCanonicalDecl());
      }
}

/// What all calls in sight hold for certain; calls of functions that are called like this themselves included.
void LockIndex::findEntryLocks() {
  for (std::size_t I = 0; I < Lockers.size(); ++I) { // grows
    const LockFacts &Caller = of(*Lockers[I]);
    llvm::SmallVector<const FunctionDecl *, 8> Callees;
    for (const LockedCall &C : Caller.Calls)
      if (C.Must && (C.Awaited || !isCoroutine(*C.Callee)))
        Callees.push_back(C.Callee);
    for (const FunctionDecl *Callee : Callees) {
      // A locker of its own keeps what it has: that is enough for what is asked.
      if (Callee->isInvalidDecl() || IsLocker.contains(Callee->getCanonicalDecl()) || isLambda(Callee))
        continue;
      std::vector<LockUse> Entry = entryLocksOf(*Callee);
      if (Entry.empty())
        continue;
      auto New = std::make_unique<LockFacts>(*Callee, Unit.Library);
      New->Uses = std::move(Entry);
      followLocks(*New, Unit);
      Facts[Callee->getCanonicalDecl()] = std::move(New);
      Lockers.push_back(Callee);
      IsLocker.insert(Callee->getCanonicalDecl());
    }
  }
}

std::vector<LockUse> LockIndex::entryLocksOf(const FunctionDecl &Function) const {
  std::vector<LockUse> Held;
  bool First = true;
  const llvm::ArrayRef<RivalIndex::Call> Calls = Unit.Rivals.callsOf(&Function);
  if (Calls.size() > MaxCallers)
    return {};
  for (const RivalIndex::Call &C : Calls) {
    std::vector<LockUse> Here;
    if (C.Caller && IsLocker.contains(C.Caller->getCanonicalDecl())) {
      const LockFacts &Caller = of(*C.Caller);
      for (const LockedCall &Site : Caller.Calls)
        if (Site.Site == C.Site && (Site.Awaited || !isCoroutine(Function)))
          for (std::size_t I = 0; I < Caller.Uses.size() && I < 64; ++I) {
            const AccessPath &Lock = Caller.Uses[I].Lock;
            // Only what has the same name on both sides.
            const bool Same = Lock.Base == AccessPath::BaseKind::Global ||
                              (Lock.Base == AccessPath::BaseKind::This && objectOfCall(Site.Site) &&
                               isa<CXXThisExpr>(strip(objectOfCall(Site.Site))));
            if ((Site.Must & (LockSet(1) << I)) && Same) {
              Here.push_back(Caller.Uses[I]);
              Here.back().Site = nullptr;
              Here.back().Before = 0;
            }
          }
    }
    if (First)
      Held = std::move(Here);
    else
      llvm::erase_if(Held, [&](const LockUse &U) {
        return llvm::none_of(Here, [&](const LockUse &Other) { return surelySameLock(U.Lock, Other.Lock); });
      });
    First = false;
    if (Held.empty())
      return {};
  }
  return Held;
}

const LockFacts &LockIndex::of(const FunctionDecl &Function) const {
  std::unique_ptr<LockFacts> &Known = Facts[Function.getCanonicalDecl()];
  if (!Known) {
    auto New = std::make_unique<LockFacts>(Function, Unit.Library);
    followLocks(*New, Unit);
    Facts[Function.getCanonicalDecl()] = std::move(New);
  }
  return *Facts[Function.getCanonicalDecl()];
}

namespace {

/// A flag or an object (such as a guard) that the caller gave has a say: it may tell that the lock is held already.
bool dependsOnArguments(const Stmt *Condition) {
  if (!Condition)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Condition))
    if (const auto *Param = dyn_cast<ParmVarDecl>(Ref->getDecl())) {
      const QualType T = Param->getType().getNonReferenceType();
      return T->isBooleanType() || T->isEnumeralType() || T->isRecordType() || T->isPointerType();
    }
  return llvm::any_of(childrenOf(*Condition), dependsOnArguments);
}

const Stmt *conditionOf(const Stmt *Branch) {
  if (const auto *If = dyn_cast<IfStmt>(Branch))
    return If->getCond();
  if (const auto *While = dyn_cast<WhileStmt>(Branch))
    return While->getCond();
  if (const auto *Do = dyn_cast<DoStmt>(Branch))
    return Do->getCond();
  if (const auto *For = dyn_cast<ForStmt>(Branch))
    return For->getCond();
  if (const auto *Switch = dyn_cast<SwitchStmt>(Branch))
    return Switch->getCond();
  return isa<Expr>(Branch) ? Branch : nullptr;
}

/// Whether what a function does depends on what its caller says.
class Conditions {
public:
  explicit Conditions(const LockFacts &Facts) : Facts(Facts) {}

  bool decide(const Stmt *Site) {
    if (!Control)
      Control = std::make_unique<ControlDependence>(Facts.Function, writtenBody(Facts.Function));
    if (!Control->isValid())
      return true;
    while (Site && !Control->knows(Site))
      Site = Facts.Parents.lookup(Site);
    return !Site || llvm::any_of(Control->decidersOf(Site),
                                 [](const Stmt *Branch) { return dependsOnArguments(conditionOf(Branch)); });
  }

private:
  const LockFacts &Facts;
  std::unique_ptr<ControlDependence> Control;
};

} // namespace

llvm::ArrayRef<WantedLock> LockIndex::wantedBy(const FunctionDecl &Function) const {
  std::unique_ptr<std::vector<WantedLock>> &Known = Wanted[Function.getCanonicalDecl()];
  if (Known)
    return *Known;
  Known = std::make_unique<std::vector<WantedLock>>(); // recursion finds nothing
  std::vector<WantedLock> Result;
  if (!IsLocker.contains(Function.getCanonicalDecl()) && Unit.Rivals.callsOf(&Function).empty())
    return {};
  const LockFacts &Mine = of(Function);
  Conditions Given(Mine);
  auto isReleased = [&](const AccessPath &Lock) {
    return llvm::any_of(Mine.ForeignReleases, [&](const AccessPath &P) { return maybeSameLock(P, Lock); });
  };
  for (const LockUse &Use : Mine.Uses)
    if (Use.Site && Use.Waits && Use.Lock && !isReleased(Use.Lock) && Result.size() < MaxWanted &&
        !Given.decide(Use.Site))
      Result.push_back({Use.Lock, &Use, &Function});
  for (const LockedCall &Call : Mine.Calls) {
    if (!Call.Awaited || Result.size() >= MaxWanted || Given.decide(Call.Site))
      continue;
    for (const WantedLock &Inner : wantedBy(*Call.Callee))
      if (AccessPath Lock = inCaller(Inner.Lock, *Call.Site, Mine.Paths); Lock && !isReleased(Lock))
        Result.push_back({Lock, Inner.Use, Inner.Where});
  }
  Wanted[Function.getCanonicalDecl()] = std::make_unique<std::vector<WantedLock>>(std::move(Result));
  return *Wanted[Function.getCanonicalDecl()];
}

bool LockIndex::mayBeCalledUnder(const FunctionDecl &Function, const AccessPath &Lock) const {
  llvm::DenseSet<const FunctionDecl *> Seen;
  llvm::SmallVector<const FunctionDecl *, 8> Work{&Function};
  while (!Work.empty()) {
    const FunctionDecl *F = Work.pop_back_val();
    if (!Seen.insert(F->getCanonicalDecl()).second)
      continue;
    if (Seen.size() > MaxCallers || isLambda(F) || Unit.Rivals.lockAround(*F))
      return true;
    for (const RivalIndex::Call &C : Unit.Rivals.callsOf(F)) {
      if (!C.Caller)
        continue;
      if (IsLocker.contains(C.Caller->getCanonicalDecl())) {
        const LockFacts &Caller = of(*C.Caller);
        for (const LockedCall &Site : Caller.Calls)
          if (Site.Site == C.Site)
            for (std::size_t I = 0; I < Caller.Uses.size() && I < 64; ++I)
              if ((Site.May & (LockSet(1) << I)) && maybeSameLock(Caller.Uses[I].Lock, Lock))
                return true;
      }
      Work.push_back(C.Caller);
    }
  }
  return false;
}

} // namespace corace::checks
