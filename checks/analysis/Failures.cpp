// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Failures.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/TaskTypes.h"
#include "checks/analysis/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/CharInfo.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corace::checks {

namespace {

std::optional<FailureLoss::Fate> fateOf(StringRef Failure) {
  if (Failure == "lost")
    return FailureLoss::Fate::Lost;
  if (Failure == "logged")
    return FailureLoss::Fate::Logged;
  if (Failure == "terminates")
    return FailureLoss::Fate::Terminates;
  return std::nullopt;
}

bool mentions(const Stmt *S, const ValueDecl *D) {
  if (!S)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S); Ref && Ref->getDecl() == D)
    return true;
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentions(Child, D); });
}

const LambdaExpr *lambdaOf(const Expr *E) {
  E = strip(E);
  while (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(E)) {
    if (Construct->getNumArgs() != 1)
      break;
    E = strip(Construct->getArg(0));
  }
  return dyn_cast_or_null<LambdaExpr>(E);
}

/// A handler that is told of the failure in its first parameter and never looks at it.
bool ignoresFirst(const LambdaExpr &Lambda) {
  const CXXMethodDecl *Body = Lambda.getCallOperator();
  return Body && Body->getNumParams() > 0 && !mentions(Lambda.getBody(), Body->getParamDecl(0));
}

const FunctionDecl *bodyOfLambda(const CXXRecordDecl &Closure) {
  if (const FunctionTemplateDecl *Generic = Closure.getDependentLambdaCallOperator()) {
    for (const FunctionDecl *Instance : Generic->specializations())
      return Instance;
    return nullptr;
  }
  return Closure.getLambdaCallOperator();
}

/// The loop ends by an exception only.
bool isEndless(const Stmt *Loop, const ASTContext &Context) {
  const Expr *Condition = nullptr;
  if (const auto *While = dyn_cast<WhileStmt>(Loop))
    Condition = While->getCond();
  else if (const auto *Do = dyn_cast<DoStmt>(Loop))
    Condition = Do->getCond();
  else if (const auto *For = dyn_cast<ForStmt>(Loop))
    Condition = For->getCond();
  else
    return false;
  bool Value = false;
  return !Condition ||
         (!Condition->isValueDependent() && Condition->EvaluateAsBooleanCondition(Value, Context) && Value);
}

bool leaves(const Stmt *S, bool OwnBreaks) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (isa<ReturnStmt, CoreturnStmt, GotoStmt, CXXThrowExpr>(S) || (OwnBreaks && isa<BreakStmt>(S)))
    return true;
  OwnBreaks = OwnBreaks && !isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, SwitchStmt>(S);
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return leaves(Child, OwnBreaks); });
}

} // namespace

class FailureFinder {
public:
  FailureFinder(const UnitFacts &Unit, llvm::function_ref<void(FailureLoss)> Sink)
      : Unit(Unit), Sink(Sink), Escapes(Unit.Suspensions, Unit.Context) {}

  void function(const FunctionDecl &F) {
    const Stmt *Body = writtenBody(F);
    if (!Body)
      return;
    Current = &F;
    Permit = nullptr;
    if (isCoroutine(F))
      fireAndForget(F);
    walk(Body, nullptr);
  }
  [[nodiscard]] const Throws &escapes() const { return Escapes; }

private:
  void walk(const Stmt *S, const Stmt *Loop);
  void dropped(const Stmt *S);
  void droppedValue(const Expr *E, bool Explicit);
  void call(const CallExpr *Call);
  void task(const CallExpr *Call, const Expr *Argument, FailureLoss Loss);
  void results(const Expr *Dropped, const Expr *Operand);
  bool joined(const Expr *Join, FailureLoss &Loss) const;
  void ignoredTry(const CallExpr *Call);
  void handlers(const CXXTryStmt *Try, const Stmt *Loop);
  void fireAndForget(const FunctionDecl &F);
  [[nodiscard]] const CoawaitExpr *suspensionIn(const Stmt *S) const;
  [[nodiscard]] const FunctionDecl *bodyOf(const Expr *Task) const;
  [[nodiscard]] std::optional<FailureLoss::Fate> fateBy(const Expr *Handler, FailureLoss &Loss) const;

