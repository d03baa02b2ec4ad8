// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forward may-analysis: which acquisitions are held, and whose end ends them. That is a guard variable, or nobody for
// locks that are taken by hand.
#include "checks/analysis/HeldLocks.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/ControlDependence.h"
#include "checks/analysis/LockActions.h"
#include "checks/analysis/Passes.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallBitVector.h"

#include <map>

using namespace clang;

namespace corace::checks {

namespace {

using Bits = llvm::SmallBitVector;
using State = std::map<const VarDecl *, Bits>;

struct Taking {
  HeldLock Lock;
  llvm::SmallVector<AccessPath, 2> Paths;
  const Stmt *Site = nullptr;
};

class HeldLockFlow {
public:
  HeldLockFlow(const FunctionDecl &Function, const UnitFacts &Unit, const ThreadLocks &Types)
      : Function(Function), Unit(Unit), Types(Types), Actions(Unit.Library, Types),
        SM(Unit.Context.getSourceManager()) {}
  std::vector<HeldLock> run();

private:
  void scan(const Stmt *S);
  void scanLambda(const Stmt *S);
  void send(const Stmt *S, const VarDecl *To, const CallExpr *By = nullptr);
  void enter(State &S);
  void solve(const CFG &Graph);
  void element(const CFGElement &E, State &S);
  void refine(const CFGBlock &Block, unsigned Successor, State &S) const;
  void statement(const Stmt *E, State &S);
  void construct(const CXXConstructExpr &E, State &S);
  void call(const CallExpr &E, State &S);
  void declare(const VarDecl &Var, State &S);
  void suspend(const Expr &E, State &S);
  void temporaries(const Stmt *S, const CoroutineSuspendExpr &E, const SuspensionClass &Class);
  [[nodiscard]] bool isTold(const Taking &T, const Expr &At, const SuspensionClass &Class) const;
  void held(Taking &T, const Expr &At, const SuspensionClass &Class);

  void take(const void *Key, const Stmt *Site, SourceRange Where, ArrayRef<const Expr *> Locks, const VarDecl *Owner,
            State &S);
  void releaseLocks(ArrayRef<const Expr *> Locks, State &S);
  [[nodiscard]] AccessPath pathOf(const Expr *Lock) const;
  [[nodiscard]] std::string spellingOf(const Expr *Lock) const;
  [[nodiscard]] const VarDecl *destination(const Expr &E) const { return Destinations.lookup(&E); }
  [[nodiscard]] bool isUnclear(const VarDecl *Owner, const Taking &T) const;
  [[nodiscard]] bool isAbout(const Taking &T, const CoroutineSuspendExpr &E) const;

  const FunctionDecl &Function;
  const UnitFacts &Unit;
  const ThreadLocks &Types;
  const LockActions Actions;
  const SourceManager &SM;
  std::unique_ptr<PathResolver> Paths;
  llvm::DenseMap<const Stmt *, const VarDecl *> Destinations; ///< what an expression makes becomes part of this
  llvm::DenseMap<const Stmt *, const CallExpr *> Assignments; ///< it does so by this assignment
  llvm::DenseMap<const VarDecl *, llvm::SmallVector<const Expr *, 2>> Known; ///< the locks of guards
  llvm::DenseSet<const ValueDecl *> Unclear;                                 ///< guards and locks that a lambda may end
  std::map<const void *, unsigned> Numbers;
  std::vector<Taking> All;
  std::map<const Expr *, HeldLock> Temporaries;
  bool Interesting = false;
};

/// Finds out whether there is anything to follow, and where guards go that are made in an initialiser.
void HeldLockFlow::scan(const Stmt *S) {
  if (!S)
    return;
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      scan(Init);
    return scanLambda(Lambda->getBody());
  }
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
    return scan(Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand());
  }
  if (const auto *Declaration = dyn_cast<DeclStmt>(S)) {
    for (const Decl *D : Declaration->decls())
      if (const auto *Var = dyn_cast<VarDecl>(D); Var && Var->getInit() && Actions.isGuard(Var)) {
        Interesting = true;
        send(Var->getInit(), Var);
      }
  } else if (const auto *Call = dyn_cast<CallExpr>(S)) {
    const LockAction Action = Actions.of(*Call);
    Interesting = Interesting || Action.What != LockAction::Kind::None;
    if (isa<CXXOperatorCallExpr>(Call) && Action.What == LockAction::Kind::Replace && Call->getNumArgs() == 2)
      send(Call->getArg(1), Action.Guard, Call);
  } else if (const auto *Temp = dyn_cast<MaterializeTemporaryExpr>(S)) {
    Interesting = Interesting || Types.of(Temp->getType()).Bond == ThreadBond::Guard;
  }
  for (const Stmt *Child : childrenOf(*S))
    scan(Child);
}

