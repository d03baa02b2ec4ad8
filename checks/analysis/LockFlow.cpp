// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LockFlow.h"

#include "checks/analysis/Passes.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxVisitsPerBlock = 24;
constexpr std::size_t MaxUses = 64; // what comes beyond is not held

struct Holding {
  bool Reachable = false;
  bool Suspended = false;
  LockSet Must = 0, May = 0;
  std::map<const ValueDecl *, LockSet> Guards;

  bool join(const Holding &Other) {
    if (!Reachable) {
      *this = Other;
      return true;
    }
    bool Changed = (Other.Suspended && !Suspended) || (Must & ~Other.Must) || (Other.May & ~May);
    Suspended |= Other.Suspended;
    Must &= Other.Must;
    May |= Other.May;
    for (const auto &[Var, Set] : Other.Guards) {
      LockSet &Mine = Guards[Var];
      Changed |= (Set & ~Mine) != 0;
      Mine |= Set;
    }
    return Changed;
  }
};

class LockWalk {
public:
  LockWalk(LockFacts &Out, const UnitFacts &Unit)
      : Out(Out), Unit(Unit), Library(Unit.Library), EntryLocks(Out.Uses.size()), Parents(Out.Parents) {}

  void run();

private:
  void link(const Stmt *S, const Stmt *Parent);
  void skipMachinery(const Stmt *S, const Stmt *Operand);
  void element(const CFGElement &E, Holding &H);
  void statement(const Stmt *S, Holding &H);
  void await(const CoroutineSuspendExpr *E, Holding &H);
  void acquire(const Expr *Site, const Expr *Operation, const OpModel &Op, Holding &H);
  void call(const CallExpr *Call, Holding &H);
  void adopt(const CXXConstructExpr *E, Holding &H);
  void handedOver(Holding &H);
  void exposed(const Expr *Arg, Holding &H);
  bool guardOperation(const CallExpr *Call, const OpModel *Op, Holding &H);
  void assigned(const CXXOperatorCallExpr *Call, Holding &H);
  void declared(const VarDecl *Var, Holding &H);
  void written(const Expr *E, Holding &H);
  void markAwaited(const Expr *Operation);
  void changed(const ValueDecl *Var, Holding &H);
  void mention(const Expr *E, const ValueDecl *What, const Holding &H);
  void copied(const VarDecl *Var, const Holding &H);
  void loop(const DeclStmt *D, Holding &H);
  void drop(LockSet Which, Holding &H, bool Certain = true);
  [[nodiscard]] LockSet locksOf(const AccessPath &Lock, LockSet Among) const;
  [[nodiscard]] const ValueDecl *guardOf(const Expr *E) const;

  LockFacts &Out;
  const UnitFacts &Unit;
  const LibraryView &Library;
  const std::size_t EntryLocks;
  ParentMap &Parents;
  llvm::DenseSet<const Stmt *> Machinery;
  llvm::DenseMap<const Expr *, unsigned> UseOf;
  llvm::DenseMap<const Expr *, std::size_t> CallOf;
  bool ReleasedByLambda = false;
  bool Collecting = false;
};

void LockWalk::skipMachinery(const Stmt *S, const Stmt *Operand) {
  if (!S || S == Operand || isa<LambdaExpr>(S))
    return;
  Machinery.insert(S);
  for (const Stmt *Child : childrenOf(*S))
    skipMachinery(Child, Operand);
}

bool releasesInside(const Stmt *S, const LibraryView &Library) {
  if (!S)
    return false;
  if (const auto *Call = dyn_cast<CallExpr>(S))
    if (const OpModel *Op = Library.op(Call); Op && Op->Release)
      return true;
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return releasesInside(Child, Library); });
}

void LockWalk::link(const Stmt *S, const Stmt *Parent) {
  if (!S)
    return;
  Parents.try_emplace(S, Parent);
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
    const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand();
    for (const Expr *Part :
         {Suspend->getCommonExpr(), Suspend->getReadyExpr(), Suspend->getSuspendExpr(), Suspend->getResumeExpr()})
      skipMachinery(Part, Operand);
    return link(Operand, S);
  }
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    // A scope guard made of a lambda ends the lock at a place that is not followed.
    ReleasedByLambda = ReleasedByLambda || releasesInside(Lambda->getBody(), Library);
    for (const Expr *Init : Lambda->capture_inits())
      link(Init, S);
    return;
  }
  if (const auto *Catch = dyn_cast<CXXCatchStmt>(S))
    return link(Catch->getHandlerBlock(), S);
  for (const Stmt *Child : childrenOf(*S))
    link(Child, S);
}

