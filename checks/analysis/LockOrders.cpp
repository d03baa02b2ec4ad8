// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LockOrders.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

#include <map>

using namespace clang;

namespace corace::checks {

namespace {

/// Who holds it as `Held` keeps out who asks for it as `Asked`.
bool excludes(const LockUse &Held, const LockUse &Asked) {
  if (Held.Mode == LockMode::Counted || Asked.Mode == LockMode::Counted)
    return Held.Mode == Asked.Mode && (Held.Alone || Asked.Alone);
  if (Held.Mode == LockMode::Exclusive || Asked.Mode == LockMode::Exclusive)
    return true;
  return Held.Mode == LockMode::Upgrade && Asked.Mode == LockMode::Upgrade;
}

/// What a lock is called across functions: a variable, a member of the object, or a member of some object of a class.
struct LockName {
  const ValueDecl *Var = nullptr;
  const FieldDecl *Field = nullptr;
  friend auto operator<=>(const LockName &, const LockName &) = default;
  explicit operator bool() const { return Var || Field; }
};

LockName nameOf(const AccessPath &P) {
  LockName Name;
  using Kind = AccessPath::Step::Kind;
  for (const AccessPath::Step &S : P.Steps) {
    if (S.K != Kind::Field && S.K != Kind::Deref)
      return {}; // one of many
    if (S.Field)
      Name.Field = S.Field->getCanonicalDecl();
  }
  switch (P.Base) {
  case AccessPath::BaseKind::Global:
  case AccessPath::BaseKind::Capture:
  case AccessPath::BaseKind::Local: Name.Var = P.Var; break;
  default: break;
  }
  return Name;
}

/// The one lock that the name stands for, seen from one object: a variable, or a member of the object itself.
bool isExact(const AccessPath &P) {
  return (P.Base == AccessPath::BaseKind::This || P.Base == AccessPath::BaseKind::Global ||
          P.Base == AccessPath::BaseKind::Capture) &&
         llvm::all_of(P.Steps, [](const AccessPath::Step &S) { return S.K == AccessPath::Step::Kind::Field; });
}

/// Reached through members of the object: which object that is does not change from call to call.
bool isLinked(const AccessPath &P) { return isExact(P) || P.Base == AccessPath::BaseKind::This; }

class StepFinder {
public:
  StepFinder(const UnitFacts &Unit) : Unit(Unit), Locks(locksOf(Unit)) {}

  std::vector<LockTrouble> run();

private:
  void steps(const LockFacts &Facts);
  void step(const LockFacts &Facts, LockSet Held, const AccessPath &Asked, const LockUse &By, const Expr *Site,
            const FunctionDecl *Where);
  void inversions();

  const UnitFacts &Unit;
  const LockIndex &Locks;
  std::map<std::pair<LockName, LockName>, std::vector<LockStep>> Orders;
  std::vector<LockTrouble> Found;
};

void StepFinder::step(const LockFacts &Facts, LockSet Held, const AccessPath &Asked, const LockUse &By,
                      const Expr *Site, const FunctionDecl *Where) {
  for (std::size_t I = 0; I < Facts.Uses.size() && I < 64; ++I) {
    const LockUse &Holder = Facts.Uses[I];
    if (!(Held & (LockSet(1) << I)) || !Holder.Site) // what the callers hold is told where they are
      continue;
    LockStep Step{&Facts.Function, Holder.Lock, Asked, &Holder, &By, Site, Where, {}};
    if (surelySameLock(Holder.Lock, Asked)) {
      if (excludes(Holder, By))
        Found.push_back({std::move(Step), std::nullopt, Confidence::High});
      continue;
    }
    const LockName A = nameOf(Holder.Lock), B = nameOf(Asked);
    if (!A || !B || A == B)
      continue;
    for (std::size_t J = 0; J < Facts.Uses.size() && J < 64; ++J)
      if (J != I && (Held & (LockSet(1) << J)) && Facts.Uses[J].Mode == LockMode::Exclusive)
        Step.Others.push_back(Facts.Uses[J].Lock);
    std::vector<LockStep> &Known = Orders[{A, B}];
    if (Known.size() < 4)
      Known.push_back(std::move(Step));
  }
}

void StepFinder::steps(const LockFacts &Facts) {
  for (const LockUse &Use : Facts.Uses)
    if (Use.Site && Use.Waits && Use.Before)
      step(Facts, Use.Before, Use.Lock, Use, Use.Site, &Facts.Function);
  for (const LockedCall &Call : Facts.Calls)
    if (Call.Awaited && Call.Must)
      for (const WantedLock &Wanted : Locks.wantedBy(*Call.Callee))
        if (AccessPath Lock = inCaller(Wanted.Lock, *Call.Site, Facts.Paths))
          step(Facts, Call.Must, Lock, *Wanted.Use, Call.Site, Wanted.Where);
}

bool haveCommonGate(const LockStep &A, const LockStep &B) {
  return llvm::any_of(A.Others, [&](const AccessPath &X) {
    return llvm::any_of(B.Others, [&](const AccessPath &Y) { return nameOf(X) == nameOf(Y); });
  });
}

void StepFinder::inversions() {
  const SourceManager &SM = Unit.Context.getSourceManager();
  auto isBefore = [&](const LockStep &A, const LockStep &B) {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A.Site->getExprLoc()),
                                        SM.getExpansionLoc(B.Site->getExprLoc()));
  };
  std::vector<std::pair<LockStep, LockStep>> Pairs;
  for (const auto &[Names, Steps] : Orders) {
    const auto Reverse = Orders.find({Names.second, Names.first});
    if (Reverse == Orders.end() || !(Names.first < Names.second))
      continue;
    bool Told = false;
    for (const LockStep &A : Steps)
      for (const LockStep &B : Reverse->second)
        if (!Told && !haveCommonGate(A, B) && excludes(*A.HeldBy, *B.AskedBy) && excludes(*B.HeldBy, *A.AskedBy)) {
          Pairs.push_back(isBefore(A, B) ? std::pair(B, A) : std::pair(A, B));
          Told = true;
        }
  }
  for (auto &[Later, Earlier] : Pairs) {
    const LockStep *Both[] = {&Later, &Earlier};
    Confidence Sure = Confidence::High;
    for (const LockStep *S : Both)
      for (const AccessPath *P : {&S->Held, &S->Asked})
        if (!isExact(*P))
          Sure = std::min(Sure, isLinked(*P) ? Confidence::Medium : Confidence::Low);
    Found.push_back({Later, Earlier, Sure});
  }
}

std::vector<LockTrouble> StepFinder::run() {
  for (const FunctionDecl *F : Locks.lockers())
    steps(Locks.of(*F));
  inversions();
  return std::move(Found);
}

} // namespace

std::vector<LockTrouble> findLockTroubles(const UnitFacts &Unit) { return StepFinder(Unit).run(); }

} // namespace corace::checks
