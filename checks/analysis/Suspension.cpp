// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Suspension.h"

#include "checks/analysis/AccessPath.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

const Stmt *writtenBody(const FunctionDecl &F) {
  const FunctionDecl *Definition = nullptr;
  const Stmt *Body = F.getBody(Definition);
  if (const auto *Coroutine = dyn_cast_or_null<CoroutineBodyStmt>(Body))
    return Coroutine->getBody();
  return Body;
}

bool isCoroutine(const FunctionDecl &F) { return isa_and_nonnull<CoroutineBodyStmt>(F.getBody()); }

std::string nameOfOperation(const Expr *Operation) {
  const Expr *E = strip(Operation);
  if (const auto *Call = dyn_cast_or_null<CallExpr>(E)) {
    const FunctionDecl *F = Call->getDirectCallee();
    if (!F)
      return {};
    if (const auto *Method = dyn_cast<CXXMethodDecl>(F)) {
      if (Method->getParent()->isLambda())
        return "the lambda";
      if (!isa<CXXOperatorCallExpr>(Call))
        return Method->getParent()->getNameAsString() + "::" + F->getNameAsString();
    }
    return F->getNameAsString();
  }
  if (const CXXRecordDecl *R = E ? E->getType().getNonReferenceType()->getAsCXXRecordDecl() : nullptr)
    return R->getNameAsString();
  return {};
}

const Expr *Suspension::operation(const Expr *Operand) const {
  for (unsigned I = 0; I < 8; ++I) { // wrappers around wrappers
    Operand = strip(Operand);
    const auto *Call = dyn_cast_or_null<CallExpr>(Operand);
    if (Call && isPassThrough(Call)) {
      Operand = Call->getArg(0);
      continue;
    }
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Operand))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
          Var && Var->getInit() && !Var->hasGlobalStorage() && !isa<ParmVarDecl>(Var))
        if (isa_and_nonnull<CallExpr>(strip(Var->getInit()))) {
          Operand = Var->getInit();
          continue;
        }
    if (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(Operand))
      if (Construct->getNumArgs() == 1 && Construct->getConstructor()->isCopyOrMoveConstructor()) {
        Operand = Construct->getArg(0);
        continue;
      }
    // A wrapper awaits what it wraps; unless the models say how the wrapper itself behaves.
    const OpModel *Op = Operand ? Library.op(Operand) : nullptr;
    if (Call && Op && !Op->Pass.empty() && !Op->Await) {
      unsigned Index = 0;
      if (Op->Pass == "this" && objectOfCall(Call))
        Operand = objectOfCall(Call);
      else if (Op->Pass == "last" && Call->getNumArgs() > 0)
        Operand = Call->getArg(Call->getNumArgs() - 1);
      else if (!StringRef(Op->Pass).getAsInteger(10, Index) && Index + firstArgument(Call) < Call->getNumArgs())
        Operand = Call->getArg(Index + firstArgument(Call));
      else
        return Operand;
      continue;
    }
    return Operand;
  }
  return Operand;
}

const FunctionDecl *Suspension::coroutineOf(const Expr *Operation) {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(Operation));
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  if (!F)
    return nullptr;
  // A virtual call runs some override; nothing is known unless it is final.
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F); Method && Method->isVirtual() && !Method->hasAttr<FinalAttr>())
    return nullptr;
  const FunctionDecl *Definition = nullptr;
  return F->isDefined(Definition) && isCoroutine(*Definition) ? Definition : nullptr;
}

namespace {

class AwaitFinder : public RecursiveASTVisitor<AwaitFinder> {
public:
  AwaitFinder(const Suspension &S) : S(S) {}
  bool Found = false;

  bool TraverseLambdaExpr(LambdaExpr *) { return true; } // its awaits are its own
  bool VisitCoroutineSuspendExpr(CoroutineSuspendExpr *E) {
    Found = Found || S.classify(*E).suspends();
    return !Found;
  }

private:
  const Suspension &S;
};

} // namespace

bool Suspension::bodySuspends(const FunctionDecl &Body) const {
  auto [It, New] = Bodies.try_emplace(Body.getCanonicalDecl(), 0);
  if (!New)
    return It->second != 0;
  AwaitFinder Finder(*this);
  Finder.TraverseStmt(const_cast<Stmt *>(writtenBody(Body)));
  // A result that leaned on an entry in progress could be too low, but only inside a cycle in which the entry in
  // progress finds the suspension itself; that is not remembered then.
  if (Finder.Found)
    Bodies[Body.getCanonicalDecl()] = 1;
  return Finder.Found;
}

std::optional<AwaitEffect> Suspension::fromModels(const Expr *Operation, QualType T) const {
  if (const OpModel *Op = Library.op(Operation)) {
    if (Op->Await)
      return Op->Await;
    if (Op->Acquire && !Op->AcquiresWhenCalled)
      return AwaitEffect::May; // the lock may be taken
  }
  if (const OpModel *Op = Library.awaitOn(T)) {
    if (Op->Await)
      return Op->Await;
    if (Op->Acquire)
      return AwaitEffect::May;
  }
  if (const TypeModel *Model = Library.type(T))
    return Model->Await;
  return std::nullopt;
}

