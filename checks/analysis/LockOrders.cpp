// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LockOrders.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

#include <map>
#include <set>

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
  void circles();
  bool close(llvm::SmallVectorImpl<const LockStep *> &Chain, std::size_t Length, unsigned &Budget) const;
  void found(llvm::SmallVector<LockStep, 4> Circle);
  [[nodiscard]] bool isBefore(const LockStep &A, const LockStep &B) const;

  const UnitFacts &Unit;
  const LockIndex &Locks;
  std::map<std::pair<LockName, LockName>, std::vector<LockStep>> Orders;
  std::map<LockName, std::vector<const LockStep *>> Next; ///< by the lock that is held
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
        Found.push_back({std::move(Step), {}, Confidence::High});
      continue;
    }
    const LockName A = nameOf(Holder.Lock), B = nameOf(Asked);
    if (!A || !B || A == B)
      continue;
    std::vector<LockStep> &Known = Orders[{A, B}];
    if (Known.size() >= 4)
      continue;
    for (std::size_t J = 0; J < Facts.Uses.size() && J < 64; ++J)
      if (J != I && (Held & (LockSet(1) << J)) && Facts.Uses[J].Mode == LockMode::Exclusive)
        Step.Others.push_back(Facts.Uses[J].Lock);
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

/// Both tasks can stand there at once, and the second waits for what the first has.
bool canWaitFor(const LockStep &Waiter, const LockStep &Holder) {
  return !haveCommonGate(Waiter, Holder) && excludes(*Holder.HeldBy, *Waiter.AskedBy);
}

bool StepFinder::isBefore(const LockStep &A, const LockStep &B) const {
  const SourceManager &SM = Unit.Context.getSourceManager();
  return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A.Site->getExprLoc()),
                                      SM.getExpansionLoc(B.Site->getExprLoc()));
}

/// Reports the last in the source; the others follow in the order in which they wait for each other.
void StepFinder::found(llvm::SmallVector<LockStep, 4> Circle) {
  const auto Last = std::max_element(Circle.begin(), Circle.end(),
                                     [&](const LockStep &A, const LockStep &B) { return isBefore(A, B); });
  std::rotate(Circle.begin(), Last, Circle.end());
  Confidence Sure = Confidence::High;
  for (const LockStep &S : Circle)
    for (const AccessPath *P : {&S.Held, &S.Asked})
      if (!isExact(*P))
        Sure = std::min(Sure, isLinked(*P) ? Confidence::Medium : Confidence::Low);
  Found.push_back({Circle.front(), {Circle.begin() + 1, Circle.end()}, Sure});
}

void StepFinder::inversions() {
  for (const auto &[Names, Steps] : Orders) {
    const auto Reverse = Orders.find({Names.second, Names.first});
    if (Reverse == Orders.end() || !(Names.first < Names.second))
      continue;
    bool Told = false;
    for (const LockStep &A : Steps)
      for (const LockStep &B : Reverse->second)
        if (!Told && canWaitFor(A, B) && canWaitFor(B, A)) {
          found({A, B});
          Told = true;
        }
  }
}

/// Goes on from the last step of a chain to steps that hold what it asks for, until one asks for what the first holds.
bool StepFinder::close(llvm::SmallVectorImpl<const LockStep *> &Chain, std::size_t Length, unsigned &Budget) const {
  const LockName First = nameOf(Chain.front()->Held), Wanted = nameOf(Chain.back()->Asked);
  const auto From = Next.find(Wanted);
  if (From == Next.end())
    return false;
  for (const LockStep *S : From->second) {
    if (Budget == 0)
      return false;
    --Budget;
    const LockName Asked = nameOf(S->Asked);
    const bool Closes = Asked == First;
    // Two of them in both orders have been told.
    if (Closes != (Chain.size() + 1 == Length) || Orders.count({Asked, Wanted}) || !canWaitFor(*Chain.back(), *S) ||
        (Closes && !canWaitFor(*S, *Chain.front())) || llvm::any_of(Chain, [&](const LockStep *Other) {
          return haveCommonGate(*Other, *S) || (!Closes && nameOf(Other->Held) == Asked);
        }))
      continue;
    Chain.push_back(S);
    if (Closes || close(Chain, Length, Budget))
      return true;
    Chain.pop_back();
  }
  return false;
}

/// Circles of three and more locks, the shortest first; none that goes through all locks of another.
void StepFinder::circles() {
  constexpr std::size_t MaxLength = 5;
  constexpr unsigned MaxSteps = 20000; // that are looked at in one translation unit
  std::vector<const LockStep *> Starts;
  for (const auto &[Names, Steps] : Orders)
    for (const LockStep &S : Steps) {
      Next[Names.first].push_back(&S);
      Starts.push_back(&S);
    }
  std::vector<std::set<LockName>> Told;
  unsigned Budget = MaxSteps;
  for (std::size_t Length = 3; Length <= MaxLength; ++Length)
    for (const LockStep *Start : Starts) {
      if (Orders.count({nameOf(Start->Asked), nameOf(Start->Held)}))
        continue;
      llvm::SmallVector<const LockStep *, 4> Chain{Start};
      if (!close(Chain, Length, Budget))
        continue;
      std::set<LockName> Names;
      for (const LockStep *S : Chain)
        Names.insert(nameOf(S->Held));
      if (llvm::any_of(Told, [&](const std::set<LockName> &T) {
            return std::includes(Names.begin(), Names.end(), T.begin(), T.end());
          }))
        continue;
      Told.push_back(std::move(Names));
      llvm::SmallVector<LockStep, 4> Circle;
      for (const LockStep *S : Chain)
        Circle.push_back(*S);
      found(std::move(Circle));
    }
}

std::vector<LockTrouble> StepFinder::run() {
  for (const FunctionDecl *F : Locks.lockers())
    steps(Locks.of(*F));
  inversions();
  circles();
  return std::move(Found);
}

} // namespace

std::vector<LockTrouble> findLockTroubles(const UnitFacts &Unit) { return StepFinder(Unit).run(); }

} // namespace corace::checks