void LockWalk::run() {
  const Stmt *Body = writtenBody(Out.Function);
  const CFG *Graph = Body ? Unit.ControlFlow.of(Out.Function) : nullptr;
  if (!Graph)
    return;
  link(Body, nullptr);
  std::vector<Holding> In(Graph->getNumBlockIDs());
  std::vector<unsigned> Visits(Graph->getNumBlockIDs());
  Holding &Start = In[Graph->getEntry().getBlockID()];
  Start.Reachable = true;
  for (std::size_t I = 0; I < EntryLocks; ++I)
    Start.Must |= LockSet(1) << I;
  Start.May = Start.Must;
  PostOrderCFGView Order(Graph);
  Passes Work(*Graph, Order);
  while (const CFGBlock *Block = Work.next()) {
    if (++Visits[Block->getBlockID()] > MaxVisitsPerBlock) {
      Out.Uses.resize(EntryLocks);
      return;
    }
    Holding H = In[Block->getBlockID()];
    for (const CFGElement &E : *Block)
      element(E, H);
    for (const CFGBlock::AdjacentBlock &Next : Block->succs())
      if (const CFGBlock *To = Next.getReachableBlock(); To && In[To->getBlockID()].join(H))
        Work.enqueue(To);
  }
  Collecting = true;
  for (const CFGBlock *Block : Order)
    if (Holding H = In[Block->getBlockID()]; H.Reachable)
      for (const CFGElement &E : *Block)
        element(E, H);
}

void LockWalk::element(const CFGElement &E, Holding &H) {
  if (auto Statement = E.getAs<CFGStmt>())
    statement(Statement->getStmt(), H);
  else if (auto Destroyed = E.getAs<CFGAutomaticObjDtor>())
    if (auto It = H.Guards.find(Destroyed->getVarDecl()); It != H.Guards.end()) {
      drop(It->second, H);
      H.Guards.erase(It);
    }
}

void LockWalk::statement(const Stmt *S, Holding &H) {
  if (Machinery.contains(S))
    return;
  if (const auto *D = dyn_cast<DeclStmt>(S)) {
    for (const Decl *Each : D->decls())
      if (const auto *Var = dyn_cast<VarDecl>(Each)) {
        changed(Var, H);
        declared(Var, H);
        copied(Var, H);
      }
    loop(D, H);
  } else if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    await(Suspend, H);
  } else if (const auto *Member = dyn_cast<MemberExpr>(S)) {
    mention(Member, Member->getMemberDecl(), H);
  } else if (const auto *Ref = dyn_cast<DeclRefExpr>(S)) {
    mention(Ref, Ref->getDecl(), H);
  } else if (const auto *Construct = dyn_cast<CXXConstructExpr>(S)) {
    adopt(Construct, H);
  } else if (const auto *Call = dyn_cast<CallExpr>(S)) {
    written(Call, H);
    call(Call, H);
  } else if (const auto *E = dyn_cast<Expr>(S); E && (isa<BinaryOperator>(E) || isa<UnaryOperator>(E))) {
    written(E, H);
  } else if (const auto *List = dyn_cast<InitListExpr>(S)) {
    for (const Expr *Init : List->inits())
      exposed(Init, H);
  } else if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      if (Init)
        exposed(Init, H);
  }
}

void LockWalk::drop(LockSet Which, Holding &H, bool Certain) {
  H.Must &= ~Which;
  if (Certain)
    H.May &= ~Which;
}

LockSet LockWalk::locksOf(const AccessPath &Lock, LockSet Among) const {
  LockSet Found = 0;
  for (std::size_t I = 0; I < Out.Uses.size(); ++I)
    if ((Among & (LockSet(1) << I)) && overlap(Out.Uses[I].Lock, Lock))
      Found |= LockSet(1) << I;
  return Found;
}

/// The local variable, or the whole of a structured binding, that an expression names.
const ValueDecl *LockWalk::guardOf(const Expr *E) const {
  E = strip(E);
  while (const auto *Call = dyn_cast_or_null<CallExpr>(E)) {
    if (!isPassThrough(Call))
      break;
    E = strip(Call->getArg(0));
  }
  if (const auto *Address = dyn_cast_or_null<UnaryOperator>(E); Address && Address->getOpcode() == UO_AddrOf)
    E = strip(Address->getSubExpr());
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
  if (!Ref)
    return nullptr;
  if (const auto *B = dyn_cast<BindingDecl>(Ref->getDecl()))
    return B->getDecomposedDecl();
  return Ref->getDecl();
}

