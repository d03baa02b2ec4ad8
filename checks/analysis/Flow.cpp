// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Flow.h"

#include "checks/analysis/Passes.h"
#include "checks/analysis/RivalIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

#include <algorithm>

using namespace clang;

namespace corace::checks {

namespace {

// Beyond this a function is not analysed: the analysis is linear in practice, and generated code should not prove
// otherwise.
constexpr unsigned MaxVisitsPerBlock = 24;

} // namespace

CoroutineFacts::CoroutineFacts(const FunctionDecl &Function, const LibraryView &Library, const RivalIndex &Rivals)
    : Function(Function), Library(Library), Rivals(Rivals), Paths(Function, Library),
      LockTable(Paths, Library, Function.getASTContext()) {}

Flow::Flow(CoroutineFacts &Out, const Suspension &Suspensions)
    : Out(Out), Function(Out.Function), Context(Out.Function.getASTContext()), Library(Out.Library),
      Classifier(Suspensions), Control(Out.Function, writtenBody(Out.Function)), Simple(Out.Paths, Out.Library),
      Finder(Out.Paths, Out.Library, Out.Function.getASTContext()) {}

void Flow::markMachinery(const Stmt *S, const Stmt *Operand) {
  if (!S || S == Operand || isa<LambdaExpr>(S))
    return;
  Machinery.insert(S);
  for (const Stmt *Child : childrenOf(*S))
    markMachinery(Child, Operand);
}

void Flow::markResume(const Stmt *S, const CoroutineSuspendExpr *Suspend) {
  if (!S)
    return;
  ResumeOf[S] = Suspend;
  for (const Stmt *Child : childrenOf(*S))
    markResume(Child, Suspend);
}

/// Records parents, and sets apart what a co_await expands to: the operand stands in it several times.
void Flow::link(const Stmt *S, const Stmt *Parent) {
  if (!S)
    return;
  Out.Parents.try_emplace(S, Parent);
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
    const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand();
    for (const Expr *Part :
         {Suspend->getCommonExpr(), Suspend->getReadyExpr(), Suspend->getSuspendExpr(), Suspend->getResumeExpr()})
      markMachinery(Part, Operand);
    markResume(Suspend->getResumeExpr(), Suspend);
    SuspensionOf.try_emplace(Suspend, 0);
    markInterrupted(Suspend);
    link(Operand, S);
    return;
  }
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      link(Init, S);
    return;
  }
  markWalk(S);
  if (isa<CXXCatchStmt>(S)) { // its children() leave out the declaration, which is all that matters
    link(cast<CXXCatchStmt>(S)->getHandlerBlock(), S);
    return;
  }
  for (const Stmt *Child : childrenOf(*S))
    link(Child, S);
}

void Flow::prepare(const Stmt *Body) {
  link(Body, nullptr);
  // Number the suspensions in the order of the source, so that messages speak of the first.
  std::vector<const Expr *> Sites;
  for (const auto &[Site, Number] : SuspensionOf)
    Sites.push_back(Site);
  const SourceManager &SM = Context.getSourceManager();
  llvm::sort(Sites, [&](const Expr *A, const Expr *B) {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getExprLoc()), SM.getExpansionLoc(B->getExprLoc()));
  });
  Out.Suspensions.resize(1); // 0 means fresh
  for (const Expr *Site : Sites) {
    SuspensionOf[Site] = static_cast<unsigned>(Out.Suspensions.size());
    Out.Suspensions.push_back({Site, {}, false});
  }
}

bool Flow::run(const Graphs &ControlFlow) {
  const Stmt *Body = writtenBody(Function);
  if (!Body || !Control.isValid())
    return false;
  Graph = ControlFlow.of(Function);
  if (!Graph)
    return false;
  prepare(Body);

  std::vector<State> In(Graph->getNumBlockIDs());
  std::vector<unsigned> Visits(Graph->getNumBlockIDs());
  State &Start = In[Graph->getEntry().getBlockID()];
  Start.Reachable = true;
  if (const Expr *Lock = Out.Rivals.lockAround(Function))
    Start.Held = Out.LockTable.acquire(Lock, {});
  // What an attribute says that the caller holds.
  for (const auto *Required : Function.specific_attrs<RequiresCapabilityAttr>())
    for (const Expr *Lock : Required->args())
      if (Library.hasRole(strip(Lock)->getType(), "lock"))
        Start.Held |= Out.LockTable.acquire(Lock, Out.Paths.resolve(Lock));
  referencesAtStart(Start);
  PostOrderCFGView Order(Graph);
  Passes Work(*Graph, Order);
  while (const CFGBlock *Block = Work.next()) {
    if (++Visits[Block->getBlockID()] > MaxVisitsPerBlock) {
      ControlFlow.giveUp(Function);
      return false;
    }
    State After = transferBlock(*Block, In[Block->getBlockID()]);
    for (const CFGBlock::AdjacentBlock &Next : Block->succs())
      if (const CFGBlock *To = Next.getReachableBlock())
        if (In[To->getBlockID()].join(After))
          Work.enqueue(To);
  }
  Collecting = true;
  for (const CFGBlock *Block : Order)
    if (In[Block->getBlockID()].Reachable)
      transferBlock(*Block, In[Block->getBlockID()]);
  return true;
}