void HeldLockFlow::scanLambda(const Stmt *S) {
  if (!S)
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Actions.isGuard(Var))
      Unclear.insert(Var);
  if (const auto *Call = dyn_cast<CallExpr>(S)) // auto end = finally([&] { m.unlock(); });
    if (const LockAction Action = Actions.of(*Call); Action.What == LockAction::Kind::Release)
      for (const Expr *Lock : Action.Locks)
        if (const ValueDecl *D = lockDecl(Lock))
          Unclear.insert(D);
  for (const Stmt *Child : childrenOf(*S))
    scanLambda(Child);
}

void HeldLockFlow::send(const Stmt *S, const VarDecl *To, const CallExpr *By) {
  if (!S || isa<LambdaExpr>(S))
    return;
  Destinations[S] = To;
  if (By)
    Assignments[S] = By;
  for (const Stmt *Child : childrenOf(*S))
    send(Child, To, By);
}

AccessPath HeldLockFlow::pathOf(const Expr *Lock) const {
  return strip(Lock)->getType()->isPointerType() ? Paths->pointee(Lock) : Paths->resolve(Lock);
}

std::string HeldLockFlow::spellingOf(const Expr *Lock) const {
  const Expr *E = strip(Lock);
  if (const auto *Op = dyn_cast<UnaryOperator>(E); Op && Op->getOpcode() == UO_AddrOf)
    E = strip(Op->getSubExpr());
  if (AccessPath P = pathOf(Lock))
    if (std::string Text = P.spelling(); !Text.empty())
      return Text;
  return Lexer::getSourceText(SM.getExpansionRange(E->getSourceRange()), SM, Unit.Context.getLangOpts()).str();
}

void HeldLockFlow::take(const void *Key, const Stmt *Site, SourceRange Where, ArrayRef<const Expr *> Locks,
                        const VarDecl *Owner, State &S) {
  auto [It, New] = Numbers.try_emplace(Key, static_cast<unsigned>(All.size()));
  if (New) {
    All.emplace_back();
    Taking &T = All.back();
    T.Site = Site;
    T.Lock.Function = &Function;
    T.Lock.Taken = Where;
    T.Lock.Owner = Owner;
    if (Owner && Types.of(Owner->getType()).Bond == ThreadBond::Scope) {
      T.Lock.Bond = ThreadBond::Scope;
      T.Lock.Reason = Types.of(Owner->getType()).Reason;
    }
    for (const Expr *Lock : Locks) {
      T.Paths.push_back(pathOf(Lock));
      T.Lock.Lock += (T.Lock.Lock.empty() ? "" : ", ") + spellingOf(Lock);
      if (const ValueDecl *D = lockDecl(Lock))
        T.Lock.Locks.push_back(D);
      if (T.Lock.LockType.isNull())
        T.Lock.LockType = strip(Lock)->getType();
    }
  }
  Bits &Held = S[Owner];
  if (Held.size() <= It->second)
    Held.resize(It->second + 1);
  Held.set(It->second);
}

void HeldLockFlow::releaseLocks(ArrayRef<const Expr *> Locks, State &S) {
  for (const Expr *Lock : Locks) {
    const AccessPath Path = pathOf(Lock);
    for (auto &[By, Held] : S)
      for (unsigned Number : Held.set_bits())
        if (llvm::any_of(All[Number].Paths, [&](const AccessPath &P) { return P && overlap(P, Path); }) ||
            llvm::is_contained(All[Number].Lock.Locks, lockDecl(Lock)))
          Held.reset(Number);
  }
}

void move(const VarDecl *From, const VarDecl *To, State &S) {
  auto It = S.find(From);
  if (It == S.end() || From == To)
    return;
  Bits Moved = It->second;
  S.erase(It);
  if (To)
    S[To] |= Moved;
}

void HeldLockFlow::construct(const CXXConstructExpr &E, State &S) {
  const LockAction Action = Actions.of(E);
  const VarDecl *To = destination(E);
  switch (Action.What) {
  case LockAction::Kind::Move: return move(Action.Other, To, S);
  case LockAction::Kind::Adopt: releaseLocks(Action.Locks, S); [[fallthrough]]; // from hand to guard
  case LockAction::Kind::Take:
    if (To) // a temporary ends with its statement
      take(&E, &E, E.getSourceRange(), Action.Locks, To, S);
    return;
  default: break;
  }
  for (const Expr *Arg : E.arguments()) // into something that is not followed
    if (isStdMove(Arg) && Actions.isGuard(rootVariable(Arg)))
      S.erase(rootVariable(Arg));
}