void LockWalk::acquire(const Expr *Site, const Expr *Operation, const OpModel &Op, Holding &H) {
  const GuardHome Home = homeOfGuard(Site, Parents);
  const CXXRecordDecl *Result = Site->getType()->getAsCXXRecordDecl();
  const bool HasGuard = Result && !Result->hasTrivialDestructor();
  auto [It, New] = UseOf.try_emplace(Site, static_cast<unsigned>(Out.Uses.size()));
  if (New) {
    LockUse Use;
    Use.Site = Site;
    Use.Lock = Out.Table.lockOf(Operation, Op);
    Use.Mode = *Op.Acquire;
    std::string WhyNot;
    Use.Excludes = Out.Table.excludes(Operation, Op, WhyNot);
    if (Use.Mode == LockMode::Counted) {
      const Locks::Units Units = Out.Table.unitsOf(Operation, Op);
      // What starts with nothing is a signal, and whoever waits for it holds nothing.
      Use.Alone = Units.Count && *Units.Count > 0 && Units.Taken >= *Units.Count;
    }
    // By name, as in all libraries: try_lock, tryLock, co_try_wait_for, try_get_units.
    const StringRef Key =
        StringRef(Op.Key).rsplit(':').second.empty() ? StringRef(Op.Key) : StringRef(Op.Key).rsplit(':').second;
    Use.Waits = !Op.AcquiresWhenCalled && !Key.starts_with("try") && !Key.contains("_try");
    Out.Uses.push_back(std::move(Use));
  }
  if (It->second >= MaxUses)
    return;
  const LockSet Bit = LockSet(1) << It->second;
  LockUse &Use = Out.Uses[It->second];
  if (Collecting)
    Use.Before = H.Must;
  if (!Use.Lock || (HasGuard && Home.K == GuardHome::Kind::Dropped))
    return;
  H.May |= Bit;
  const bool ByHand = !HasGuard;
  if (Use.Waits && (ByHand ? !ReleasedByLambda : Home.K == GuardHome::Kind::Variable))
    H.Must |= Bit;
  if (HasGuard && Home.Var)
    H.Guards[Home.Var] |= Bit;
}

void LockWalk::await(const CoroutineSuspendExpr *E, Holding &H) {
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  const Expr *Operation = Await ? Unit.Suspensions.operation(Await->getOperand()) : nullptr;
  if (Unit.Suspensions.classify(*E).suspends()) {
    H.Suspended = true;
    if (Collecting)
      Out.SuspendedUnder |= H.Must;
  }
  if (!Await)
    return;
  const OpModel *Op = Library.op(Operation);
  markAwaited(Operation);
  if (const auto *All = dyn_cast_or_null<CallExpr>(strip(Operation)); All && Op && Op->SpawnsAll)
    for (const Expr *Arg : All->arguments())
      markAwaited(Arg);
  if (!Op)
    Op = Library.awaitOn(strip(Operation)->getType());
  if (!Op)
    return;
  if (Op->Release && Op->ReleasesWhenAwaited)
    drop(locksOf(Out.Table.lockOf(Operation, *Op), ~LockSet(0)), H);
  if (Op->Acquire && !Op->AcquiresWhenCalled)
    acquire(E, Operation, *Op, H);
}

void LockWalk::markAwaited(const Expr *Operation) {
  if (auto It = CallOf.find(strip(Operation)); It != CallOf.end())
    Out.Calls[It->second].Awaited = true;
}

/// guard.unlock(), units.return_all(), guard.lock(): on a local guard.
bool LockWalk::guardOperation(const CallExpr *Call, const OpModel *Op, Holding &H) {
  const Expr *Object = objectOfCall(Call);
  const FunctionDecl *F = Call->getDirectCallee();
  const ValueDecl *Guard = Object ? guardOf(Object) : nullptr;
  auto It = Guard && F ? H.Guards.find(Guard) : H.Guards.end();
  if (It == H.Guards.end())
    return false;
  const auto *Method = dyn_cast<CXXMethodDecl>(F);
  if (isa<CXXOperatorCallExpr>(Call) || (Method && Method->isConst()))
    return true; // looks at it, or is an assignment, which comes by itself
  const TypeModel *Type = Library.type(strip(Object)->getType());
  const StringRef Name = F->getDeclName().isIdentifier() ? F->getName() : StringRef();
  // What the lock's own methods do is known; of others only that they are about the guard: reset(), swap().
  const bool Ends = (Op && Op->Release) || (Type && llvm::is_contained(Type->Releases, Name.str())) || Name == "reset";
  drop(It->second, H, /*Certain=*/Ends);
  return true;
}

