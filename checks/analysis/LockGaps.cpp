// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function makes sure under a lock that something is there, and gives the lock back; its caller uses the thing
// without the lock, while others take it away under it.
#include "checks/analysis/Evidence.h"
#include "checks/analysis/LockMisuse.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

/// A write of a pointer or optional under a lock.
struct LockedSet {
  const FunctionDecl *Function = nullptr;
  const Expr *Site = nullptr;
  const LockUse *Lock = nullptr;
};

/// `p.reset()`, `p = nullptr`: nothing is there afterwards.
bool empties(const Expr *Site, const StateWrite &W) {
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(Site))
    return W.What == StateWrite::Effect::Remove &&
           llvm::all_of(Call->arguments(), [](const Expr *Arg) { return isa<CXXDefaultArgExpr>(Arg); });
  const auto *Op = dyn_cast<BinaryOperator>(Site);
  const auto *Assign = dyn_cast<CXXOperatorCallExpr>(Site);
  const Expr *Value = Op ? Op->getRHS() : Assign && Assign->getNumArgs() == 2 ? Assign->getArg(1) : nullptr;
  return W.What == StateWrite::Effect::Set && Value && isEmptyValue(Value);
}

class GapFinder {
public:
  GapFinder(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink)
      : Unit(Unit), Index(locksOf(Unit)), Sink(Sink) {}

  void run();

private:
  void state(const FieldDecl &State, llvm::ArrayRef<RivalIndex::Write> Writes);
  void callers(const FieldDecl &State, const LockedSet &Made, const LockedSet &Gone);
  void caller(const FieldDecl &State, const LockedSet &Made, const LockedSet &Gone, const RivalIndex::Call &C);
  [[nodiscard]] bool hasLock(const FunctionDecl &F, const AccessPath &Lock) const;

  const UnitFacts &Unit;
  const LockIndex &Index;
  llvm::function_ref<void(LockMisuse)> Sink;
  llvm::DenseSet<const FunctionDecl *> Lockers;
  llvm::DenseSet<const Expr *> Told;
};

bool mentions(const Stmt *S, const FieldDecl &State) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (const auto *Member = dyn_cast<MemberExpr>(S); Member && Member->getMemberDecl()->getCanonicalDecl() == &State)
    return true;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return mentions(Await->getOperand(), State);
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentions(Child, State); });
}

/// The operation of what the member holds that the expression awaits: `co_await file_->write()`.
const Expr *awaitThrough(const Stmt *S, const FieldDecl &State) {
  const auto *E = dyn_cast_or_null<Expr>(S);
  const auto *Await = E ? dyn_cast<CoawaitExpr>(strip(E)) : nullptr;
  const auto *Call = Await ? dyn_cast<CXXMemberCallExpr>(strip(Await->getOperand())) : nullptr;
  const Expr *Object = Call ? strip(Call->getImplicitObjectArgument()) : nullptr;
  if (const auto *Through = dyn_cast_or_null<CXXOperatorCallExpr>(Object);
      Through && (Through->getOperator() == OO_Arrow || Through->getOperator() == OO_Star))
    Object = strip(Through->getArg(0));
  else if (const auto *Deref = dyn_cast_or_null<UnaryOperator>(Object); Deref && Deref->getOpcode() == UO_Deref)
    Object = strip(Deref->getSubExpr());
  const auto *Member = dyn_cast_or_null<MemberExpr>(Object);
  return Member && Member->getMemberDecl()->getCanonicalDecl() == &State && isa<CXXThisExpr>(strip(Member->getBase()))
             ? Call
             : nullptr;
}

/// The expression of a statement that keeps what it awaits, or drops it.
const Stmt *valueOf(const Stmt *S) {
  if (const auto *D = dyn_cast<DeclStmt>(S); D && D->isSingleDecl())
    if (const auto *Var = dyn_cast<VarDecl>(D->getSingleDecl()))
      return Var->getInit();
  if (const auto *Return = dyn_cast<CoreturnStmt>(S))
    return Return->getOperand();
  return S;
}

/// The statements after the one that is the expression, in its block; nothing if it stands elsewhere.
llvm::ArrayRef<Stmt *> followers(const Stmt *S, const Expr *Site) {
  if (!S || isa<LambdaExpr>(S))
    return {};
  if (const auto *Block = dyn_cast<CompoundStmt>(S)) {
    llvm::ArrayRef<Stmt *> Parts(const_cast<CompoundStmt *>(Block)->body_begin(), Block->size());
    for (std::size_t I = 0; I < Parts.size(); ++I) {
      const auto *E = dyn_cast<Expr>(Parts[I]);
      const auto *Await = E ? dyn_cast<CoawaitExpr>(strip(E)) : nullptr;
      if (Await && strip(Await->getOperand()) == Site)
        return Parts.drop_front(I + 1);
    }
  }
  if (isa<Expr>(S))
    return {};
  for (const Stmt *Child : childrenOf(*S))
    if (llvm::ArrayRef<Stmt *> Found = followers(Child, Site); !Found.empty())
      return Found;
  return {};
}

