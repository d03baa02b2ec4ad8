// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Lifetimes.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"
#include "checks/analysis/Waits.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

#include <map>

using namespace clang;

namespace corace::checks {

namespace {

llvm::SmallVector<const CXXMethodDecl *, 1> bodiesOf(const LambdaExpr &Lambda) {
  llvm::SmallVector<const CXXMethodDecl *, 1> Bodies;
  if (const FunctionTemplateDecl *Generic = Lambda.getDependentCallOperator())
    for (const FunctionDecl *F : Generic->specializations())
      Bodies.push_back(cast<CXXMethodDecl>(F));
  else if (const CXXMethodDecl *Body = Lambda.getCallOperator())
    Bodies.push_back(Body);
  return Bodies;
}

bool isScope(const Stmt *S) {
  return isa<CompoundStmt, ForStmt, WhileStmt, DoStmt, IfStmt, SwitchStmt, CXXForRangeStmt, CXXCatchStmt>(S);
}

/// Copies and temporaries around a closure or a task: the same value in other words.
bool isWrapping(const Stmt *S) {
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(S))
    return Construct->getNumArgs() == 1;
  return isa<MaterializeTemporaryExpr, CXXBindTemporaryExpr, CastExpr, ParenExpr, FullExpr>(S);
}

const LambdaExpr *lambdaIn(const Expr *E) {
  for (E = strip(E); E;) {
    const auto *Copy = dyn_cast<CXXConstructExpr>(E);
    if (!Copy || Copy->getNumArgs() != 1)
      break;
    E = strip(Copy->getArg(0));
  }
  return dyn_cast_or_null<LambdaExpr>(E);
}

/// A body that is not visible: lazy tasks use their arguments after the call, whatever they do with them.
bool isLazyTask(QualType T, const LibraryView &Library) {
  const TypeModel *Model = Library.type(T);
  return Model && Model->Role == "task" && Model->Start == "lazy" && Model->Await;
}
/// It goes on when it is dropped.
bool isRunningTask(QualType T, const LibraryView &Library) {
  const TypeModel *Model = Library.type(T);
  return Model && Model->Role == "task" && (Model->Start == "eager" || Model->Start == "posted") &&
         Model->Drop == "detaches";
}

bool isSystem(const Decl &D) {
  const SourceManager &SM = D.getASTContext().getSourceManager();
  return SM.isInSystemHeader(SM.getExpansionLoc(D.getLocation()));
}

/// Attributes of the author.
bool saysItIsFine(const FunctionDecl &Callee) { return Callee.hasAttr<CoroDisableLifetimeBoundAttr>(); }

bool leavesFunction(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  return isa<ReturnStmt, CoreturnStmt, CXXThrowExpr>(S) || llvm::any_of(childrenOf(*S), leavesFunction);
}

/// The await of the variable inside the statement; null if there is none.
const CoawaitExpr *awaitOf(const Stmt *S, const VarDecl *Var) {
  if (!S || isa<LambdaExpr>(S))
    return nullptr;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S)) {
    const Expr *E = strip(Await->getOperand());
    if (const auto *Call = dyn_cast<CallExpr>(E); Call && isPassThrough(Call))
      E = strip(Call->getArg(0));
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    return Ref && Ref->getDecl() == Var ? Await : awaitOf(Await->getOperand(), Var);
  }
  for (const Stmt *Child : childrenOf(*S))
    if (const CoawaitExpr *Found = awaitOf(Child, Var))
      return Found;
  return nullptr;
}

/// One function: walks through its statements with the way from the body to where it is.
class FunctionWalk {
public:
  FunctionWalk(const UnitFacts &Unit, const LateUses &Late, const FunctionDecl &F, std::vector<Outlived> &Out)
      : Unit(Unit), Late(Late), F(F), Out(Out), Origins(F, Unit.Library), Blocking(F, Unit) {}

  void run() {
    visit(writtenBody(F));
    own();
    for (const auto &[Var, Closure] : Closures)
      if (Closure.Escapes)
        escaped(*Closure.Lambda);
  }

private:
  /// A call that makes a task, with what it must not outlive.
  struct Making {
    const Expr *Call = nullptr;
    std::vector<Outlived> Exposed;
  };
  struct Closure {
    const LambdaExpr *Lambda = nullptr;
    bool Escapes = false;
  };
  struct Scope {
    unsigned Depth = 0; ///< of the statement whose end is the variable's
    const Stmt *Block = nullptr;
  };

