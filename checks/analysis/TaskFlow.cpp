// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows the tasks that local variables keep through the control-flow graph of one function. Everything that is done
// with a variable counts as taking care of its task; only what nobody can object to is reported.
#include "checks/analysis/AccessPath.h"
#include "checks/analysis/ControlDependence.h"
#include "checks/analysis/Passes.h"
#include "checks/analysis/Suspension.h"
#include "checks/analysis/Tasks.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Analysis/CFG.h"
#include "clang/Basic/SourceManager.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <vector>

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxBlocks = 200000; // generated code
constexpr std::size_t MaxUses = 256;   // of one variable, compared with one another
constexpr std::size_t MaxAlive = 256;  // variables at one place; of more, those declared first are let go

/// What is known of the task in one variable.
struct TaskState {
  const Expr *Pending = nullptr;      ///< made there, and on some path still waiting
  const DeclRefExpr *Spent = nullptr; ///< on some path awaited or moved away there
  bool Moved = false;                 ///< by a move
  friend bool operator==(const TaskState &, const TaskState &) = default;
};

enum class Role { None, Target, Await, Move, Other };

class TaskFlow {
public:
  TaskFlow(const FunctionDecl &Function, const TaskTypes &Types, llvm::function_ref<void(TaskLoss)> Sink)
      : Function(Function), Types(Types), Sink(Sink) {}
  void run();

private:
  using State = std::map<const VarDecl *, TaskState>;

  void link(const Stmt *S, const Stmt *Parent);
  void addVariable(const VarDecl *Var);
  [[nodiscard]] const Stmt *parent(const Stmt *S) const { return Parents.lookup(S); }
  [[nodiscard]] const Expr *value(const Expr *E) const;
  [[nodiscard]] Role roleOf(const DeclRefExpr *Ref, bool &Moves) const;
  [[nodiscard]] const CoawaitExpr *awaitAround(const Stmt *S) const;
  [[nodiscard]] bool inLoop(const DeclRefExpr *Ref, const VarDecl *Var) const;
  bool join(State &Into, const State &From) const;
  void walk(const CFGBlock &Block, State &S);
  bool before(const Expr *A, const Expr *B) const;

  void element(const CFGElement &E, State &S);
  void use(const DeclRefExpr *Ref, State &S);
  void assign(const CXXOperatorCallExpr *E, State &S);
  void end(const VarDecl *Var, const Stmt *Trigger, TaskState &T);
  void again(const DeclRefExpr *Ref, const VarDecl *Var, const TaskState &T, bool Moves);
  [[nodiscard]] bool consumersExclude(const VarDecl *Var) const;
  [[nodiscard]] bool happensOnce(const Stmt *S) const;
  [[nodiscard]] bool branchOfMacro(const DeclRefExpr *Ref) const;
  [[nodiscard]] bool leavesByMacro(const Stmt *S) const;
  void report(TaskLoss::How What, const VarDecl *Var, const Expr *Made, const Stmt *Where);

  const FunctionDecl &Function;
  const TaskTypes &Types;
  llvm::function_ref<void(TaskLoss)> Sink;
  std::unique_ptr<ControlDependence> Control;
  llvm::DenseMap<const Stmt *, const Stmt *> Parents;
  std::map<const VarDecl *, TaskTraits> Vars;
  std::map<const VarDecl *, std::vector<const DeclRefExpr *>> Uses; ///< without those that set it
  std::set<std::pair<const Expr *, const VarDecl *>> Told;
  bool Telling = false;
};

/// The operand of a co_await stands in what the await expands to as well; here it is linked once.
void TaskFlow::link(const Stmt *S, const Stmt *Parent) {
  if (!S || !Parents.try_emplace(S, Parent).second)
    return;
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
    return link(Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand(), S);
  }
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      link(Init, S);
    return;
  }
  if (const auto *Catch = dyn_cast<CXXCatchStmt>(S))
    return link(Catch->getHandlerBlock(), S);
  if (const auto *Declaration = dyn_cast<DeclStmt>(S))
    for (const Decl *D : Declaration->decls())
      if (const auto *Var = dyn_cast<VarDecl>(D))
        addVariable(Var);
  for (const Stmt *Child : childrenOf(*S))
    link(Child, S);
}

void TaskFlow::addVariable(const VarDecl *Var) {
  if (!Var->hasLocalStorage() || Var->isInitCapture() || Var->isInvalidDecl())
    return;
  // A reference counts if it is bound to a task that was just made, and keeps it alive.
  if (Var->getType()->isReferenceType() && !(Var->getInit() && Types.madeBy(value(Var->getInit()))))
    return;
  if (auto Traits = Types.of(Var->getType()))
    Vars[Var] = *Traits;
}

