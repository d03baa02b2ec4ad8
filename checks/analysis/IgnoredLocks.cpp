// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock over a window protects only against those who take it too. Where a window is safe because of a lock, whoever
// writes the same state without that lock breaks it.
#include "checks/analysis/LockMisuse.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

#include <list>
#include <map>
#include <set>

using namespace clang;

namespace corace::checks {

namespace {

using Effect = StateWrite::Effect;

/// What relies on nobody writing.
struct Reliance {
  const FunctionDecl *Function;
  AccessPath Place, Lock;
  const Expr *Taken; ///< null: the callers hold it
  const Expr *First, *Suspension, *Second;
  const FunctionDecl *Like = nullptr; ///< only calls of this method count, in coroutines
  bool Inserts = false;              ///< puts in what was not there: others that put in break it, not those that remove
  std::vector<AccessPath> Also = {}; ///< other locks that are held all the while
};

const ValueDecl *stateOf(const AccessPath &P) {
  for (auto It = P.Steps.rbegin(); It != P.Steps.rend(); ++It)
    if (It->Field)
      return It->Field->getCanonicalDecl();
  return P.Base == AccessPath::BaseKind::Global ? P.Var : nullptr;
}

/// The lock and the state belong to one object, or the lock to all.
bool belongTogether(const AccessPath &Lock, const AccessPath &State) {
  return Lock.Base == AccessPath::BaseKind::Global || (Lock.Base == State.Base && Lock.Var == State.Var);
}

bool suspendsInside(const Stmt *S, const Suspension &Suspensions, const Expr *&Where) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (const auto *E = dyn_cast<CoroutineSuspendExpr>(S)) {
    if (Suspensions.classify(*E).suspends()) {
      Where = E;
      return true;
    }
    const auto *Await = dyn_cast<CoawaitExpr>(E);
    return Await && suspendsInside(Await->getOperand(), Suspensions, Where);
  }
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return suspendsInside(Child, Suspensions, Where); });
}

/// Tells paths apart that are not the same place.
std::string keyOf(const AccessPath &P) {
  std::string Key =
      std::to_string(static_cast<int>(P.Base)) + ' ' + std::to_string(reinterpret_cast<std::uintptr_t>(P.Var));
  for (const AccessPath::Step &S : P.Steps)
    Key += ' ' + std::to_string(static_cast<int>(S.K)) + ' ' +
           std::to_string(reinterpret_cast<std::uintptr_t>(S.Field)) + ' ' + std::to_string(S.Index);
  return Key;
}

class IgnoranceFinder {
public:
  IgnoranceFinder(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink)
      : Unit(Unit), Index(locksOf(Unit)), Sink(Sink) {}

  void run();

private:
  /// A write of the state without the lock that breaks what relies on it.
  struct Suspect {
    const RivalIndex::Write *W;
    bool AfterSuspension;
  };
  /// What the writers of a state do about certain locks. However many rely on these, it is found out once.
  struct Habit {
    llvm::DenseSet<const FunctionDecl *> With, Without;
    std::vector<std::pair<const RivalIndex::Write *, StateWrite>> Locked;
    std::vector<const RivalIndex::Write *> Bare;
    std::list<Suspect> Suspects; ///< that have not been told
  };
  Habit &habitOf(const ValueDecl *State, const Reliance &R);
  void rivals(const Reliance &R);
  void tell(const Reliance &R, const Suspect &S);
  [[nodiscard]] bool breaks(const Reliance &R, const StateWrite &W) const;
  [[nodiscard]] std::optional<bool> isLocked(const RivalIndex::Write &W, const ValueDecl *State, const Reliance &R,
                                             bool &AfterSuspension) const;
  [[nodiscard]] const AccessPath *heldAt(const RivalIndex::Write &W, const Reliance &R) const;
  void otherLock(const Reliance &R, llvm::ArrayRef<const RivalIndex::Write *> Without);
  [[nodiscard]] bool isAlike(const Reliance &R, const RivalIndex::Write &W) const;
  void outliers(const LockFacts &Facts);
  void readBefore(const LockFacts &Facts);
  [[nodiscard]] const Expr *lockedWriter(const ValueDecl *State, const Reliance &R, const FunctionDecl *&Who);
  [[nodiscard]] bool isTakenTwice(const AccessPath &Lock);
  [[nodiscard]] bool mayRun(const FunctionDecl &Function, const ValueDecl *State) const;
  void loops(const LockFacts &Facts);

