// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that run beside each other, of which one fails: who waits for them goes on with the failure, and the others
// with what they were given. By a join that ends at the first failure, or by hand, one await after the other.
#include "checks/analysis/Failures.h"
#include "checks/analysis/LateUses.h"
#include "checks/analysis/TaskFate.h"
#include "checks/analysis/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

/// A task goes on when the variable that has it is gone.
bool goesOn(QualType T, const LibraryView &Library) {
  const TypeModel *Model = Library.type(T);
  return Model && Model->Role == "task" && (Model->Start == "eager" || Model->Start == "posted") &&
         Model->Drop == "detaches";
}

/// One function.
class SiblingWalk {
public:
  SiblingWalk(const UnitFacts &Unit, const Throws &Escapes, const LateUses &Late, const FunctionDecl &F,
              llvm::function_ref<void(FailureLoss)> Sink)
      : Unit(Unit), Escapes(Escapes), Late(Late), F(F), Origins(F, Unit.Library), Sink(Sink) {}

  void walk(const Stmt *S, const CXXTryStmt *Try);

private:
  /// A task with what it uses of this function's locals.
  struct Sibling {
    const FunctionDecl *Body = nullptr;
    const VarDecl *Local = nullptr;
    const Expr *Use = nullptr;
  };
  [[nodiscard]] Sibling exposed(const Expr *Task, const CXXTryStmt *Try) const;
  [[nodiscard]] bool dies(const VarDecl *Var, const CXXTryStmt *Try) const;
  void join(const CoawaitExpr &Await, const CXXTryStmt *Try);
  void block(const CompoundStmt &Block, const CXXTryStmt *Try);
  void report(const Expr *Where, const FunctionDecl *Failing, const Escape &Why, const Sibling &Left, std::string Name);
  [[nodiscard]] const VarDecl *takenFrom(const Stmt *S, const llvm::SmallVectorImpl<const VarDecl *> &Tasks) const;

  const UnitFacts &Unit;
  const Throws &Escapes;
  const LateUses &Late;
  const FunctionDecl &F;
  const Referents Origins;
  llvm::function_ref<void(FailureLoss)> Sink;
};

/// The local is gone when a failure has left the innermost try block around the await: who catches it further out may
/// still wait for the others.
bool SiblingWalk::dies(const VarDecl *Var, const CXXTryStmt *Try) const {
  if (!Var || !Var->hasLocalStorage())
    return false;
  const SourceRange Inside = Try ? Try->getTryBlock()->getSourceRange() : SourceRange();
  return !Try || (Inside.getBegin() <= Var->getLocation() && Var->getLocation() <= Inside.getEnd());
}

/// What a task that somebody makes here uses of the function's locals after its first suspension.
SiblingWalk::Sibling SiblingWalk::exposed(const Expr *Task, const CXXTryStmt *Try) const {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(Unit.Suspensions.operation(Task)));
  const FunctionDecl *Body = Call ? LateUses::definitionOf(Call->getDirectCallee()) : nullptr;
  if (!Body || !isCoroutine(*Body))
    return {};
  Sibling Found;
  const auto *Method = dyn_cast<CXXMethodDecl>(Body);
  const Expr *Object = objectOfCall(Call);
  if (Object && Method && !Method->isStatic()) {
    const Referent R = Origins.ofObject(Object);
    const Expr *Use = Late.ofObject(*Body);
    if (Use && R.K == Referent::Kind::Local && dies(R.Var, Try))
      return {Body, R.Var, Use};
    if (Method->getParent()->isLambda())
      for (const LambdaCapture &Capture : Method->getParent()->captures()) {
        const ValueDecl *Captured = Capture.capturesVariable() ? Capture.getCapturedVar() : nullptr;
        if (!Captured || Capture.getCaptureKind() != LCK_ByRef)
          continue;
        const Referent Behind = Origins.variable(Captured);
        const Expr *There = Late.ofCapture(*Body, *Captured);
        if (There && Behind.K == Referent::Kind::Local && dies(Behind.Var, Try))
          return {Body, Behind.Var, There};
      }
  }
  forEachArgument(*Call, *Body, [&](const Expr *Arg, const ParmVarDecl &Param) {
    if (Found.Body || !refersElsewhere(Param.getType(), Unit.Library))
      return;
    const Referent R = Origins.ofArgument(Arg, Param.getType());
    const Expr *Use = R.K == Referent::Kind::Local && dies(R.Var, Try) ? Late.ofParam(*Body, Param) : nullptr;
    if (Use)
      Found = {Body, R.Var, Use};
  });
  return Found;
}

void SiblingWalk::report(const Expr *Where, const FunctionDecl *Failing, const Escape &Why, const Sibling &Left,
                         std::string Name) {
  FailureLoss Loss;
  Loss.What = FailureLoss::How::LeftRunning;
  Loss.Function = &F;
  Loss.Where = Where;
  Loss.Task = Failing;
  Loss.Why = Why;
  Loss.Name = std::move(Name);
  Loss.Sibling = Left.Body;
  Loss.Local = Left.Local;
  Loss.Use = Left.Use;
  Sink(std::move(Loss));
}