  void visit(const Stmt *S) {
    if (!S)
      return;
    if (const auto *Declaration = dyn_cast<DeclStmt>(S))
      declare(*Declaration);
    else if (const auto *Call = dyn_cast<CallExpr>(S))
      call(*Call);
    else if (const auto *Lambda = dyn_cast<LambdaExpr>(S))
      lambda(*Lambda);
    else if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
      mention(*Ref);
    else if (const auto *Loop = dyn_cast<CXXForRangeStmt>(S))
      abandoned(*Loop);
    Above.push_back(S);
    children(S);
    Above.pop_back();
  }
  void children(const Stmt *S) {
    if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
      const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
      return visit(Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand());
    }
    if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
      for (const Expr *Init : Lambda->capture_inits())
        visit(Init);
      return;
    }
    if (const auto *Catch = dyn_cast<CXXCatchStmt>(S))
      return visit(Catch->getHandlerBlock());
    if (isa<UnaryExprOrTypeTraitExpr, RequiresExpr, CXXNoexceptExpr, CXXTypeidExpr>(S))
      return;                                           // not evaluated
    if (const auto *Return = dyn_cast<CoreturnStmt>(S)) // its promise call is the machinery
      return visit(Return->getOperand());
    for (const Stmt *Child : childrenOf(*S))
      visit(Child);
  }

  void declare(const DeclStmt &Declaration) {
    Scope Around;
    for (std::size_t I = Above.size(); I-- > 0;)
      if (isScope(Above[I])) {
        Around = {static_cast<unsigned>(I + 1), Above[I]};
        break;
      }
    for (const Decl *D : Declaration.decls())
      if (const auto *Var = dyn_cast<VarDecl>(D))
        Scopes[Var] = Around;
  }
  [[nodiscard]] Scope scopeOf(const VarDecl *Var) const {
    auto It = Scopes.find(Var);
    return It == Scopes.end() ? Scope{0, writtenBody(F)} : It->second; // parameters
  }

  void call(const CallExpr &Call);
  void lambda(const LambdaExpr &Lambda);
  void callable(const LambdaExpr &Lambda, const CXXMethodDecl &Body);
  void mention(const DeclRefExpr &Ref);
  void escaped(const LambdaExpr &Lambda);
  void exposeObject(const CallExpr &Call, const FunctionDecl &Callee, Making &M) const;
  void exposeArguments(const CallExpr &Call, const FunctionDecl &Callee, bool Visible, Making &M) const;
  void exposeCaptures(const LambdaExpr &Lambda, Outlived Found, Making &M) const;
  void judge(const Making &M, const TaskFate &Fate);
  [[nodiscard]] bool dies(const Referent &R, const TaskFate &Fate, const Expr *Call) const;
  [[nodiscard]] bool goesOnPast(const VarDecl *Var, const Expr *Call) const;
  void abandoned(const CXXForRangeStmt &Loop);
  void self(const CallExpr &Call, const FunctionDecl &Definition, const TaskFate &Fate);
  void own();

  const UnitFacts &Unit;
  const LateUses &Late;
  const FunctionDecl &F;
  std::vector<Outlived> &Out;
  const Referents Origins;
  const Waits Blocking;
  llvm::SmallVector<const Stmt *, 32> Above;
  llvm::DenseMap<const VarDecl *, Scope> Scopes;
  std::map<const VarDecl *, Making> Kept; ///< local variables that hold a task
  std::map<const VarDecl *, Closure> Closures;
  std::map<const VarDecl *, Outlived> Running; ///< containers of tasks that refer to locals
};