  const UnitFacts &Unit;
  const LockIndex &Index;
  llvm::function_ref<void(LockMisuse)> Sink;
  std::set<const Expr *> Told;
  std::map<std::pair<const ValueDecl *, std::string>, Habit> Habits;
  std::map<std::string, bool> TakenTwice;
};

bool IgnoranceFinder::breaks(const Reliance &R, const StateWrite &W) const {
  if (R.Inserts)
    return W.What == Effect::Grow;
  const QualType T = W.Target->getType();
  if (T->isBooleanType()) // a signal, as a rule: stop, cancelled, dirty
    return false;
  return W.What != Effect::Grow;
}

/// Methods of the class whose state it is (of all functions for a variable), while objects are in use.
bool IgnoranceFinder::mayRun(const FunctionDecl &Function, const ValueDecl *State) const {
  if (isa<CXXConstructorDecl, CXXDestructorDecl>(Function) || Function.isMain() || Function.isImplicit())
    return false;
  const auto *Field = dyn_cast<FieldDecl>(State);
  const auto *Method = dyn_cast<CXXMethodDecl>(&Function);
  if (Field && (!Method || (Method->getParent()->getCanonicalDecl() != Field->getParent()->getCanonicalDecl() &&
                            Method->isStatic())))
    return false;
  if (Method &&
      (Method->isCopyAssignmentOperator() || Method->isMoveAssignmentOperator() || Method->getParent()->isLambda()))
    return false;
  // Only constructors and destructors call it: nobody else is there yet, or any more.
  const llvm::ArrayRef<RivalIndex::Call> Calls = Unit.Rivals.callsOf(&Function);
  return Calls.empty() || !llvm::all_of(Calls, [](const RivalIndex::Call &C) {
           return isa_and_nonnull<CXXConstructorDecl, CXXDestructorDecl>(C.Caller);
         });
}

/// With or without the lock? Nothing for writes that say nothing: of other kinds, or while nobody else is there.
std::optional<bool> IgnoranceFinder::isLocked(const RivalIndex::Write &W, const ValueDecl *State, const Reliance &R,
                                              bool &AfterSuspension) const {
  if (!W.Function || W.Function->isDependentContext() || !mayRun(*W.Function, State))
    return std::nullopt;
  const std::optional<StateWrite> Write = writeOf(W.Site, Unit.Library);
  if (!Write || Write->State != State)
    return std::nullopt;
  const LockFacts &Theirs = Index.of(*W.Function);
  const auto Found = Theirs.Writes.find(W.Site);
  if (Found == Theirs.Writes.end() || !Theirs.Paths.resolve(Write->Target).isShared())
    return std::nullopt;
  AfterSuspension = Found->second.AfterSuspension;
  auto isUnder = [&](const AccessPath &Lock) {
    for (std::size_t I = 0; I < Theirs.Uses.size(); ++I)
      if ((I >= 64 || (Found->second.May & (LockSet(1) << I))) && maybeSameLock(Theirs.Uses[I].Lock, Lock))
        return true;
    return Index.mayBeCalledUnder(*W.Function, Lock);
  };
  return isUnder(R.Lock) || llvm::any_of(R.Also, isUnder);
}

/// The exclusive lock of the same object that is held for certain at a write.
const AccessPath *IgnoranceFinder::heldAt(const RivalIndex::Write &W, const Reliance &R) const {
  const LockFacts &Theirs = Index.of(*W.Function);
  const auto Found = Theirs.Writes.find(W.Site);
  if (Found != Theirs.Writes.end())
    for (std::size_t I = 0; I < Theirs.Uses.size() && I < 64; ++I)
      if (const LockUse &Use = Theirs.Uses[I]; (Found->second.Must & (LockSet(1) << I)) && Use.Excludes &&
                                               Use.Mode == LockMode::Exclusive && belongTogether(Use.Lock, R.Place))
        return &Use.Lock;
  return nullptr;
}