/// Looks through copies, which C++17 leaves out but a braced initialiser may not.
const Expr *TaskFlow::value(const Expr *E) const {
  for (E = strip(E); E;) {
    const auto *Copy = dyn_cast<CXXConstructExpr>(E);
    const auto *List = dyn_cast<InitListExpr>(E);
    if (Copy && Copy->getNumArgs() == 1 && Copy->getConstructor()->isCopyOrMoveConstructor())
      E = strip(Copy->getArg(0));
    else if (List && List->getNumInits() == 1)
      E = strip(List->getInit(0));
    else
      break;
  }
  return E;
}

/// What is done with a variable where it is named.
Role TaskFlow::roleOf(const DeclRefExpr *Ref, bool &Moves) const {
  const Expr *E = Ref;
  for (unsigned I = 0; I < 16; ++I) {
    const auto *Up = dyn_cast_or_null<Expr>(parent(E));
    if (!Up)
      return Moves ? Role::Move : Role::Other;
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Up); Op && Op->getOperator() == OO_Equal)
      return Op->getArg(0) == E && !Moves ? Role::Target : Moves ? Role::Move : Role::Other;
    const auto *Call = dyn_cast<CallExpr>(Up);
    const auto *Copy = dyn_cast<CXXConstructExpr>(Up);
    if (isa<CoawaitExpr>(Up))
      return Role::Await;
    if (Call && isStdMove(Call))
      Moves = true;
    else if (Call && isPassThrough(Call) && Call->getDirectCallee()->getName() == "forward")
      Moves = true;
    else if (!isa<ParenExpr, ImplicitCastExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr, FullExpr>(Up) &&
             !(Copy && Copy->getNumArgs() == 1 && Copy->getConstructor()->isCopyOrMoveConstructor()))
      return Moves ? Role::Move : Role::Other;
    E = Up;
  }
  return Role::Other;
}

const CoawaitExpr *TaskFlow::awaitAround(const Stmt *S) const {
  for (; S && isa<Expr>(S); S = parent(S))
    if (const auto *Await = dyn_cast<CoawaitExpr>(S))
      return Await;
  return nullptr;
}

/// The use can come round again without the variable's declaration.
bool TaskFlow::inLoop(const DeclRefExpr *Ref, const VarDecl *Var) const {
  const SourceManager &SM = Function.getASTContext().getSourceManager();
  for (const Stmt *S = parent(Ref); S; S = parent(S))
    if (const auto *Do = dyn_cast<DoStmt>(S); Do && runsBodyOnce(*Do, Function.getASTContext()))
      continue;
    else if (isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S)) {
      const SourceRange Range = S->getSourceRange();
      return SM.isBeforeInTranslationUnit(Var->getLocation(), Range.getBegin());
    }
  return false;
}

bool TaskFlow::before(const Expr *A, const Expr *B) const {
  return Function.getASTContext().getSourceManager().isBeforeInTranslationUnit(A->getExprLoc(), B->getExprLoc());
}

bool TaskFlow::join(State &Into, const State &From) const {
  bool Changed = false;
  for (const auto &[Var, T] : From) {
    TaskState &Mine = Into[Var];
    const TaskState Old = Mine;
    // Of two, the first in the source, so that the result does not depend on the order of the walk.
    if (T.Pending && (!Mine.Pending || before(T.Pending, Mine.Pending)))
      Mine.Pending = T.Pending;
    if (T.Spent && (!Mine.Spent || before(T.Spent, Mine.Spent))) {
      Mine.Spent = T.Spent;
      Mine.Moved = T.Moved;
    }
    Changed |= !(Old == Mine);
  }
  return Changed;
}

void TaskFlow::report(TaskLoss::How What, const VarDecl *Var, const Expr *Made, const Stmt *Where) {
  if (!Telling || !Told.insert({What == TaskLoss::How::Overwritten ? cast<Expr>(Where) : Made, Var}).second)
    return;
  TaskLoss Loss;
  Loss.What = What;
  Loss.Function = &Function;
  Loss.Made = Made;
  Loss.Var = Var;
  Loss.Where = Where;
  Loss.Traits = Vars.at(Var);
  Sink(std::move(Loss));
}

/// Two uses that cannot both run: the way past both of them does not exist either.
bool TaskFlow::consumersExclude(const VarDecl *Var) const {
  const auto &All = Uses.at(Var);
  if (All.size() > MaxUses)
    return true; // nobody can tell
  for (const DeclRefExpr *A : All)
    for (const DeclRefExpr *B : All)
      if (A != B && Control && Control->isValid() && Control->knows(A) && Control->knows(B) && Control->exclude(A, B))
        return true;
  return false;
}