void FunctionWalk::call(const CallExpr &Call) {
  const FunctionDecl *Callee = Call.getDirectCallee();
  if (!Callee || !Call.isPRValue() || !Call.getType()->isRecordType() || Callee->isInvalidDecl() ||
      saysItIsFine(*Callee))
    return;
  const FunctionDecl *Definition = LateUses::definitionOf(Callee);
  const bool Coroutine = Definition && isCoroutine(*Definition);
  const Others *Known = Definition ? nullptr : Unit.Library.others();
  const FunctionSummary *Summary = Known ? Known->function(Callee) : nullptr;
  if (Summary && !Summary->Coroutine)
    Summary = nullptr;
  const bool Lazy = Coroutine ? Late.startOf(*Definition).Lazy
                    : Summary ? !Summary->Eager
                              : isLazyTask(Call.getType(), Unit.Library);
  const Expr *Object = objectOfCall(&Call);
  Making M;
  M.Call = &Call;
  if (Definition) {
    exposeObject(Call, *Definition, M);
    exposeArguments(Call, *Definition, true, M);
  } else if (!isSystem(*Callee) && !Callee->hasAttr<CoroWrapperAttr>() && !Unit.Library.op(&Call)) {
    if (Lazy || Summary)
      exposeArguments(Call, *Callee, false, M);
    if (Summary)
      llvm::erase_if(M.Exposed, [&](const Outlived &Found) {
        return !Found.Param || !llvm::is_contained(Summary->LateReferences, Found.Param->getFunctionScopeIndex());
      });
    if (const auto *Method = dyn_cast<CXXMethodDecl>(Callee); (!Summary || Summary->LateObject) && Object && Method &&
                                                              !Method->isVirtual() &&
                                                              Unit.Library.hasRole(Call.getType(), "task"))
      exposeObject(Call, *Callee, M);
  }
  const bool OnThis = Coroutine && isa_and_nonnull<CXXThisExpr>(Object ? strip(Object) : nullptr);
  const bool GoesOn = isRunningTask(Call.getType(), Unit.Library);
  if (M.Exposed.empty() && !OnThis && !GoesOn)
    return;
  for (Outlived &Found : M.Exposed)
    Found.Lazy = Lazy;
  const TaskFate Fate = fateOf(&Call, Above, !Lazy, Unit.Library);
  judge(M, Fate);
  if (OnThis)
    self(Call, *Definition, Fate);
  if (Fate.K != TaskFate::Kind::InVariable)
    return;
  if (GoesOn && Fate.Container)
    forEachArgument(Call, *Callee, [&](const Expr *Arg, const ParmVarDecl &Param) {
      Referent R =
          refersElsewhere(Param.getType(), Unit.Library) ? Origins.ofArgument(Arg, Param.getType()) : Referent();
      if (R.K != Referent::Kind::Local)
        return;
      Outlived Left;
      Left.Kind = Outlived::What::Container;
      Left.Dies = R;
      Left.Made = &Call;
      Left.Coroutine = Callee;
      Left.Var = Fate.Var;
      Running.try_emplace(Fate.Var, std::move(Left));
    });
  if (!Fate.Container && !M.Exposed.empty())
    Kept[Fate.Var] = std::move(M);
}

void FunctionWalk::exposeObject(const CallExpr &Call, const FunctionDecl &Callee, Making &M) const {
  const Expr *Object = objectOfCall(&Call);
  const FunctionDecl *Definition = LateUses::definitionOf(&Callee);
  const Expr *Use = Definition ? Late.ofObject(Callee) : nullptr;
  if (!Object || (Definition && !Use))
    return;
  Outlived Found;
  Found.Kind = isLambda(&Callee) ? Outlived::What::Closure : Outlived::What::Object;
  Found.Dies = Origins.ofObject(Object);
  // What a method without a body does with its object is a guess: good enough for a local of the user's own class.
  if (Found.Dies.K == Referent::Kind::Unknown || (!Definition && Found.Dies.K != Referent::Kind::Local))
    return;
  Found.Where = Object;
  Found.Made = &Call;
  Found.Coroutine = &Callee;
  Found.Use = Use;
  M.Exposed.push_back(Found);
}

void FunctionWalk::exposeArguments(const CallExpr &Call, const FunctionDecl &Callee, bool Visible, Making &M) const {
  forEachArgument(Call, Callee, [&](const Expr *Arg, const ParmVarDecl &Param) {
    const QualType T = Param.getType();
    Outlived Found;
    Found.Made = &Call;
    Found.Where = Arg;
    Found.Coroutine = &Callee;
    Found.Param = &Param;
    Found.Use = Visible ? Late.ofParam(Callee, Param) : nullptr;
    if (Param.hasAttr<CoroDisableLifetimeBoundAttr>() || (Visible && !Found.Use))
      return;
    if (const LambdaExpr *Lambda = lambdaIn(Arg); Lambda && Visible)
      exposeCaptures(*Lambda, Found, M);
    // Without a body an rvalue reference may as well be a plain function's that moves from it.
    if (!refersElsewhere(T, Unit.Library) || (!Visible && T->isRValueReferenceType()))
      return;
    Found.Dies = Origins.ofArgument(Arg, T);
    if (Found.Dies.K != Referent::Kind::Unknown)
      M.Exposed.push_back(Found);
  });
}