  const UnitFacts &Unit;
  llvm::function_ref<void(FailureLoss)> Sink;
  Throws Escapes;
  const FunctionDecl *Current = nullptr;
  const Stmt *Permit = nullptr; ///< the last await of a counted permit
  llvm::DenseSet<const Expr *> Dropped;
  llvm::DenseSet<const FunctionDecl *> Told; ///< one report for a coroutine, however often it is started
};

/// The coroutine that an argument is, makes or will make.
const FunctionDecl *FailureFinder::bodyOf(const Expr *Task) const {
  const Expr *E = strip(Unit.Suspensions.operation(Task));
  if (!E)
    return nullptr;
  const FunctionDecl *Body = Suspension::coroutineOf(E);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E); Ref && !Body)
    if (const auto *F = dyn_cast<FunctionDecl>(Ref->getDecl()))
      Body = F->getDefinition();
  if (const LambdaExpr *Lambda = Body ? nullptr : lambdaOf(E))
    Body = bodyOfLambda(*Lambda->getLambdaClass());
  else if (const CXXRecordDecl *R = E->getType()->getAsCXXRecordDecl(); !Body && R && R->isLambda())
    Body = bodyOfLambda(*R);
  // [&] { return work(); }
  if (Body && !isCoroutine(*Body)) {
    const auto *Block = dyn_cast_or_null<CompoundStmt>(Body->getBody());
    const auto *Return = Block && Block->size() == 1 ? dyn_cast<ReturnStmt>(Block->body_front()) : nullptr;
    Body = Return && Return->getRetValue() ? Suspension::coroutineOf(Unit.Suspensions.operation(Return->getRetValue()))
                                           : nullptr;
  }
  return Body;
}

/// What a completion handler makes of a failure; nothing if it is told and looks.
std::optional<FailureLoss::Fate> FailureFinder::fateBy(const Expr *Handler, FailureLoss &Loss) const {
  Handler = strip(Handler);
  if (const LambdaExpr *Lambda = lambdaOf(Handler)) {
    if (!ignoresFirst(*Lambda))
      return std::nullopt;
    Loss.Handler = Lambda;
    return FailureLoss::Fate::Lost;
  }
  auto of = [&](QualType T) {
    const TypeModel *Model = Unit.Library.type(T);
    return Model && Model->Role != "task" ? fateOf(Model->Failure) : std::nullopt;
  };
  if (auto Fate = of(Handler->getType()))
    return Fate;
  // bind_executor(strand, detached)
  if (const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(Handler->getType()->getAsCXXRecordDecl()))
    for (const TemplateArgument &Argument : Spec->getTemplateArgs().asArray())
      if (Argument.getKind() == TemplateArgument::Type)
        if (auto Fate = of(Argument.getAsType()))
          return Fate;
  return std::nullopt;
}

void FailureFinder::task(const CallExpr *Call, const Expr *Argument, FailureLoss Loss) {
  Loss.Task = bodyOf(Argument);
  if (!Loss.Task)
    return;
  Loss.Why = Escapes.of(*Loss.Task);
  if (Loss.Why.What == Escape::How::No || !Told.insert(Loss.Task->getCanonicalDecl()).second)
    return;
  // A library that ends the program says so; what is not even known to throw is no surprise.
  if (Loss.Why.What == Escape::How::Unknown && Loss.End != FailureLoss::Fate::Lost)
    return;
  Loss.Where = Call;
  Sink(std::move(Loss));
}