/// A macro branches around its argument: `CHECK_THROWS(run(std::move(t)))`. Its condition is no decision of the code;
/// a branch of the code's own between it and the variable is.
bool TaskFlow::branchOfMacro(const DeclRefExpr *Ref) const {
  const SourceManager &SM = Function.getASTContext().getSourceManager();
  if (!SM.isMacroArgExpansion(Ref->getLocation()))
    return false;
  bool Found = false;
  for (const Stmt *S = parent(Ref); S; S = parent(S)) {
    if (!isa<IfStmt, SwitchStmt, ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S))
      continue;
    const SourceLocation Begin = S->getBeginLoc();
    if (Begin.isMacroID() && !SM.isMacroArgExpansion(Begin) &&
        SM.getExpansionLoc(Begin) == SM.getExpansionLoc(Ref->getLocation()))
      Found = true;
    else if (SM.isBeforeInTranslationUnit(Ref->getDecl()->getLocation(), Begin))
      return false;
  }
  return Found;
}

void TaskFlow::end(const VarDecl *Var, const Stmt *Trigger, TaskState &T) {
  const Expr *Made = std::exchange(T, {}).Pending;
  if (!Made)
    return;
  const TaskTraits &Traits = Vars.at(Var);
  // A variable that keeps running work until the end of the block, where the work is cancelled: that is a way to live.
  if (!Traits.Lazy && Traits.Drop == DropEffect::Cancels)
    return;
  auto It = Uses.find(Var);
  if (It == Uses.end())
    return report(TaskLoss::How::Forgotten, Var, Made, Trigger);
  // Where a condition decides that there is a task, another like it may decide that it is awaited.
  const bool AtDeclaration = Var->getInit() && value(Var->getInit()) == Made;
  const bool InMacro = llvm::any_of(It->second, [&](const DeclRefExpr *Ref) { return branchOfMacro(Ref); });
  if (AtDeclaration && !InMacro && !consumersExclude(Var))
    report(TaskLoss::How::OnSomePath, Var, Made, Trigger);
}

void TaskFlow::again(const DeclRefExpr *Ref, const VarDecl *Var, const TaskState &T, bool Moves) {
  if (!Telling || (!T.Moved && !Vars.at(Var).Once))
    return;
  const CoawaitExpr *Mine = awaitAround(Ref), *Its = awaitAround(T.Spent);
  if (Mine == Its && !inLoop(Ref, Var))
    return; // both in one operand, which stands in the graph several times
  if (Mine && Mine == Its && Ref != T.Spent)
    return;
  if (Control && Control->isValid() && Control->knows(Ref) && Control->knows(T.Spent) && Ref != T.Spent &&
      Control->exclude(Ref, T.Spent))
    return;
  // Passing on what was moved from may be meant: swap, put back. Awaiting it cannot.
  if (!Mine && !Moves)
    return;
  if (!Told.insert({Ref, Var}).second)
    return;
  TaskLoss Loss;
  Loss.What = TaskLoss::How::Again;
  Loss.Function = &Function;
  Loss.Var = Var;
  Loss.Where = Ref;
  Loss.Spent = T.Spent;
  Loss.Moved = T.Moved;
  Loss.Traits = Vars.at(Var);
  if (Var->getInit())
    Loss.Made = value(Var->getInit());
  Sink(std::move(Loss));
}

void TaskFlow::use(const DeclRefExpr *Ref, State &S) {
  const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
  if (!Var || !Vars.contains(Var) || !Parents.contains(Ref))
    return;
  bool Moves = false;
  const Role What = roleOf(Ref, Moves);
  if (What == Role::Target)
    return; // see assign()
  TaskState &T = S[Var];
  if (What == Role::Other) {
    T = {}; // it may be looked at, started, kept or refilled
    return;
  }
  if (T.Spent && (T.Spent != Ref || inLoop(Ref, Var)))
    again(Ref, Var, T, Moves);
  T.Pending = nullptr;
  if (!T.Spent || T.Spent == Ref) {
    T.Spent = Ref;
    T.Moved = Moves;
  }
}

/// A condition inside the innermost loop decides whether the statement runs: `if (i == 50) t = start();`.
bool TaskFlow::happensOnce(const Stmt *S) const {
  for (S = parent(S); S; S = parent(S)) {
    if (isa<IfStmt, SwitchStmt>(S))
      return true;
    if (isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S))
      return false;
  }
  return false;
}

