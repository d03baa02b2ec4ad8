// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Marks.h"

#include "checks/analysis/Evidence.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

/// A statement that makes a mark or takes it away.
struct Mark {
  const Expr *Site = nullptr;
  AccessPath Place;
  bool Counts = false;
  bool Locks = false;
  std::int64_t Value = 0; ///< set, or added
};

class MarkWalk {
public:
  MarkWalk(const UnitFacts &Unit, const Throws &Escapes, const FunctionDecl &F, bool OfLocks,
           llvm::function_ref<void(LeftMark)> Sink)
      : Unit(Unit), Escapes(Escapes), F(F), OfLocks(OfLocks), Sink(Sink) {}

  void walk(const Stmt *S, unsigned Depth = 0);

private:
  [[nodiscard]] Mark markOf(const Stmt *S) const;
  [[nodiscard]] const PathResolver &paths() const { return Resolver ? *Resolver : Resolver.emplace(F, Unit.Library); }
  [[nodiscard]] Mark lockOf(const Expr *E) const;
  [[nodiscard]] bool isOwn(const Mark &M, const Expr *Reset) const;
  [[nodiscard]] bool mentions(const Stmt *S, const AccessPath &Place) const;
  [[nodiscard]] const CoawaitExpr *cancelledAwait(const Stmt *S) const;
  [[nodiscard]] const Expr *canceller() const;
  void block(llvm::ArrayRef<const Stmt *> Parts);
  void pair(const Mark &Set, llvm::ArrayRef<const Stmt *> Rest);

  const UnitFacts &Unit;
  const Throws &Escapes;
  const FunctionDecl &F;
  const bool OfLocks;
  mutable std::optional<const Expr *> Canceller; ///< looked for once
  mutable std::optional<PathResolver> Resolver;  ///< made when there is something to resolve
  llvm::function_ref<void(LeftMark)> Sink;
  llvm::SmallVector<const Stmt *, 16> Tests; ///< branches above and before
};

/// `co_await m.lock()` without a guard, `m.unlock()`.
Mark MarkWalk::lockOf(const Expr *E) const {
  Mark M;
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  const Expr *Operation = Await ? Unit.Suspensions.operation(Await->getOperand()) : E;
  const OpModel *Op = Operation ? Unit.Library.op(Operation) : nullptr;
  if (!Op && Await && Operation)
    Op = Unit.Library.awaitOn(strip(Operation)->getType());
  const CXXRecordDecl *Guard = E->getType()->getAsCXXRecordDecl();
  if (!Op || (Guard && Guard->hasDefinition() && !Guard->hasTrivialDestructor()))
    return {};
  const bool Takes = Op->Acquire && Await && !Op->AcquiresWhenCalled;
  if (!Takes && !(Op->Release && Op->ReleasesWhenAwaited == (Await != nullptr)))
    return {};
  M.Place = Locks(paths(), Unit.Library, Unit.Context).lockOf(Operation, *Op);
  if (!M.Place.isShared())
    return {};
  M.Locks = true;
  M.Value = Takes;
  M.Site = E;
  return M;
}

/// `busy = true`, `++running`, `running -= 1`: of members and globals.
Mark MarkWalk::markOf(const Stmt *S) const {
  const auto *E = dyn_cast<Expr>(S);
  E = E ? strip(E) : nullptr;
  if (OfLocks)
    return E ? lockOf(E) : Mark();
  Mark M;
  const Expr *Target = nullptr;
  if (const auto *Inc = dyn_cast_or_null<UnaryOperator>(E); Inc && Inc->isIncrementDecrementOp()) {
    Target = Inc->getSubExpr();
    M.Counts = true;
    M.Value = Inc->isIncrementOp() ? 1 : -1;
  } else if (const auto *Op = dyn_cast_or_null<BinaryOperator>(E); Op && Op->isAssignmentOp()) {
    Expr::EvalResult Result;
    const auto Code = Op->getOpcode();
    if ((Code != BO_Assign && Code != BO_AddAssign && Code != BO_SubAssign) || Op->getRHS()->isValueDependent() ||
        !Op->getRHS()->EvaluateAsInt(Result, Unit.Context))
      return {};
    Target = Op->getLHS();
    M.Counts = Code != BO_Assign;
    M.Value = Result.Val.getInt().tryExtValue().value_or(0);
    if (M.Value < -1000000 || M.Value > 1000000 || (M.Counts && M.Value == 0))
      return {}; // counts nobody
    M.Value *= Code == BO_SubAssign ? -1 : 1;
  }
  if (!Target || (!M.Counts && !Target->getType()->isBooleanType()) ||
      (M.Counts && !Target->getType()->isIntegerType()))
    return {};
  if (const auto *Ref = dyn_cast<DeclRefExpr>(strip(Target)))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
        Var && Var->hasLocalStorage() && !Var->getType()->isReferenceType())
      return {}; // the usual counter
  M.Place = paths().resolve(Target);
  if (!M.Place.isShared())
    return {};
  M.Site = E;
  return M;
}