/// Somebody gets the object: what was taken by hand may be given back there, for example when an awaiter suspends.
void LockWalk::handedOver(Holding &H) {
  LockSet Guarded = 0;
  for (const auto &[Var, Set] : H.Guards)
    Guarded |= Set;
  for (std::size_t I = EntryLocks; I < Out.Uses.size() && I < MaxUses; ++I)
    if (!(Guarded & (LockSet(1) << I)) && Out.Uses[I].Lock.Base == AccessPath::BaseKind::This)
      drop(LockSet(1) << I, H, /*Certain=*/false);
}

/// A lock or a guard is handed to somebody: nothing is certain of it any more.
void LockWalk::exposed(const Expr *Arg, Holding &H) {
  if (!Arg->isGLValue() && !Arg->getType()->isPointerType() && !isStdMove(Arg))
    return;
  if (Arg->isLValue() && Arg->getType().isConstQualified())
    return;
  if (const ValueDecl *Var = guardOf(Arg))
    if (auto It = H.Guards.find(Var); It != H.Guards.end())
      drop(It->second, H, /*Certain=*/false);
  const AccessPath P = Arg->getType()->isPointerType() ? Out.Paths.pointee(Arg) : Out.Paths.resolve(Arg);
  if (P.Base == AccessPath::BaseKind::This && P.Steps.empty())
    handedOver(H);
  else
    for (std::size_t I = 0; I < Out.Uses.size(); ++I)
      if ((H.Must & (LockSet(1) << I)) && samePlace(Out.Uses[I].Lock, P))
        drop(LockSet(1) << I, H, /*Certain=*/false);
}

void LockWalk::call(const CallExpr *Call, Holding &H) {
  if (isPassThrough(Call))
    return;
  const OpModel *Op = Library.op(Call);
  if (const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call); Operator && Operator->getOperator() == OO_Equal)
    return assigned(Operator, H);
  if (guardOperation(Call, Op, H))
    return;
  if (Op && Op->Release && !Op->ReleasesWhenAwaited) {
    const AccessPath Lock = Out.Table.lockOf(Call, *Op);
    if (Collecting && Lock && !locksOf(Lock, H.May))
      Out.ForeignReleases.push_back(Lock);
    drop(locksOf(Lock, ~LockSet(0)), H);
  }
  if (Op && Op->Acquire && Op->AcquiresWhenCalled)
    acquire(Call, Call, *Op, H);
  if (Op && (Op->Acquire || Op->Release || Op->Drops))
    return;
  const FunctionDecl *Callee = Call->getDirectCallee();
  const FunctionDecl *Definition = nullptr;
  const bool Visible = Callee && Callee->isDefined(Definition);
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Callee);
  const Expr *Object = objectOfCall(Call);
  if (Collecting && Visible && !(Method && Method->isVirtual() && !Method->hasAttr<FinalAttr>())) {
    CallOf[Call] = Out.Calls.size();
    Out.Calls.push_back({Call, Definition, false, H.Must, H.May});
  }
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I)
    exposed(Call->getArg(I), H);
  // A method of the same object may release what was taken by hand.
  if (Object && isa<CXXThisExpr>(strip(Object)) && !(Method && Method->isConst()))
    handedOver(H);
}

/// A guard of a lock that is held already takes it over: std::unique_lock l(m, std::adopt_lock).
void LockWalk::adopt(const CXXConstructExpr *E, Holding &H) {
  if (!Library.isAsyncGuard(E->getType()) || E->getNumArgs() == 0) {
    if (!E->getConstructor()->isCopyOrMoveConstructor())
      for (const Expr *Arg : E->arguments())
        exposed(Arg, H);
    return;
  }
  const GuardHome Home = homeOfGuard(E, Parents);
  if (isStdMove(E->getArg(0)) && !Home.Var)
    return exposed(E->getArg(0), H);
  const LockSet Taken = locksOf(Out.Paths.resolve(E->getArg(0)), H.May);
  if (Home.Var)
    H.Guards[Home.Var] |= Taken;
  else if (Taken)
    drop(Taken, H, /*Certain=*/false);
}