/// The locals that a lambda captures by reference; of a coroutine those that it uses late.
void FunctionWalk::exposeCaptures(const LambdaExpr &Lambda, Outlived Found, Making &M) const {
  Found.Kind = Outlived::What::Captured;
  const CXXMethodDecl *Body = nullptr;
  for (const CXXMethodDecl *Candidate : bodiesOf(Lambda))
    if (!Candidate->isDependentContext() && isCoroutine(*Candidate))
      Body = Candidate;
  if (Body)
    Found.Coroutine = Body;
  for (const LambdaCapture &Capture : Lambda.captures()) {
    if (!Capture.capturesVariable() || Capture.getCaptureKind() != LCK_ByRef)
      continue;
    Found.Dies = Origins.variable(Capture.getCapturedVar());
    const Expr *Use = Body ? Late.ofCapture(*Body, *Capture.getCapturedVar()) : Found.Use;
    if (Found.Dies.K != Referent::Kind::Local || !Use)
      continue;
    Outlived Captured = Found;
    Captured.Use = Use;
    M.Exposed.push_back(std::move(Captured));
  }
}

bool FunctionWalk::goesOnPast(const VarDecl *Var, const Expr *Call) const {
  return !Blocking.after(Call, *Var, scopeOf(Var).Block, Above);
}

bool FunctionWalk::dies(const Referent &R, const TaskFate &Fate, const Expr *Call) const {
  using K = TaskFate::Kind;
  if (Fate.K == K::Unknown || Fate.K == K::Waited)
    return false;
  if (R.K == Referent::Kind::Temporary)
    return true;
  switch (Fate.K) {
  case K::Returned: return true;
  case K::InVariable: return scopeOf(R.Var).Depth > scopeOf(Fate.Var).Depth && goesOnPast(R.Var, Call);
  case K::Stored:
  case K::Detached: return goesOnPast(R.Var, Call);
  default: return false; // whoever joins the scope may do it before the local goes
  }
}

void FunctionWalk::judge(const Making &M, const TaskFate &Fate) {
  for (Outlived Found : M.Exposed) {
    if (!dies(Found.Dies, Fate, M.Call))
      continue;
    Found.Fate = Fate;
    Found.Function = &F;
    Out.push_back(std::move(Found));
  }
}

void FunctionWalk::lambda(const LambdaExpr &Lambda) {
  for (const CXXMethodDecl *Body : bodiesOf(Lambda))
    if (!Body->isDependentContext() && isCoroutine(*Body))
      callable(Lambda, *Body);
}

/// A lambda coroutine that is not called here: who keeps it?
void FunctionWalk::callable(const LambdaExpr &Lambda, const CXXMethodDecl &Body) {
  std::size_t I = Above.size();
  const Stmt *Child = &Lambda;
  while (I > 0 && isWrapping(Above[I - 1])) {
    Child = Above[--I];
    // An object that keeps it until its task has ended.
    const auto *Keeper = dyn_cast<CXXConstructExpr>(Child);
    if (const OpModel *Op = Keeper ? Unit.Library.op(Keeper) : nullptr; Op && Op->Callable == "kept")
      return;
  }
  const Stmt *Parent = I > 0 ? Above[I - 1] : nullptr;
  const auto *Call = dyn_cast_or_null<CallExpr>(Parent);
  if (Call && objectOfCall(Call) == Child)
    return; // called on the spot
  const OpModel *Op = Call ? Unit.Library.op(Call) : nullptr;
  Outlived Found;
  Found.Kind = Outlived::What::Closure;
  Found.Function = &F;
  Found.Where = Found.Made = &Lambda;
  Found.Coroutine = &Body;
  Found.Use = Late.ofObject(Body);
  Found.Lazy = Late.startOf(Body).Lazy;
  if (Op && Op->Callable == "dropped") {
    if (Found.Use) {
      Found.Dies.K = Referent::Kind::Temporary;
      Found.Dropper = Call;
      Out.push_back(Found);
    }
    return;
  }
  if (Op && (Op->SpawnsAny || !Op->Callable.empty())) {
    Making M;
    M.Call = Call;
    exposeCaptures(Lambda, Found, M);
    if (Op->Callable == "borrowed" && Found.Use) {
      Found.Dies.K = Referent::Kind::Temporary;
      M.Exposed.push_back(Found);
    }
    if (!M.Exposed.empty())
      judge(M, fateOf(&Lambda, Above, false, Unit.Library));
    return;
  }
  HandsOn How = HandsOn::No;
  if (Call && !Op)
    for (unsigned Arg = firstArgument(Call); Arg < Call->getNumArgs(); ++Arg)
      if (Call->getArg(Arg) == Child)
        How = handsOn(Call->getDirectCallee(), Arg - firstArgument(Call), Unit.Library);
  if (How != HandsOn::No) { // a closure that goes too early is the matter of whoever calls it
    Making M;
    M.Call = Call;
    exposeCaptures(Lambda, Found, M);
    return judge(M, fateOf(&Lambda, Above, false, Unit.Library));
  }
  if (!Found.Use || !Late.startOf(Body).Detached)
    return;
  const auto *Declaration = dyn_cast_or_null<DeclStmt>(Parent);
  const auto *Var =
      Declaration && Declaration->isSingleDecl() ? dyn_cast<VarDecl>(Declaration->getSingleDecl()) : nullptr;
  if (!Var || Var->getType()->getAsCXXRecordDecl() != Lambda.getLambdaClass())
    escaped(Lambda);
  else if (Var->hasLocalStorage())
    Closures[Var] = {&Lambda, false};
}