bool Suspension::alwaysReturns(const FunctionDecl *F, bool Value) const {
  const FunctionDecl *Definition = nullptr;
  if (!F || !F->isDefined(Definition))
    return false;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F); Method && Method->isVirtual())
    return false;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  const auto *Return = Body && Body->size() == 1 ? dyn_cast<ReturnStmt>(Body->body_front()) : nullptr;
  const Expr *Result = Return ? Return->getRetValue() : nullptr;
  bool Is = false;
  return Result && !Result->isValueDependent() && Result->EvaluateAsBooleanCondition(Is, Context) && Is == Value;
}

AwaitEffect Suspension::fromStructure(const CoroutineSuspendExpr &E) const {
  auto calleeOf = [](const Expr *Machinery) -> const FunctionDecl * {
    const Expr *Stripped = Machinery ? strip(Machinery) : nullptr;
    const auto *Call = dyn_cast_or_null<CallExpr>(Stripped);
    return Call ? Call->getDirectCallee() : nullptr;
  };
  const FunctionDecl *Ready = calleeOf(E.getReadyExpr());
  if (alwaysReturns(Ready, true))
    return AwaitEffect::Never;
  // The call is wrapped for symmetric transfer: look inside for await_suspend.
  const FunctionDecl *Suspend = nullptr;
  llvm::SmallVector<const Stmt *, 8> Work{E.getSuspendExpr()};
  while (!Work.empty() && !Suspend) {
    const Stmt *S = Work.pop_back_val();
    if (!S)
      continue;
    if (const auto *Call = dyn_cast<CallExpr>(S))
      if (const FunctionDecl *F = Call->getDirectCallee();
          F && F->getDeclName().isIdentifier() && F->getName() == "await_suspend")
        Suspend = F;
    for (const Stmt *Child : S->children())
      Work.push_back(Child);
  }
  if (!Suspend)
    return AwaitEffect::May;
  QualType Result = Suspend->getReturnType();
  if (Result->isBooleanType())
    return alwaysReturns(Suspend, false) ? AwaitEffect::Never : AwaitEffect::May;
  if (Result->isRecordType())
    return AwaitEffect::Transfer;
  return alwaysReturns(Ready, false) ? AwaitEffect::Always : AwaitEffect::May;
}

SuspensionClass Suspension::classify(const CoroutineSuspendExpr &E) const {
  SuspensionClass Class;
  const auto *Await = dyn_cast<CoawaitExpr>(&E);
  const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(E).getOperand();
  if (!Await) {
    Class.Effect = fromStructure(E);
    Class.Why = "'co_yield' hands the value over and suspends";
    return Class;
  }
  const Expr *Operation = operation(Operand);
  std::string Name = nameOfOperation(Operation);
  std::string Quoted = Name.empty() ? "the awaited object" : "'" + Name + "'";
  auto Modelled = fromModels(Operation, strip(Operation)->getType());
  if (!Modelled && Operation != Operand) // a wrapper that is not known, around an operation that is not known
    Modelled = fromModels(Operand, strip(Operand)->getType());
  Class.Effect = Modelled ? *Modelled : fromStructure(E);

  // An eager task whose body never suspends has finished when it is awaited; a lazy one runs through in one go. Other
  // tasks are posted to an executor, whatever their body does.
  const TypeModel *Task = Library.type(strip(Operation)->getType());
  bool RunsThrough = Class.Effect == AwaitEffect::Transfer || (Task && Task->Start == "eager");
  if (const auto *Call = dyn_cast_or_null<CallExpr>(strip(Operation)); Call && RunsThrough)
    Class.Callee = Call->getDirectCallee();
  if (const FunctionDecl *Body = RunsThrough ? coroutineOf(Operation) : nullptr) {
    Class.Effect = bodySuspends(*Body) ? AwaitEffect::May : AwaitEffect::Never;
    Class.Why = Quoted + " has an await in its body that may suspend";
    return Class;
  }
  const FunctionSummary *Summary =
      Class.Callee && Library.others() ? Library.others()->function(Class.Callee) : nullptr;
  if (Summary && Summary->Coroutine) {
    Class.Effect = Library.others()->suspends(*Summary) ? AwaitEffect::May : AwaitEffect::Never;
    Class.Why = Quoted + " has an await in its body that may suspend";
    return Class;
  }
  switch (Class.Effect) {
  case AwaitEffect::Never: break;
  case AwaitEffect::Always: Class.Why = Quoted + " always suspends"; break;
  case AwaitEffect::Transfer: Class.Why = "the body of " + Quoted + " is not visible here and may suspend"; break;
  case AwaitEffect::May: {
    const OpModel *Op = Library.op(Operation);
    Class.Why = Op && Op->Acquire ? Quoted + " waits while another task holds the lock" : Quoted + " may suspend";
    break;
  }
  }
  return Class;
}

} // namespace corace::checks