State Flow::transferBlock(const CFGBlock &Block, State S) {
  unsigned Count = 0;
  for (const CFGElement &E : Block) {
    element(E, S);
    if (++Count % 256 == 0)
      S.trim();
  }
  settle(Block, S);
  finishBlock(Block, S);
  S.trim();
  return S;
}

/// Drops what branches tested whose sides have met again. Two things are still of use: a loop that was left because of
/// its test, and a test that decided to wait.
void Flow::settle(const CFGBlock &Block, State &S) const {
  if (S.Conditions.empty())
    return;
  llvm::ArrayRef<const Stmt *> Last;
  for (const CFGElement &E : Block) {
    const auto Element = E.getAs<CFGStmt>();
    const llvm::ArrayRef<const Stmt *> Settled =
        Element ? Control.settledAt(Element->getStmt()) : llvm::ArrayRef<const Stmt *>();
    if (Settled.empty() || Settled.data() == Last.data())
      continue;
    Last = Settled;
    for (const Stmt *Branch : Settled) {
      auto It = S.Conditions.find(Branch);
      if (It == S.Conditions.end())
        continue;
      const bool Loop = isa<WhileStmt, ForStmt, DoStmt>(Branch), If = isa<IfStmt>(Branch);
      It->second.eraseIf([&](const Entry &E) {
        return !(Loop && (E.Since == 0 || E.Locks != 0)) && !(If && Out.Suspensions[E.Since].Waits);
      });
      if (It->second.empty())
        S.Conditions.erase(It);
    }
  }
}

/// Remembers what the branch at the end of the block tested.
void Flow::finishBlock(const CFGBlock &Block, State &S) {
  const Stmt *Branch = Block.getTerminatorStmt();
  // The hidden comparison of a range-for tests iterators; whether these are still good is another check's question.
  if (!Branch || isa<CXXForRangeStmt>(Branch))
    return;
  const Expr *Condition = Block.getLastCondition();
  if (!Condition)
    Condition = dyn_cast_or_null<Expr>(Block.getTerminatorCondition());
  if (!Condition)
    return;
  FactSet Tested = value(Condition, S);
  if (Tested.empty())
    S.Conditions.erase(Branch);
  else
    S.Conditions[Branch] = Tested;
  if (!isa<Expr>(Branch)) // the sub-expressions around && || ?: are still to be used
    S.Temps.clear();
}

void Flow::element(const CFGElement &E, State &S) {
  if (auto Statement = E.getAs<CFGStmt>()) {
    statement(Statement->getStmt(), S);
  } else if (auto Destroyed = E.getAs<CFGAutomaticObjDtor>()) {
    endOfLife(Destroyed->getVarDecl(), S);
    auto It = S.Guards.find(Destroyed->getVarDecl());
    if (It != S.Guards.end()) {
      if (It->second)
        release(It->second, Destroyed->getTriggerStmt() ? Destroyed->getTriggerStmt()->getEndLoc() : SourceLocation(),
                S);
      S.Guards.erase(It);
    }
  }
}

const ScopeExit &Flow::scopeExit(const VarDecl *Var) {
  auto [It, New] = Exits.try_emplace(Var);
  if (New)
    It->second = scopeExitOf(*Var, Out.Paths, Library);
  return It->second;
}

void Flow::endOfLife(const VarDecl *Var, State &S) {
  for (const ExitWrite &W : scopeExit(Var).Writes) {
    FactSet V;
    auto take = [&](const ValueDecl *Carrier) {
      if (auto It = S.Vars.find(cast<ValueDecl>(Carrier->getCanonicalDecl())); It != S.Vars.end())
        V.add(It->second);
    };
    if (W.FromVariable)
      take(Var);
    for (const ValueDecl *Local : W.Locals)
      take(Local);
    const std::size_t Before = Out.Windows.size();
    const Expr *Site = W.InLambda ? W.Site : strip(Var->getInit());
    write(Site, W.Place, V, W.What, S, W.InLambda ? nullptr : W.Site);
    for (std::size_t I = Before; I < Out.Windows.size() && !W.InLambda; ++I)
      Out.Windows[I].Inside = W.Site;
    endClaims(W.Site, W.Place, S); // that of the constructor, which stands at the same place
  }
}

/// A constructor that sets a place which it was given: as if that stood here.
void Flow::beginOfLife(const VarDecl *Var, State &S) {
  for (const ExitWrite &W : scopeExit(Var).Entries) {
    const FactSet Before = S.Stores;
    const std::size_t First = Out.Windows.size();
    write(strip(Var->getInit()), W.Place, {}, W.What, S, W.Site);
    for (std::size_t I = First; I < Out.Windows.size(); ++I)
      Out.Windows[I].Inside = W.Site;
    S.Stores = Before; // the destructor may put back what was there
    S.Stores.eraseIf([&](const Entry &E) { return overlap(Out.Facts[E.Fact].Path, W.Place); });
  }
}

unsigned Flow::fact(const Expr *Site, const AccessPath &P, LockSet Held, bool WholeCopy) {
  auto [It, New] = FactOf.try_emplace({Site, P.spelling()}, static_cast<unsigned>(Out.Facts.size()));
  if (New)
    Out.Facts.push_back({P, Site, Held, WholeCopy, anchor(Site)});
  else
    Out.Facts[It->second].HeldAtAccess |= Held;
  return It->second;
}

} // namespace corace::checks