void FailureFinder::call(const CallExpr *Call) {
  const OpModel *Op = Unit.Library.op(Call);
  if (!Op || !Op->SpawnsAny)
    return;
  FailureLoss Loss;
  Loss.Function = Current;
  Loss.Name = nameOfOperation(Call);
  std::optional<FailureLoss::Fate> Fate = fateOf(Op->Failure);
  const unsigned First = firstArgument(Call);
  if (Op->Observer) {
    const unsigned Index = First + *Op->Observer;
    if (Index < Call->getNumArgs() && !isa<CXXDefaultArgExpr>(Call->getArg(Index)))
      Fate = fateBy(Call->getArg(Index), Loss);
    else if (!Call->getType()->isVoidType() && !Dropped.contains(Call))
      return; // what it returns tells
  }
  if (!Fate)
    return;
  Loss.End = *Fate;
  if (Op->SpawnsAll) {
    for (unsigned I = First; I < Call->getNumArgs(); ++I)
      task(Call, Call->getArg(I), Loss);
    return;
  }
  for (int Which : Op->Spawns) {
    const Expr *Argument = nullptr;
    if (Which == -2)
      Argument = objectOfCall(Call);
    else if (Which == -1 && Call->getNumArgs() > First)
      Argument = Call->getArg(Call->getNumArgs() - 1);
    else if (Which >= 0 && First + Which < Call->getNumArgs())
      Argument = Call->getArg(First + Which);
    if (Argument)
      task(Call, Argument, Loss);
  }
}

/// How the tasks of a join may fail; false if it is in sight that none can.
bool FailureFinder::joined(const Expr *Join, FailureLoss &Loss) const {
  const auto *Call = dyn_cast<CallExpr>(strip(Join));
  if (!Call)
    return true;
  bool May = false;
  auto look = [&](const Expr *Argument) {
    const FunctionDecl *Body = bodyOf(Argument);
    const Escape Why = Body ? Escapes.of(*Body) : Escape{Escape::How::Unknown, nullptr, nullptr, nullptr, {}};
    May |= Why.What != Escape::How::No;
    Loss.InSight |= Body != nullptr;
    if (Why.What == Escape::How::Yes && Loss.Why.What != Escape::How::Yes) {
      Loss.Why = Why;
      Loss.Task = Body;
    }
  };
  const OpModel *Op = Unit.Library.op(Call);
  if (Op && Op->Pass == "this" && objectOfCall(Call)) {
    look(objectOfCall(Call));
    return May;
  }
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I)
    look(Call->getArg(I));
  return May;
}

void FailureFinder::results(const Expr *DroppedValue, const Expr *Operand) {
  const Expr *Join = strip(Operand);
  const OpModel *Op = Join ? Unit.Library.op(Join) : nullptr;
  if (!Op || Op->Failure != "results") {
    Join = strip(Unit.Suspensions.operation(Operand));
    Op = Join ? Unit.Library.op(Join) : nullptr;
  }
  if (!Op || Op->Failure != "results" || DroppedValue->getType()->isVoidType())
    return;
  FailureLoss Loss;
  Loss.What = FailureLoss::How::Results;
  Loss.Function = Current;
  Loss.Where = DroppedValue;
  Loss.Name = nameOfOperation(Join);
  Loss.Instead = Op->Instead;
  Loss.InSight = !isa<CoawaitExpr>(DroppedValue);
  if (joined(Join, Loss))
    Sink(std::move(Loss));
}

/// `queue.try_pop(x);` after a permit was awaited: the permit does not promise that the try succeeds.
void FailureFinder::ignoredTry(const CallExpr *Call) {
  const FunctionDecl *F = Call->getDirectCallee();
  if (!Permit || !F || !F->getDeclName().isIdentifier())
    return;
  StringRef Name = F->getName();
  if (!Name.consume_front("try") || Name.empty() || !(Name.front() == '_' || isUppercase(Name.front())))
    return;
  const OpModel *Op = Unit.Library.op(Call);
  if (!Call->getType()->isBooleanType() || (Op && (Op->Acquire || Op->Release)))
    return;
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I) {
    const Expr *Argument = Call->getArg(I);
    const auto *Ref = dyn_cast<DeclRefExpr>(strip(Argument));
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (!Var || !Var->hasLocalStorage() || !Argument->isLValue() || Argument->getType().isConstQualified())
      continue;
    FailureLoss Loss;
    Loss.What = FailureLoss::How::TryIgnored;
    Loss.Function = Current;
    Loss.Where = Call;
    Loss.Before = Permit;
    Loss.Name = nameOfOperation(Call);
    Loss.Out = Var->getNameAsString();
    return Sink(std::move(Loss));
  }
}