void HeldLockFlow::declare(const VarDecl &Var, State &S) {
  if (!Actions.isGuard(&Var))
    return;
  if (Var.getInit())
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(strip(Var.getInit())))
      if (const LockAction Action = Actions.of(*Construct); !Action.Locks.empty())
        Known[&Var].assign(Action.Locks.begin(), Action.Locks.end());
  // An aggregate has no constructor that would be called.
  if (Types.of(Var.getType()).Bond == ThreadBond::Scope && !Var.getType()->isReferenceType() && !S.contains(&Var))
    take(&Var, nullptr, Var.getSourceRange(), {}, &Var, S);
}

void HeldLockFlow::call(const CallExpr &E, State &S) {
  const LockAction Action = Actions.of(E);
  switch (Action.What) {
  case LockAction::Kind::Take:
  case LockAction::Kind::Try: {
    const bool Makes = !Action.Guard && E.getType()->isRecordType(); // what it returns is the guard
    const VarDecl *Owner = Makes ? destination(E) : Action.Guard;
    if (!Action.Guard && !Makes && Action.Locks.size() > 1) // std::lock(a, b): each is released by itself
      for (const Expr *Lock : Action.Locks)
        take(Lock, &E, E.getSourceRange(), Lock, nullptr, S);
    else if (!Makes || Owner)
      take(&E, &E, E.getSourceRange(), Action.Guard ? Known.lookup(Action.Guard) : Action.Locks, Owner, S);
    break;
  }
  case LockAction::Kind::Release:
    if (Action.Guard)
      S.erase(Action.Guard);
    else
      releaseLocks(Action.Locks, S);
    return;
  case LockAction::Kind::Move: return move(Action.Other, destination(E), S);
  case LockAction::Kind::Swap: return std::swap(S[Action.Guard], S[Action.Other]);
  case LockAction::Kind::Replace:
    // What the right side of an assignment made is there already.
    if (auto It = S.find(Action.Guard); It != S.end())
      for (unsigned Number : It->second.set_bits())
        if (!All[Number].Site || Assignments.lookup(All[Number].Site) != &E)
          It->second.reset(Number);
    if (Action.Other)
      move(Action.Other, Action.Guard, S);
    if (!Action.Locks.empty())
      take(&E, &E, E.getSourceRange(), Action.Locks, Action.Guard, S);
    return;
  default: break;
  }
  for (unsigned I = firstArgument(&E); I < E.getNumArgs(); ++I)
    if (const VarDecl *Gone = Actions.givenAway(E, I))
      S.erase(Gone);
}

/// The operation gets the guard or the lock itself: it may well give it back while it waits.
bool HeldLockFlow::isAbout(const Taking &T, const CoroutineSuspendExpr &E) const {
  const auto *Await = dyn_cast<CoawaitExpr>(&E);
  llvm::SmallVector<const Stmt *, 16> Work{Await ? Await->getOperand() : nullptr};
  while (!Work.empty()) {
    const Stmt *S = Work.pop_back_val();
    if (!S || isa<LambdaExpr>(S))
      continue;
    llvm::SmallVector<const Expr *, 4> Arguments;
    if (const auto *Call = dyn_cast<CallExpr>(S))
      Arguments.append(Call->arg_begin() + firstArgument(Call), Call->arg_end());
    else if (const auto *Construct = dyn_cast<CXXConstructExpr>(S))
      Arguments.append(Construct->arg_begin(), Construct->arg_end());
    else if (const auto *List = dyn_cast<InitListExpr>(S))
      Arguments.append(List->inits().begin(), List->inits().end());
    for (const Expr *Arg : Arguments) {
      const VarDecl *Root = rootVariable(Arg);
      const ValueDecl *Lock = lockDecl(Arg);
      if ((Root && Root == T.Lock.Owner) || (Lock && llvm::is_contained(T.Lock.Locks, Lock)))
        return true;
    }
    for (const Stmt *Child : childrenOf(*S))
      Work.push_back(Child);
  }
  return false;
}

/// There is an earlier one that says as much.
bool HeldLockFlow::isTold(const Taking &T, const Expr &At, const SuspensionClass &Class) const {
  auto place = [&](const Expr *E) { return SM.getExpansionLoc(E->getExprLoc()); };
  return T.Lock.Suspension && (T.Lock.SurelySuspends || Class.Effect != AwaitEffect::Always) &&
         !SM.isBeforeInTranslationUnit(place(&At), place(T.Lock.Suspension));
}