void FunctionWalk::escaped(const LambdaExpr &Lambda) {
  for (const CXXMethodDecl *Body : bodiesOf(Lambda)) {
    Outlived Found;
    Found.Kind = Outlived::What::Escaped;
    Found.Function = &F;
    Found.Where = Found.Made = &Lambda;
    Found.Coroutine = Body;
    Found.Use = Late.ofObject(*Body);
    if (Found.Use)
      Out.push_back(Found);
  }
}

void FunctionWalk::mention(const DeclRefExpr &Ref) {
  const auto *Var = dyn_cast<VarDecl>(Ref.getDecl());
  if (!Var)
    return;
  if (auto It = Closures.find(Var); It != Closures.end()) {
    std::size_t I = Above.size();
    while (I > 0 && isWrapping(Above[I - 1]) && !isa<CXXConstructExpr>(Above[I - 1]))
      --I;
    const auto *Call = I > 0 ? dyn_cast<CXXOperatorCallExpr>(Above[I - 1]) : nullptr;
    const bool Stays = (Call && Call->getOperator() == OO_Call) || (I > 0 && isa<LambdaExpr>(Above[I - 1]));
    It->second.Escapes = It->second.Escapes || !Stays;
  }
  // A task that was kept goes on its way.
  auto It = Kept.find(Var);
  if (It == Kept.end())
    return;
  const TaskFate Fate = fateOf(&Ref, Above, false, Unit.Library);
  if (Fate.K != TaskFate::Kind::Returned && Fate.K != TaskFate::Kind::Detached && Fate.K != TaskFate::Kind::Stored)
    return;
  Making Again = It->second;
  Again.Call = &Ref;
  llvm::erase_if(Again.Exposed, [](const Outlived &X) { return X.Dies.K == Referent::Kind::Temporary; });
  judge(Again, Fate);
}

/// Tasks of a container that are awaited one after the other, with a way out between them.
void FunctionWalk::abandoned(const CXXForRangeStmt &Loop) {
  const auto *Ref = dyn_cast<DeclRefExpr>(strip(Loop.getRangeInit()));
  auto It = Ref ? Running.find(dyn_cast<VarDecl>(Ref->getDecl())) : Running.end();
  if (It == Running.end() || !leavesFunction(Loop.getBody()))
    return;
  const CoawaitExpr *Await = awaitOf(Loop.getBody(), Loop.getLoopVariable());
  if (!Await)
    return;
  Outlived Found = It->second;
  Found.Function = &F;
  Found.Where = Await;
  Out.push_back(std::move(Found));
  Running.erase(It);
}

/// The class knows how to hand out references that keep it alive.
bool canHoldItself(const CXXRecordDecl *R, unsigned Depth = 0) {
  if (!R || !R->hasDefinition() || Depth > 6)
    return false;
  return llvm::any_of(R->bases(), [&](const CXXBaseSpecifier &Base) {
    const CXXRecordDecl *B = Base.getType()->getAsCXXRecordDecl();
    return B && (B->getName() == "enable_shared_from_this" || canHoldItself(B, Depth + 1));
  });
}