void FailureFinder::droppedValue(const Expr *E, bool Explicit) {
  E = strip(E);
  if (const auto *Cast = dyn_cast_or_null<ExplicitCastExpr>(E); Cast && Cast->getType()->isVoidType())
    return droppedValue(Cast->getSubExpr(), true);
  if (!E)
    return;
  Dropped.insert(E);
  if (const auto *Await = dyn_cast<CoawaitExpr>(E)) {
    if (!Explicit)
      results(E, Await->getOperand());
    return;
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  if (!Call)
    return;
  const OpModel *Op = Unit.Library.op(Call);
  // sync_wait(when_all_ready(...)): the outcome in plain code
  if (Op && Op->Reenter && !Explicit && Call->getNumArgs() > firstArgument(Call))
    return results(E, Call->getArg(firstArgument(Call)));
  if (!Explicit)
    ignoredTry(Call);
  // An eager task that may be dropped: it goes on, and its failure stays in it.
  const TypeModel *Model = Unit.Library.type(E->getType());
  auto Fate = Model && Model->Role == "task" && Model->Start != "lazy" && Model->Drop == "detaches" && Model->Await
                  ? fateOf(Model->Failure)
                  : std::nullopt;
  if (!Fate || (Op && Op->SpawnsAny) || (Model->NoDiscard && !Explicit)) // the last is corace-unawaited-task's
    return;
  FailureLoss Loss;
  Loss.Function = Current;
  Loss.End = *Fate;
  Loss.Explicit = Explicit;
  Loss.Name = nameOfOperation(Call);
  task(Call, Call, std::move(Loss));
}

void FailureFinder::dropped(const Stmt *S) {
  if (const auto *E = dyn_cast_or_null<Expr>(S))
    droppedValue(E, false);
}

const CoawaitExpr *FailureFinder::suspensionIn(const Stmt *S) const {
  if (!S || isa<LambdaExpr>(S))
    return nullptr;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return Unit.Suspensions.classify(*Await).suspends() ? Await : suspensionIn(Await->getOperand());
  for (const Stmt *Child : childrenOf(*S))
    if (const CoawaitExpr *Found = suspensionIn(Child))
      return Found;
  return nullptr;
}

/// catch (...) {} around an await: the cancellation of the task goes with all other failures.
void FailureFinder::handlers(const CXXTryStmt *Try, const Stmt *Loop) {
  const CXXCatchStmt *Last = Try->getNumHandlers() ? Try->getHandler(Try->getNumHandlers() - 1) : nullptr;
  const auto *Block = Last ? dyn_cast<CompoundStmt>(Last->getHandlerBlock()) : nullptr;
  if (!Block || Last->getExceptionDecl() || !Block->body_empty() || Last->getBeginLoc().isMacroID())
    return;
  const CoawaitExpr *Await = suspensionIn(Try->getTryBlock());
  if (!Await)
    return;
  FailureLoss Loss;
  Loss.What = FailureLoss::How::Swallowed;
  Loss.Function = Current;
  Loss.Where = Last;
  Loss.Before = Await;
  Loss.Loop = Loop;
  Sink(std::move(Loss));
}

/// A coroutine that destroys itself when it has ended, of a type that nobody can await.
void FailureFinder::fireAndForget(const FunctionDecl &F) {
  const auto *Body = dyn_cast<CoroutineBodyStmt>(F.getBody());
  const TypeModel *Model = Unit.Library.type(F.getReturnType());
  std::optional<FailureLoss::Fate> Fate = Model ? fateOf(Model->Failure) : std::nullopt;
  if (Model && (Model->Role != "task" || Model->Await))
    return;
  if (!Fate && Body && TaskTypes::isFireAndForget(F.getReturnType(), *Body)) {
    const auto *Handler = dyn_cast_or_null<CallExpr>(
        Body->getExceptionHandler() ? strip(dyn_cast<Expr>(Body->getExceptionHandler())) : nullptr);
    const FunctionDecl *Callee = Handler ? Handler->getDirectCallee() : nullptr, *Definition = nullptr;
    const auto *Block =
        Callee && Callee->isDefined(Definition) ? dyn_cast_or_null<CompoundStmt>(Definition->getBody()) : nullptr;
    if (Block && Block->body_empty())
      Fate = FailureLoss::Fate::Lost;
    const auto *Only = Block && Block->size() == 1 ? dyn_cast<CallExpr>(Block->body_front()) : nullptr;
    if (Only && Only->getDirectCallee() && Only->getDirectCallee()->isNoReturn())
      Fate = FailureLoss::Fate::Terminates;
  }
  if (!Fate)
    return;
  FailureLoss Loss;
  Loss.What = FailureLoss::How::FireAndForget;
  Loss.Function = Loss.Task = &F;
  Loss.End = *Fate;
  Loss.Why = Escapes.of(F);
  if (Loss.Why.What == Escape::How::No ||
      (Loss.Why.What == Escape::How::Unknown && Loss.End != FailureLoss::Fate::Lost))
    return;
  Loss.Where = Loss.Why.Through ? Loss.Why.Through : Loss.Why.Site;
  if (const CXXRecordDecl *R = F.getReturnType()->getAsCXXRecordDecl())
    Loss.Name = R->getNameAsString();
  if (Loss.Where)
    Sink(std::move(Loss));
}

void FailureFinder::walk(const Stmt *S, const Stmt *Loop) {
  if (!S)
    return;
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      walk(Init, Loop);
    return;
  }
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
    const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand();
    walk(Operand, Loop);
    const OpModel *Op = Await ? Unit.Library.op(Unit.Suspensions.operation(Operand)) : nullptr;
    if (Op && Op->Acquire == LockMode::Counted && !Op->AcquiresWhenCalled)
      Permit = S;
    return;
  }
  if (const auto *Return = dyn_cast<CoreturnStmt>(S))
    return walk(Return->getOperand(), Loop);
  if (const auto *Block = dyn_cast<CompoundStmt>(S)) {
    for (const Stmt *Child : Block->body()) {
      dropped(Child);
      walk(Child, Loop);
    }
    return;
  }
  if (const auto *If = dyn_cast<IfStmt>(S))
    dropped(If->getThen()), dropped(If->getElse());
  else if (const auto *For = dyn_cast<ForStmt>(S))
    dropped(For->getInit()), dropped(For->getInc()), dropped(For->getBody());
  else if (const auto *While = dyn_cast<WhileStmt>(S))
    dropped(While->getBody());
  else if (const auto *Range = dyn_cast<CXXForRangeStmt>(S))
    dropped(Range->getBody());
  else if (const auto *Case = dyn_cast<SwitchCase>(S))
    dropped(Case->getSubStmt());
  else if (const auto *Try = dyn_cast<CXXTryStmt>(S))
    handlers(Try, Loop);
  else if (const auto *Call = dyn_cast<CallExpr>(S))
    call(Call);
  if (isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S))
    Loop =
        isEndless(S, Unit.Context) && !llvm::any_of(childrenOf(*S), [](const Stmt *Part) { return leaves(Part, true); })
            ? S
            : nullptr;
  for (const Stmt *Child : childrenOf(*S))
    walk(Child, Loop);
}

void findFailureLosses(const UnitFacts &Unit, llvm::function_ref<void(FailureLoss)> Sink) {
  FailureFinder Finder(Unit, Sink);
  for (const FunctionDecl *F : Unit.Rivals.functions())
    if (!F->isInvalidDecl())
      Finder.function(*F);
  findLeftRunning(Unit, Finder.escapes(), Sink);
}

} // namespace corace::checks