void HeldLockFlow::held(Taking &T, const Expr &At, const SuspensionClass &Class) {
  T.Lock.SurelySuspends = T.Lock.SurelySuspends || Class.Effect == AwaitEffect::Always;
  auto place = [&](const Expr *E) { return SM.getExpansionLoc(E->getExprLoc()); };
  if (T.Lock.Suspension && !SM.isBeforeInTranslationUnit(place(&At), place(T.Lock.Suspension)))
    return;
  T.Lock.Suspension = &At;
  T.Lock.Class = Class;
}

/// `co_await send(data.wlock()->bytes)`: the temporary guard lives until the whole expression has been evaluated.
void HeldLockFlow::temporaries(const Stmt *S, const CoroutineSuspendExpr &E, const SuspensionClass &Class) {
  if (!S || isa<LambdaExpr>(S))
    return;
  const auto *Temp = dyn_cast<MaterializeTemporaryExpr>(S);
  const auto *Made = Temp ? dyn_cast<CallExpr>(strip(Temp)) : nullptr;
  if (Made && !Temp->getExtendingDecl() && Types.of(Temp->getType()).Bond == ThreadBond::Guard &&
      Actions.of(*Made).What == LockAction::Kind::Take) {
    HeldLock &Lock = Temporaries[Temp];
    Lock.Function = &Function;
    Lock.Taken = Made->getSourceRange();
    Lock.Suspension = &E;
    Lock.Class = Class;
    Lock.Temporary = true;
    if (const Expr *Object = objectOfCall(Made)) {
      Lock.Lock = spellingOf(Object);
      if (const ValueDecl *D = lockDecl(Object))
        Lock.Locks.push_back(D);
    }
  }
  for (const Stmt *Child : childrenOf(*S))
    temporaries(Child, E, Class);
}

/// A lambda may end it at any time.
bool HeldLockFlow::isUnclear(const VarDecl *Owner, const Taking &T) const {
  return Owner ? Unclear.contains(Owner)
               : llvm::any_of(T.Lock.Locks, [&](const ValueDecl *Lock) { return Unclear.contains(Lock); });
}

void HeldLockFlow::suspend(const Expr &E, State &S) {
  const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(&E);
  const SuspensionClass Class =
      Suspend ? Unit.Suspensions.classify(*Suspend)
              : SuspensionClass{AwaitEffect::May, "'" + nameOfOperation(&E) + "' runs other tasks before it returns"};
  if (!Class.suspends())
    return;
  if (const auto *Await = dyn_cast<CoawaitExpr>(&E))
    temporaries(Await->getOperand(), *Await, Class);
  for (const auto &[Owner, Held] : S)
    for (unsigned Number : Held.set_bits())
      if (!isTold(All[Number], E, Class) && !isUnclear(Owner, All[Number]) &&
          !(Suspend && isAbout(All[Number], *Suspend)))
        held(All[Number], E, Class);
}

void HeldLockFlow::element(const CFGElement &E, State &S) {
  if (auto Destroyed = E.getAs<CFGAutomaticObjDtor>()) {
    S.erase(Destroyed->getVarDecl());
    return;
  }
  auto Statement = E.getAs<CFGStmt>();
  if (!Statement)
    return;
  const Stmt *What = Statement->getStmt();
  if (const auto *Declaration = dyn_cast<DeclStmt>(What)) {
    for (const Decl *D : Declaration->decls())
      if (const auto *Var = dyn_cast<VarDecl>(D))
        declare(*Var, S);
  } else if (const auto *Construct = dyn_cast<CXXConstructExpr>(What)) {
    construct(*Construct, S);
  } else if (const auto *Call = dyn_cast<CallExpr>(What)) {
    call(*Call, S);
    if (const OpModel *Op = Unit.Library.op(Call); Op && Op->Reenter)
      suspend(*Call, S);
  } else if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(What)) {
    suspend(*Suspend, S);
    const VarDecl *To = destination(*Suspend);
    if (To && Types.of(Suspend->getType()).Bond == ThreadBond::Guard && Suspend->isPRValue())
      take(Suspend, Suspend, Suspend->getSourceRange(), {}, To, S);
  }
}