/// `co_await gather(a(x), b())`
void SiblingWalk::join(const CoawaitExpr &Await, const CXXTryStmt *Try) {
  const Expr *Operation = Unit.Suspensions.operation(Await.getOperand());
  const auto *Call = dyn_cast_or_null<CallExpr>(Operation ? strip(Operation) : nullptr);
  const OpModel *Op = Call ? Unit.Library.op(Call) : nullptr;
  if (!Op || !Op->FailsFirst)
    return;
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I) {
    const Sibling Left = exposed(Call->getArg(I), Try);
    if (!Left.Body)
      continue;
    const FunctionDecl *Failing = nullptr;
    Escape Why;
    for (unsigned J = firstArgument(Call); J < Call->getNumArgs(); ++J) {
      const Expr *Other = strip(Unit.Suspensions.operation(Call->getArg(J)));
      const FunctionDecl *Body = J == I || !Other ? nullptr : Suspension::coroutineOf(Other);
      const Escape Here = Body ? Escapes.of(*Body) : Escape();
      if (Here.What > Why.What) {
        Why = Here;
        Failing = Body;
      }
    }
    if (Failing)
      return report(&Await, Failing, Why, Left, nameOfOperation(Call));
  }
}

/// The first of the variables that a statement mentions.
const VarDecl *SiblingWalk::takenFrom(const Stmt *S, const llvm::SmallVectorImpl<const VarDecl *> &Tasks) const {
  if (!S)
    return nullptr;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && llvm::is_contained(Tasks, Var))
      return Var;
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const LambdaCapture &Capture : Lambda->captures())
      if (Capture.capturesVariable())
        if (const auto *Var = dyn_cast<VarDecl>(Capture.getCapturedVar()); Var && llvm::is_contained(Tasks, Var))
          return Var;
    return nullptr;
  }
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return takenFrom(Await->getOperand(), Tasks);
  for (const Stmt *Child : childrenOf(*S))
    if (const VarDecl *Found = takenFrom(Child, Tasks))
      return Found;
  return nullptr;
}

/// `auto a = f(x); auto b = g(); co_await b; co_await a;`
void SiblingWalk::block(const CompoundStmt &Block, const CXXTryStmt *Try) {
  llvm::SmallVector<const VarDecl *, 4> Running;
  for (const Stmt *S : Block.body()) {
    if (!Running.empty()) {
      const FailingAwait Fails = Escapes.awaitIn(S);
      // Whatever is done with a task here, it is not forgotten.
      while (const VarDecl *Taken = takenFrom(S, Running))
        Running.erase(llvm::find(Running, Taken));
      if (Fails.Await)
        for (const VarDecl *Var : Running)
          if (const Sibling Left = exposed(Var->getInit(), Try); Left.Body) {
            report(Fails.Await, Fails.Task, Fails.Why, Left, {});
            return;
          }
    }
    if (const auto *D = dyn_cast<DeclStmt>(S))
      for (const Decl *Each : D->decls())
        if (const auto *Var = dyn_cast<VarDecl>(Each);
            Var && Var->getInit() && Var->hasLocalStorage() && goesOn(Var->getType(), Unit.Library))
          Running.push_back(Var);
  }
}

void SiblingWalk::walk(const Stmt *S, const CXXTryStmt *Try) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S)) {
    join(*Await, Try);
    return walk(Await->getOperand(), Try);
  }
  if (const auto *Yield = dyn_cast<CoyieldExpr>(S))
    return walk(Yield->getOperand(), Try);
  if (const auto *Return = dyn_cast<CoreturnStmt>(S))
    return walk(Return->getOperand(), Try);
  if (const auto *Inner = dyn_cast<CXXTryStmt>(S)) {
    walk(Inner->getTryBlock(), Inner);
    for (unsigned I = 0; I < Inner->getNumHandlers(); ++I)
      walk(Inner->getHandler(I)->getHandlerBlock(), Try);
    return;
  }
  if (const auto *Block = dyn_cast<CompoundStmt>(S))
    block(*Block, Try);
  for (const Stmt *Child : childrenOf(*S))
    walk(Child, Try);
}

} // namespace

void findLeftRunning(const UnitFacts &Unit, const Throws &Escapes, llvm::function_ref<void(FailureLoss)> Sink) {
  const LateUses Late(Unit);
  for (const FunctionDecl *F : Unit.Rivals.coroutines())
    if (const Stmt *Body = F->isInvalidDecl() ? nullptr : writtenBody(*F))
      SiblingWalk(Unit, Escapes, Late, *F, Sink).walk(Body, nullptr);
}

} // namespace corace::checks