/// Nobody else ever takes the mark away.
bool MarkWalk::isOwn(const Mark &M, const Expr *Reset) const {
  const ValueDecl *State = stateOf(M.Place);
  return State && llvm::all_of(Unit.Rivals.writesOf(State), [&](const RivalIndex::Write &W) {
           // By its place: each instantiation of a template has writes of its own.
           const SourceLocation Where = W.Site->getExprLoc();
           return !W.Function || isa<CXXConstructorDecl>(W.Function) || Where == Reset->getExprLoc() ||
                  Where == M.Site->getExprLoc();
         });
}

bool MarkWalk::mentions(const Stmt *S, const AccessPath &Place) const {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (const auto *E = dyn_cast<Expr>(S); E && isa<DeclRefExpr, MemberExpr>(E) && samePlace(paths().resolve(E), Place))
    return true;
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentions(Child, Place); });
}

const Expr *conditionOf(const Stmt *Branch) {
  if (const auto *If = dyn_cast<IfStmt>(Branch))
    return If->getCond();
  if (const auto *While = dyn_cast<WhileStmt>(Branch))
    return While->getCond();
  return nullptr;
}

/// The operation around an expression that ends when one of its tasks has ended, and cancels the others.
const CallExpr *raceAround(const Stmt *S, const Expr *Task, const UnitFacts &Unit) {
  if (!S || isa<LambdaExpr>(S))
    return nullptr;
  if (const auto *Call = dyn_cast<CallExpr>(S))
    if (const OpModel *Op = Unit.Library.op(Call); Op && Op->CancelsOthers)
      for (const Expr *Arg : Call->arguments())
        if (const Expr *Operation = Unit.Suspensions.operation(Arg); Operation && strip(Operation) == Task)
          return Call;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return raceAround(Await->getOperand(), Task, Unit);
  if (const auto *Return = dyn_cast<CoreturnStmt>(S))
    return raceAround(Return->getOperand(), Task, Unit);
  for (const Stmt *Child : S->children())
    if (const CallExpr *Found = raceAround(Child, Task, Unit))
      return Found;
  return nullptr;
}

/// Somebody races this coroutine against others.
const Expr *MarkWalk::canceller() const {
  if (!Canceller) {
    Canceller = nullptr;
    for (const RivalIndex::Call &C : Unit.Rivals.callsOf(&F))
      if (!*Canceller && C.Caller && !C.Awaited)
        Canceller = raceAround(writtenBody(*C.Caller), strip(C.Site), Unit);
  }
  return *Canceller;
}

/// An await in the statement that a cancellation does not get out of as if nothing had been: it gives no result that
/// could tell of it, and sets no variable.
const CoawaitExpr *MarkWalk::cancelledAwait(const Stmt *S) const {
  const auto *E = dyn_cast_or_null<Expr>(S);
  const auto *Await = dyn_cast_or_null<CoawaitExpr>(E ? strip(E) : nullptr);
  if (!Await || !Await->getType()->isVoidType() || !Unit.Suspensions.classify(*Await).suspends())
    return nullptr;
  const Expr *Operation = Unit.Suspensions.operation(Await->getOperand());
  if (const FunctionDecl *Task = Operation ? Suspension::coroutineOf(strip(Operation)) : nullptr)
    if (Escapes.of(*Task).What == Escape::How::No)
      return nullptr;
  llvm::SmallVector<const Stmt *, 16> Work{Await->getOperand()};
  while (!Work.empty()) {
    const Stmt *Part = Work.pop_back_val();
    if (const auto *Call = dyn_cast_or_null<CallExpr>(Part))
      for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I) {
        const auto *Ref = dyn_cast<DeclRefExpr>(strip(Call->getArg(I)));
        const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
        if (Var && Call->getArg(I)->isLValue() && !Call->getArg(I)->getType().isConstQualified())
          return nullptr;
      }
    if (Part)
      Work.append(Part->child_begin(), Part->child_end());
  }
  return Await;
}