/// Where a test says that the lock was not taken, it is not held.
void HeldLockFlow::refine(const CFGBlock &Block, unsigned Successor, State &S) const {
  bool Negated = false;
  const Expr *Condition = Block.succ_size() == 2 ? Block.getLastCondition() : nullptr;
  const CallExpr *Test = Condition ? Actions.testOf(Condition, Negated) : nullptr;
  if (!Test || (Successor == 1) == Negated)
    return;
  if (auto It = Numbers.find(Test); It != Numbers.end())
    for (auto &[Owner, Held] : S)
      if (It->second < Held.size())
        Held.reset(It->second);
  const Expr *Object = objectOfCall(Test);
  const VarDecl *Guard = Object ? rootVariable(Object) : nullptr;
  const FunctionDecl *F = Test->getDirectCallee();
  if (Actions.isGuard(Guard) && F &&
      (isa<CXXConversionDecl>(F) || llvm::is_contained({"owns_lock", "isLocked", "has_value"}, F->getNameAsString())))
    S.erase(Guard);
}

/// What is held when the body begins: guards that are parameters, and what an attribute promises.
void HeldLockFlow::enter(State &S) {
  for (const ParmVarDecl *Param : Function.parameters())
    if (!Param->getType()->isReferenceType() && Types.of(Param->getType()).Bond == ThreadBond::Guard &&
        Param->getType()->isRecordType())
      take(Param, nullptr, Param->getSourceRange(), {}, Param, S);
  for (const auto *Required : Function.specific_attrs<RequiresCapabilityAttr>()) {
    llvm::SmallVector<const Expr *, 2> Locks;
    for (const Expr *Arg : Required->args())
      if (Types.isLock(strip(Arg)->getType()))
        Locks.push_back(Arg);
    if (Locks.empty())
      continue;
    take(Required, nullptr, Required->getRange(), Locks, nullptr, S);
    All.back().Lock.ByCaller = true;
  }
}

void HeldLockFlow::solve(const CFG &Graph) {
  std::vector<std::optional<State>> In(Graph.getNumBlockIDs());
  In[Graph.getEntry().getBlockID()].emplace();
  enter(*In[Graph.getEntry().getBlockID()]);
  PostOrderCFGView Order(&Graph);
  Passes Work(Graph, Order);
  while (const CFGBlock *Block = Work.next()) {
    State After = *In[Block->getBlockID()];
    for (const CFGElement &E : *Block)
      element(E, After);
    unsigned Successor = 0;
    for (const CFGBlock::AdjacentBlock &Next : Block->succs()) {
      const unsigned Which = Successor++;
      const CFGBlock *To = Next.getReachableBlock();
      if (!To)
        continue;
      State Edge = After;
      refine(*Block, Which, Edge);
      std::optional<State> &Into = In[To->getBlockID()];
      bool Changed = !Into;
      if (!Into)
        Into.emplace();
      for (const auto &[Owner, Held] : Edge) {
        Bits &There = (*Into)[Owner];
        if (!Held.test(There)) // nothing that is not there
          continue;
        There |= Held;
        Changed = true;
      }
      if (Changed)
        Work.enqueue(To);
    }
  }
}

std::vector<HeldLock> HeldLockFlow::run() {
  std::vector<HeldLock> Found;
  const Stmt *Body = writtenBody(Function);
  scan(Body);
  Interesting = Interesting || Function.hasAttr<RequiresCapabilityAttr>() ||
                llvm::any_of(Function.parameters(), [&](const ParmVarDecl *P) { return Actions.isGuard(P); });
  const CFG *Graph = Interesting ? Unit.ControlFlow.of(Function) : nullptr;
  if (!Graph)
    return Found;
  Paths = std::make_unique<PathResolver>(Function, Unit.Library);
  solve(*Graph);
  std::unique_ptr<ControlDependence> Control;
  for (Taking &T : All) {
    if (!T.Lock.Suspension)
      continue;
    if (T.Site && !Control)
      Control = std::make_unique<ControlDependence>(Function, Body);
    if (T.Site && Control->isValid() && Control->knows(T.Site) && Control->knows(T.Lock.Suspension) &&
        Control->exclude(T.Site, T.Lock.Suspension))
      continue;
    Found.push_back(std::move(T.Lock));
  }
  for (auto &[Temp, Lock] : Temporaries)
    Found.push_back(std::move(Lock));
  llvm::sort(Found, [&](const HeldLock &A, const HeldLock &B) {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A.Taken.getBegin()), SM.getExpansionLoc(B.Taken.getBegin()));
  });
  return Found;
}

} // namespace

std::vector<HeldLock> findHeldLocks(const FunctionDecl &Coroutine, const UnitFacts &Unit, const ThreadLocks &Types) {
  return HeldLockFlow(Coroutine, Unit, Types).run();
}

} // namespace corace::checks