/// One function holds a lock that nobody else holds who writes; all of them hold another one.
void IgnoranceFinder::otherLock(const Reliance &R, llvm::ArrayRef<const RivalIndex::Write *> Without) {
  if (!R.Taken || !R.Suspension || Told.contains(R.Taken))
    return;
  const AccessPath *Theirs = nullptr;
  for (const RivalIndex::Write *W : Without) {
    const AccessPath *Here = heldAt(*W, R);
    if (!Here || (Theirs && !surelySameLock(*Here, *Theirs)))
      return;
    Theirs = Here;
  }
  if (!Theirs)
    return;
  Told.insert(R.Taken);
  LockMisuse M{LockMisuse::How::OtherLock, R.Function, R.Taken, nullptr};
  M.Lock = R.Lock.spelling();
  M.Instead = Theirs->spelling();
  M.State = R.Place.spelling();
  M.Other = Without.front()->Function;
  M.Taken = Without.front()->Site;
  M.First = R.First;
  M.Suspension = R.Suspension;
  M.Second = R.Second;
  Sink(std::move(M));
}

const FunctionDecl *calleeOf(const Expr *E) {
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  return F && F->getDeclName().isIdentifier() ? F : nullptr;
}

bool IgnoranceFinder::isAlike(const Reliance &R, const RivalIndex::Write &W) const {
  if (!R.Like)
    return true;
  const FunctionDecl *Callee = calleeOf(W.Site);
  return Callee && Callee->getName() == R.Like->getName() && isCoroutine(*W.Function);
}

IgnoranceFinder::Habit &IgnoranceFinder::habitOf(const ValueDecl *State, const Reliance &R) {
  std::string Key = (R.Inserts ? "+" : "") + (R.Like ? R.Like->getNameAsString() : std::string()) + '|' + keyOf(R.Lock);
  for (const AccessPath &Lock : R.Also)
    Key += '|' + keyOf(Lock);
  auto [It, New] = Habits.try_emplace({State, std::move(Key)});
  Habit &H = It->second;
  if (!New)
    return H;
  for (const RivalIndex::Write &W : Unit.Rivals.writesOf(State)) {
    bool AfterSuspension = false;
    const std::optional<bool> Locked = isLocked(W, State, R, AfterSuspension);
    if (!Locked)
      continue;
    (*Locked ? H.With : H.Without).insert(W.Function->getCanonicalDecl());
    const StateWrite Write = *writeOf(W.Site, Unit.Library);
    if (*Locked) {
      H.Locked.emplace_back(&W, Write);
    } else {
      H.Bare.push_back(&W);
      if (breaks(R, Write) && isAlike(R, W))
        H.Suspects.push_back({&W, AfterSuspension});
    }
  }
  return H;
}

void IgnoranceFinder::rivals(const Reliance &R) {
  const ValueDecl *State = stateOf(R.Place);
  if (!State || !belongTogether(R.Lock, R.Place))
    return;
  Habit &Theirs = habitOf(State, R);
  const FunctionDecl *Mine = R.Function->getCanonicalDecl();
  auto isOther = [&](const Suspect &S) { return S.W->Function->getCanonicalDecl() != Mine; };
  // Where most do without the lock, it is there for something else; or it is the wrong one.
  const std::size_t With = Theirs.With.size() + !Theirs.With.contains(Mine);
  if (Theirs.Without.size() > With) {
    if (With == 1 && llvm::any_of(Theirs.Suspects, isOther))
      otherLock(R, Theirs.Bare);
    return;
  }
  for (auto Next = Theirs.Suspects.begin(); Next != Theirs.Suspects.end();) {
    const auto S = Next++;
    if (!isOther(*S) || (R.Like && S->AfterSuspension))
      continue;
    const Suspect Found = *S;
    Theirs.Suspects.erase(S);
    if (Told.insert(Found.W->Site).second)
      tell(R, Found);
  }
}