/// From the mark on: an await that may fail, and then what takes the mark away.
void MarkWalk::pair(const Mark &Set, llvm::ArrayRef<const Stmt *> Rest) {
  LeftMark Found;
  const Expr *Reset = nullptr;
  for (std::size_t I = 0; I < Rest.size() && !Reset; ++I) {
    const Mark Other = markOf(Rest[I]);
    if (!Other.Site || !samePlace(Other.Place, Set.Place))
      continue;
    if (Other.Counts != Set.Counts || (Set.Counts ? Other.Value != -Set.Value : !Other.Value == !Set.Value))
      return;
    Reset = Other.Site;
    Rest = Rest.take_front(I);
  }
  if (!Reset || (!Set.Locks && !isOwn(Set, Reset)))
    return;
  for (const Stmt *S : Rest) {
    if (mentions(S, Set.Place))
      return;
    if (!Found.Fails.Await)
      Found.Fails = Escapes.awaitIn(S);
  }
  if (!Found.Fails.Await && canceller())
    for (const Stmt *S : Rest)
      if (const CoawaitExpr *Await = Found.Fails.Await ? nullptr : cancelledAwait(S)) {
        Found.Fails.Await = Await;
        Found.Cancelled = canceller();
      }
  if (!Found.Fails.Await)
    return;
  Found.Lock = Set.Locks;
  if (!Set.Counts && !Set.Locks) {
    const auto Test =
        llvm::find_if(Tests, [&](const Stmt *Branch) { return mentions(conditionOf(Branch), Set.Place); });
    if (Test == Tests.end())
      return; // a message, perhaps, that keeps nobody out
    Found.Test = *Test;
  }
  Found.Function = &F;
  Found.Place = Set.Place.spelling();
  Found.Set = Set.Site;
  Found.Reset = Reset;
  Sink(std::move(Found));
}

void MarkWalk::block(llvm::ArrayRef<const Stmt *> Parts) {
  constexpr unsigned MaxMarks = 16; // in one block
  const std::size_t Before = Tests.size();
  unsigned Marks = 0;
  for (std::size_t I = 0; I < Parts.size(); ++I) {
    if (conditionOf(Parts[I]))
      Tests.push_back(Parts[I]);
    const Mark Set = markOf(Parts[I]);
    if (Set.Site && ++Marks <= MaxMarks && (Set.Counts || Set.Value != 0))
      pair(Set, Parts.drop_front(I + 1));
  }
  Tests.truncate(Before);
}

void MarkWalk::walk(const Stmt *S, unsigned Depth) {
  if (!S || isa<Expr>(S) || Depth > 200)
    return;
  // Who handles failures around it may set it back there.
  if (const auto *Try = dyn_cast<CXXTryStmt>(S)) {
    for (unsigned I = 0; I < Try->getNumHandlers(); ++I)
      walk(Try->getHandler(I)->getHandlerBlock(), Depth + 1);
    return;
  }
  const bool Branches = conditionOf(S) != nullptr;
  if (Branches)
    Tests.push_back(S);
  if (const auto *Block = dyn_cast<CompoundStmt>(S))
    block(llvm::ArrayRef<const Stmt *>(Block->body_begin(), Block->size()));
  for (const Stmt *Child : childrenOf(*S))
    walk(Child, Depth + 1);
  if (Branches)
    Tests.pop_back();
}

} // namespace

void findLeftMarks(const UnitFacts &Unit, bool Locks, llvm::function_ref<void(LeftMark)> Sink) {
  const Throws Escapes(Unit.Suspensions, Unit.Context);
  llvm::DenseSet<SourceLocation> Told; // instantiations of one template
  for (const FunctionDecl *Coroutine : Unit.Rivals.coroutines())
    if (!Coroutine->isInvalidDecl())
      MarkWalk(Unit, Escapes, *Coroutine, Locks, [&](LeftMark M) {
        if (Told.insert(M.Set->getExprLoc()).second)
          Sink(std::move(M));
      }).walk(writtenBody(*Coroutine));
}

} // namespace corace::checks