/// `auto other = std::move(guard)`.
void LockWalk::declared(const VarDecl *Var, Holding &H) {
  const Expr *Init = Var->getInit() ? strip(Var->getInit()) : nullptr;
  for (unsigned I = 0; I < 4; ++I)
    if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(Init); C && C->getNumArgs() == 1)
      Init = strip(C->getArg(0));
  if (!Init || !isStdMove(Init))
    return;
  const ValueDecl *From = guardOf(Init);
  if (auto It = H.Guards.find(From); From && It != H.Guards.end())
    H.Guards[Var] |= std::exchange(It->second, 0);
}

/// `guard = ...`: what it had is released; what it gets is held if it is an acquisition or another guard.
void LockWalk::assigned(const CXXOperatorCallExpr *Call, Holding &H) {
  const ValueDecl *To = Call->getNumArgs() == 2 ? guardOf(Call->getArg(0)) : nullptr;
  LockSet New = 0;
  if (const ValueDecl *From = Call->getNumArgs() == 2 ? guardOf(Call->getArg(1)) : nullptr; From != To)
    if (auto It = H.Guards.find(From); From && It != H.Guards.end()) {
      New = std::exchange(It->second, 0);
      if (!To)
        drop(New, H, /*Certain=*/false);
    }
  if (!To)
    return;
  for (const auto &[Site, Index] : UseOf)
    if (Index < MaxUses && homeOfGuard(Site, Parents).Var == To)
      for (const Stmt *S = Site; S; S = Parents.lookup(S))
        if (S == Call)
          New |= LockSet(1) << Index;
  LockSet &Mine = H.Guards[To];
  drop(Mine & ~New, H);
  Mine = New;
}

void LockWalk::mention(const Expr *E, const ValueDecl *What, const Holding &H) {
  if (Collecting && H.Must && isa<VarDecl, FieldDecl>(What))
    Out.Mentions[cast<ValueDecl>(What->getCanonicalDecl())].emplace_back(E, H.Must);
}

/// `auto copy = member;`
void LockWalk::copied(const VarDecl *Var, const Holding &H) {
  const Expr *Init = Collecting && Var->getInit() ? strip(Var->getInit()) : nullptr;
  const auto *Copy = dyn_cast_or_null<CXXConstructExpr>(Init);
  if (!Copy || !Copy->getConstructor()->isCopyConstructor() || Var->hasGlobalStorage() || isPointerLike(Var->getType()))
    return;
  if (AccessPath Source = Out.Paths.resolve(Copy->getArg(0)); Source.isShared())
    Out.Copies.push_back({Var, std::move(Source), Copy, H.May, H.Suspended});
}

/// A lock whose path depends on a local (`node->lock`, `locks[i]`) is another one when that is set.
void LockWalk::changed(const ValueDecl *Var, Holding &H) {
  for (std::size_t I = 0; I < Out.Uses.size() && I < MaxUses; ++I)
    if (llvm::is_contained(Out.Uses[I].Lock.DependsOn, Var))
      drop(LockSet(1) << I, H, /*Certain=*/false);
}

void LockWalk::written(const Expr *E, Holding &H) {
  const Expr *Target = nullptr;
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAssignmentOp())
    Target = Op->getLHS();
  else if (const auto *Inc = dyn_cast<UnaryOperator>(E); Inc && Inc->isIncrementDecrementOp())
    Target = Inc->getSubExpr();
  else if (const auto *Call = dyn_cast<CXXOperatorCallExpr>(E); Call && Call->getNumArgs() > 0)
    Target = Call->getArg(0);
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Target ? strip(Target) : nullptr))
    changed(Ref->getDecl(), H);
  if (Collecting)
    if (const auto W = writeOf(E, Library))
      Out.Writes[E] = {W->Target, H.Must, H.May, H.Suspended};
}

/// Locks that are held from the beginning of a range-for through all its rounds.
void LockWalk::loop(const DeclStmt *D, Holding &H) {
  const auto *Loop = dyn_cast_or_null<CXXForRangeStmt>(Parents.lookup(D));
  if (!Loop || !Collecting)
    return;
  if (D == Loop->getRangeStmt())
    Out.Loops[Loop] = H.Must;
  else if (D == Loop->getLoopVarStmt())
    if (auto It = Out.Loops.find(Loop); It != Out.Loops.end())
      It->second &= H.Must;
}

} // namespace

LockFacts::LockFacts(const FunctionDecl &Function, const LibraryView &Library)
    : Function(Function), Paths(Function, Library), Table(Paths, Library, Function.getASTContext()) {}

void followLocks(LockFacts &Facts, const UnitFacts &Unit) { LockWalk(Facts, Unit).run(); }

} // namespace corace::checks