/// A type such as std::shared_ptr<T>, for a T that is the class, a base or a derived class of it.
bool refersTo(QualType T, const CXXRecordDecl *Class) {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(T.getNonReferenceType()->getAsCXXRecordDecl());
  if (!Spec || Spec->getTemplateArgs().size() == 0 || Spec->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
    return false;
  const CXXRecordDecl *R = Spec->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition() || !Class->hasDefinition())
    return false;
  return R->getCanonicalDecl() == Class->getCanonicalDecl() || R->isDerivedFrom(Class) || Class->isDerivedFrom(R);
}

/// Something in the statement keeps the object, or can tell that it has gone.
bool holdsObject(const Stmt *S, const CXXRecordDecl *Class) {
  if (!S)
    return false;
  if (const auto *E = dyn_cast<Expr>(S); E && refersTo(E->getType(), Class))
    return true;
  if (const auto *Call = dyn_cast<CallExpr>(S))
    if (const FunctionDecl *F = Call->getDirectCallee(); F && F->getDeclName().isIdentifier())
      if (llvm::is_contained(
              {"shared_from_this", "weak_from_this", "hold", "try_hold", "enter", "get_strong", "get_weak"},
              F->getName()))
        return true;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return holdsObject(Await->getOperand(), Class);
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return holdsObject(Child, Class); });
}

bool losesItself(const FunctionDecl &Coroutine, const LateUses &Late) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&Coroutine);
  if (!Method || isLambda(&Coroutine) || !canHoldItself(Method->getParent()) || !Late.ofObject(Coroutine))
    return false;
  return llvm::none_of(Coroutine.parameters(),
                       [&](const ParmVarDecl *P) { return refersTo(P->getType(), Method->getParent()); }) &&
         !holdsObject(writtenBody(Coroutine), Method->getParent());
}

/// A coroutine of this object is started and left to itself.
void FunctionWalk::self(const CallExpr &Call, const FunctionDecl &Definition, const TaskFate &Fate) {
  if (Fate.K != TaskFate::Kind::Detached || Late.startOf(Definition).Detached || !losesItself(Definition, Late))
    return;
  // A handler or an argument of the spawning call may hold it as well.
  if (Fate.Op && holdsObject(Fate.Op, cast<CXXMethodDecl>(Definition).getParent()))
    return;
  // It is mended in the coroutine, so that is where it is said, once for all who start it.
  if (llvm::any_of(Out, [&](const Outlived &Other) {
        return Other.Kind == Outlived::What::Self && Other.Coroutine == &Definition;
      }))
    return;
  Outlived Found;
  Found.Kind = Outlived::What::Self;
  Found.Fate = Fate;
  Found.Made = &Call;
  Found.Function = Found.Coroutine = &Definition;
  Found.Where = Found.Use = Late.ofObject(Definition);
  Out.push_back(std::move(Found));
}

/// What shows in the coroutine itself, whoever calls it.
void FunctionWalk::own() {
  if (!isCoroutine(F))
    return;
  if (Late.startOf(F).Detached && losesItself(F, Late)) {
    Outlived Found;
    Found.Kind = Outlived::What::Self;
    Found.Function = Found.Coroutine = &F;
    Found.Where = Found.Use = Late.ofObject(F);
    Out.push_back(std::move(Found));
  }
  if (isLambda(&F) || F.isTemplateInstantiation() || !Unit.Rivals.callsOf(&F).empty())
    return;
  for (const ParmVarDecl *Param : F.parameters())
    if (const Expr *Use = Param->getType()->isRValueReferenceType() ? Late.ofParam(F, *Param) : nullptr) {
      Outlived Found;
      Found.Kind = Outlived::What::Given;
      Found.Function = Found.Coroutine = &F;
      Found.Where = Found.Use = Use;
      Found.Param = Param;
      Found.Lazy = Late.startOf(F).Lazy;
      Out.push_back(std::move(Found));
    }
}

} // namespace

std::vector<Outlived> findOutlived(const UnitFacts &Unit) {
  std::vector<Outlived> Out;
  const LateUses Late(Unit);
  for (const FunctionDecl *F : Unit.Rivals.functions())
    if (!F->isInvalidDecl() && writtenBody(*F))
      FunctionWalk(Unit, Late, *F, Out).run();
  return Out;
}

} // namespace corace::checks