bool GapFinder::hasLock(const FunctionDecl &F, const AccessPath &Lock) const {
  return llvm::any_of(Index.of(F).Uses, [&](const LockUse &U) { return maybeSameLock(U.Lock, Lock); }) ||
         Index.mayBeCalledUnder(F, Lock);
}

void GapFinder::caller(const FieldDecl &State, const LockedSet &Made, const LockedSet &Gone,
                       const RivalIndex::Call &C) {
  const auto *Call = dyn_cast<CallExpr>(C.Site);
  const Expr *Object = Call ? objectOfCall(Call) : nullptr;
  if (!C.Awaited || !C.Caller || !Object || !isa<CXXThisExpr>(strip(Object)) || C.Caller->isDependentContext() ||
      !isCoroutine(*C.Caller))
    return;
  // Any lock that is held where it goes keeps it there.
  const LockFacts &There = Index.of(*Gone.Function);
  const LockSet Held = There.Writes.find(Gone.Site)->second.May;
  for (std::size_t I = 0; I < There.Uses.size() && I < 64; ++I)
    if ((Held & (LockSet(1) << I)) && hasLock(*C.Caller, There.Uses[I].Lock))
      return;
  for (const Stmt *Next : followers(writtenBody(*C.Caller), strip(Call))) {
    const Expr *Use = awaitThrough(valueOf(Next), State);
    if (!Use) {
      if (mentions(Next, State))
        return; // looks again, keeps a copy
      continue;
    }
    if (!Told.insert(Use).second)
      return;
    LockMisuse M{LockMisuse::How::GivenBack, C.Caller, Use, nullptr};
    M.Lock = Made.Lock->Lock.spelling();
    M.Sure = Confidence::Medium;
    M.State = State.getNameAsString();
    M.Other = Made.Function;
    M.Taken = Made.Lock->Site;
    M.First = Call;
    M.Second = Gone.Site;
    M.Rival = Gone.Function;
    return Sink(std::move(M));
  }
}

void GapFinder::callers(const FieldDecl &State, const LockedSet &Made, const LockedSet &Gone) {
  for (const RivalIndex::Call &C : Unit.Rivals.callsOf(Made.Function))
    caller(State, Made, Gone, C);
}

void GapFinder::state(const FieldDecl &State, llvm::ArrayRef<RivalIndex::Write> Writes) {
  std::vector<LockedSet> Made, Gone;
  for (const RivalIndex::Write &W : Writes) {
    if (!W.Function || !Lockers.contains(W.Function->getCanonicalDecl()) || W.Function->isDependentContext() ||
        !isCoroutine(*W.Function))
      continue;
    const std::optional<StateWrite> Write = writeOf(W.Site, Unit.Library);
    const LockFacts &Facts = Index.of(*W.Function);
    const auto Found = Facts.Writes.find(W.Site);
    if (!Write || Write->State != &State || Found == Facts.Writes.end() ||
        Facts.Paths.resolve(Write->Target).Base != AccessPath::BaseKind::This)
      continue;
    for (std::size_t I = 0; I < Facts.Uses.size() && I < 64; ++I)
      if (const LockUse &Use = Facts.Uses[I]; (Found->second.Must & (LockSet(1) << I)) && Use.Site && Use.Excludes &&
                                              Use.Lock.Base == AccessPath::BaseKind::This)
        (empties(W.Site, *Write) ? Gone : Made).push_back({W.Function, W.Site, &Use});
  }
  for (const LockedSet &M : Made)
    for (const LockedSet &G : Gone)
      if (M.Function != G.Function && surelySameLock(M.Lock->Lock, G.Lock->Lock))
        callers(State, M, G);
}

void GapFinder::run() {
  if (Index.lockers().empty())
    return;
  for (const FunctionDecl *F : Index.lockers())
    Lockers.insert(F->getCanonicalDecl());
  std::vector<const FieldDecl *> States;
  Unit.Rivals.forEachWrite([&](const ValueDecl *Place, llvm::ArrayRef<RivalIndex::Write> Writes) {
    if (const auto *Field = dyn_cast<FieldDecl>(Place); Field && Writes.size() > 1 && isPointerLike(Field->getType()))
      States.push_back(Field->getCanonicalDecl());
  });
  llvm::sort(States, [](const FieldDecl *A, const FieldDecl *B) { return A->getLocation() < B->getLocation(); });
  for (const FieldDecl *State : States)
    state(*State, Unit.Rivals.writesOf(State));
}

} // namespace

void findLockGaps(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink) { GapFinder(Unit, Sink).run(); }

} // namespace corace::checks