void TaskFlow::assign(const CXXOperatorCallExpr *E, State &S) {
  const auto *Ref = dyn_cast<DeclRefExpr>(strip(E->getArg(0)));
  const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  if (!Var || !Vars.contains(Var))
    return;
  TaskState &T = S[Var];
  const Expr *Value = value(E->getArg(1));
  const bool Itself = T.Pending == Value && happensOnce(E);
  if (T.Pending && !Itself && !(!Vars.at(Var).Lazy && Vars.at(Var).Drop == DropEffect::Cancels))
    report(TaskLoss::How::Overwritten, Var, T.Pending, E);
  T = {};
  if (Types.madeBy(Value))
    T.Pending = Value;
}

/// `VERIFY(!started);`: a macro returns where a test fails. What is lost there is lost with the rest.
bool TaskFlow::leavesByMacro(const Stmt *S) const {
  const SourceLocation Where = S->getBeginLoc();
  return isa<ReturnStmt, CoreturnStmt>(S) && Where.isMacroID() &&
         !Function.getASTContext().getSourceManager().isMacroArgExpansion(Where);
}

void TaskFlow::element(const CFGElement &E, State &S) {
  if (auto Lifetime = E.getAs<CFGLifetimeEnds>()) {
    if (auto It = S.find(Lifetime->getVarDecl()); It != S.end()) {
      end(It->first, Lifetime->getTriggerStmt(), It->second);
      S.erase(It);
    }
    return;
  }
  auto Statement = E.getAs<CFGStmt>();
  if (!Statement)
    return;
  if (leavesByMacro(Statement->getStmt())) {
    for (auto &[Var, T] : S)
      T = {};
  } else if (const auto *D = dyn_cast<DeclStmt>(Statement->getStmt())) {
    for (const Decl *Each : D->decls())
      if (const auto *Var = dyn_cast<VarDecl>(Each); Var && Vars.contains(Var)) {
        const Expr *Value = Var->getInit() ? value(Var->getInit()) : nullptr;
        S[Var] = {};
        if (Value && Types.madeBy(Value))
          S[Var].Pending = Value;
      }
  } else if (const auto *Ref = dyn_cast<DeclRefExpr>(Statement->getStmt())) {
    use(Ref, S);
  } else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Statement->getStmt());
             Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2 && Parents.contains(Op)) {
    assign(Op, S);
  }
}

void TaskFlow::walk(const CFGBlock &Block, State &S) {
  for (const CFGElement &E : Block)
    element(E, S);
  if (S.size() <= MaxAlive)
    return;
  std::vector<SourceLocation> Places;
  for (const auto &[Var, T] : S)
    Places.push_back(Var->getLocation());
  const auto Last = Places.begin() + MaxAlive - 1;
  std::nth_element(Places.begin(), Last, Places.end(), std::greater<>());
  std::erase_if(S, [&](const auto &Known) { return Known.first->getLocation() < *Last; });
}

void TaskFlow::run() {
  const Stmt *Body = writtenBody(Function);
  if (!Body)
    return;
  link(Body, nullptr);
  if (Vars.empty())
    return;
  for (const auto &[S, Parent] : Parents)
    if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && Vars.contains(Var))
        if (bool Moves = false; roleOf(Ref, Moves) != Role::Target)
          Uses[Var].push_back(Ref);

  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Options.AddLifetime = true;
  std::unique_ptr<CFG> Graph = CFG::buildCFG(&Function, const_cast<Stmt *>(Body), &Function.getASTContext(), Options);
  if (!Graph || Graph->getNumBlockIDs() > MaxBlocks)
    return;
  Control = std::make_unique<ControlDependence>(Function, Body);

  std::vector<State> In(Graph->getNumBlockIDs());
  std::vector<bool> Reached(Graph->getNumBlockIDs());
  PostOrderCFGView Order(Graph.get());
  Passes Work(*Graph, Order);
  Reached[Graph->getEntry().getBlockID()] = true;
  // States only grow towards the first place in the source: this ends.
  while (const CFGBlock *Block = Work.next()) {
    State S = In[Block->getBlockID()];
    walk(*Block, S);
    for (const CFGBlock *Next : Block->succs()) {
      if (!Next)
        continue;
      const bool Changed = join(In[Next->getBlockID()], S);
      if (Changed || !Reached[Next->getBlockID()])
        Work.enqueue(Next);
      Reached[Next->getBlockID()] = true;
    }
  }
  Telling = true;
  for (const CFGBlock *Block : Order)
    if (Reached[Block->getBlockID()]) {
      State S = In[Block->getBlockID()];
      walk(*Block, S);
    }
}

} // namespace

void followTasks(const FunctionDecl &Function, const TaskTypes &Types, llvm::function_ref<void(TaskLoss)> Sink) {
  TaskFlow(Function, Types, Sink).run();
}

} // namespace corace::checks