void IgnoranceFinder::tell(const Reliance &R, const Suspect &S) {
  LockMisuse M{LockMisuse::How::Ignored, S.W->Function, S.W->Site, nullptr};
  M.Lock = R.Lock.spelling();
  if (const AccessPath *Held = heldAt(*S.W, R))
    M.Instead = Held->spelling();
  // What it has awaited may well be the end of those who take the lock; not where it takes one itself.
  M.Sure = S.AfterSuspension && M.Instead.empty() ? Confidence::Low : Confidence::Medium;
  M.State = Index.of(*S.W->Function).Paths.resolve(writeOf(S.W->Site, Unit.Library)->Target).spelling();
  M.Other = R.Function;
  M.Taken = R.Taken;
  M.First = R.First;
  M.Suspension = R.Suspension;
  M.Second = R.Second;
  Sink(std::move(M));
}

/// A range-for over shared elements, with a suspension in its body: its iterators rely on nobody removing any.
void IgnoranceFinder::loops(const LockFacts &Facts) {
  std::vector<const CXXForRangeStmt *> Loops;
  for (const auto &[Loop, Held] : Facts.Loops)
    if (Held)
      Loops.push_back(Loop);
  llvm::sort(Loops, [](const auto *A, const auto *B) { return A->getForLoc() < B->getForLoc(); });
  for (const CXXForRangeStmt *Loop : Loops) {
    const Expr *Range = Loop->getRangeInit(), *Suspension = nullptr;
    const AccessPath Place = Facts.Paths.resolve(Range);
    if (!Place.isShared() || !suspendsInside(Loop->getBody(), Unit.Suspensions, Suspension))
      continue;
    for (std::size_t I = 0; I < Facts.Uses.size() && I < 64; ++I)
      if (Facts.Loops.lookup(Loop) & (LockSet(1) << I)) {
        Reliance R{&Facts.Function, Place, Facts.Uses[I].Lock, Facts.Uses[I].Site, Range, Suspension, Range};
        for (std::size_t J = 0; J < Facts.Uses.size() && J < 64; ++J)
          if (J != I && (Facts.Loops.lookup(Loop) & (LockSet(1) << J)))
            R.Also.push_back(Facts.Uses[J].Lock);
        rivals(R);
      }
  }
}

/// Several functions take the lock: it is there to keep them apart.
bool IgnoranceFinder::isTakenTwice(const AccessPath &Lock) {
  auto [Known, New] = TakenTwice.try_emplace(keyOf(Lock));
  if (!New)
    return Known->second;
  unsigned Count = 0;
  for (const FunctionDecl *F : Index.lockers())
    Count += llvm::any_of(Index.of(*F).Uses, [&](const LockUse &U) { return U.Site && maybeSameLock(U.Lock, Lock); });
  return Known->second = Count > 1;
}

/// Removes elements under a lock that it keeps over a suspension, while another coroutine does the same without.
void IgnoranceFinder::outliers(const LockFacts &Facts) {
  std::vector<const Expr *> Sites;
  for (const auto &[Site, Write] : Facts.Writes)
    if (Write.Must & Facts.SuspendedUnder)
      Sites.push_back(Site);
  llvm::sort(Sites, [](const Expr *A, const Expr *B) { return A->getBeginLoc() < B->getBeginLoc(); });
  for (const Expr *Site : Sites) {
    const LockedWrite &Write = Facts.Writes.find(Site)->second;
    const std::optional<StateWrite> W = writeOf(Site, Unit.Library);
    const FunctionDecl *Callee = calleeOf(Site);
    if (!W || W->What != Effect::Remove || !Callee || !isCoroutine(Facts.Function))
      continue;
    for (std::size_t I = 0; I < Facts.Uses.size() && I < 64; ++I) {
      const LockUse &Use = Facts.Uses[I];
      if ((Write.Must & Facts.SuspendedUnder & (LockSet(1) << I)) && Use.Site && Use.Mode == LockMode::Exclusive &&
          isTakenTwice(Use.Lock))
        rivals(
            {&Facts.Function, Facts.Paths.resolve(Write.Target), Use.Lock, Use.Site, Site, nullptr, nullptr, Callee});
    }
  }
}

/// Who writes the state under the lock; null if nobody does, or somebody writes it without.
const Expr *IgnoranceFinder::lockedWriter(const ValueDecl *State, const Reliance &R, const FunctionDecl *&Who) {
  const Habit &Theirs = habitOf(State, R);
  if (!Theirs.Without.empty())
    return nullptr;
  for (const auto &[W, Write] : Theirs.Locked)
    if (W->Function->getCanonicalDecl() != R.Function->getCanonicalDecl() && breaks(R, Write)) {
      Who = W->Function;
      return W->Site;
    }
  return nullptr;
}

/// A copy from before the lock was there, used under it instead of what is there now.
void IgnoranceFinder::readBefore(const LockFacts &Facts) {
  const SourceManager &SM = Unit.Context.getSourceManager();
  for (const LockedCopy &Copy : Facts.Copies) {
    const ValueDecl *State = stateOf(Copy.Source);
    const auto Uses = Facts.Mentions.find(cast<ValueDecl>(Copy.Var->getCanonicalDecl()));
    if (!State || Uses == Facts.Mentions.end())
      continue;
    for (std::size_t I = 0; I < Facts.Uses.size() && I < 64; ++I) {
      const LockSet Bit = LockSet(1) << I;
      const LockUse &Use = Facts.Uses[I];
      auto isUnder = [&](const auto &Mention) { return (Mention.second & Bit) != 0; };
      if (!Use.Site || !Use.Waits || !Use.Excludes || (Copy.May & Bit) || !belongTogether(Use.Lock, Copy.Source) ||
          !SM.isBeforeInTranslationUnit(Copy.Site->getBeginLoc(), Use.Site->getBeginLoc()))
        continue;
      const auto Used = llvm::find_if(Uses->second, isUnder);
      // Looked at again under the lock: the copy was a first guess.
      const auto Again = Facts.Mentions.find(State);
      if (Used == Uses->second.end() || (Again != Facts.Mentions.end() && llvm::any_of(Again->second, isUnder)))
        continue;
      const Reliance R{&Facts.Function, Copy.Source, Use.Lock, Use.Site, Copy.Site, Use.Site, Used->first};
      LockMisuse M{LockMisuse::How::ReadBefore, &Facts.Function, Used->first, Copy.Var};
      M.Second = lockedWriter(State, R, M.Other);
      if (!M.Second)
        continue;
      M.Lock = Use.Lock.spelling();
      M.Sure = Confidence::Medium;
      M.State = Copy.Source.spelling();
      M.First = Copy.Site;
      M.Suspension = M.Taken = Use.Site;
      Sink(std::move(M));
      break;
    }
  }
}

void IgnoranceFinder::run() {
  std::map<std::pair<const Expr *, const Expr *>, llvm::SmallVector<const AccessPath *, 2>> Together;
  for (const GuardedWindow &W : Unit.Guarded)
    Together[{W.First, W.Second}].push_back(&W.Lock);
  for (const GuardedWindow &W : Unit.Guarded) {
    const bool Element = !W.Place.Steps.empty() && !W.Place.Steps.back().Field;
    Reliance R{W.Function, W.Place, W.Lock,
               W.Taken,    W.First, W.Suspension,
               W.Second,   nullptr, W.What == Act::Insert || (Element && W.What == Act::Assign)};
    if (const auto Locks = Together.find({W.First, W.Second}); Locks != Together.end())
      for (const AccessPath *Lock : Locks->second)
        if (!samePlace(*Lock, W.Lock))
          R.Also.push_back(*Lock);
    rivals(R);
  }
  for (const FunctionDecl *F : Index.lockers()) {
    const LockFacts &Facts = Index.of(*F);
    loops(Facts);
    outliers(Facts);
    readBefore(Facts);
  }
}

} // namespace

void findIgnoredLocks(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink) {
  IgnoranceFinder(Unit, Sink).run();
}

} // namespace corace::checks
