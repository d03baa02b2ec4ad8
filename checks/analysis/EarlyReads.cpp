// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/EarlyReads.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/LockIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

/// The whole of a member is copied: `auto copy = all_;`, `copy = all_`.
const Expr *copyOf(const Stmt *S, const FieldDecl &State) {
  if (!S || isa<LambdaExpr>(S))
    return nullptr;
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(S);
      Construct && Construct->getConstructor()->isCopyConstructor() && ownMember(Construct->getArg(0)) == &State)
    return Construct;
  if (const auto *Assign = dyn_cast<CXXOperatorCallExpr>(S); Assign && Assign->getOperator() == OO_Equal &&
                                                             Assign->getNumArgs() == 2 &&
                                                             ownMember(Assign->getArg(1)) == &State)
    return Assign;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return copyOf(Await->getOperand(), State);
  for (const Stmt *Child : childrenOf(*S))
    if (const Expr *Found = copyOf(Child, State))
      return Found;
  return nullptr;
}

/// The same in a method of the object that the statement calls; then the call.
const Expr *copyBehind(const Stmt *S, const FieldDecl &State) {
  if (!S || isa<LambdaExpr>(S))
    return nullptr;
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(S);
      Call && isa<CXXThisExpr>(strip(Call->getImplicitObjectArgument()))) {
    const FunctionDecl *Definition = nullptr;
    const CXXMethodDecl *Method = Call->getMethodDecl();
    if (Method && !Method->isVirtual() && Method->isDefined(Definition) && !isCoroutine(*Definition) &&
        copyOf(Definition->getBody(), State))
      return Call;
  }
  for (const Stmt *Child : childrenOf(*S))
    if (const Expr *Found = copyBehind(Child, State))
      return Found;
  return nullptr;
}

bool mentions(const Stmt *S, const VarDecl &Var) {
  if (!S)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S); Ref && Ref->getDecl() == &Var)
    return true;
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S))
    return llvm::any_of(Lambda->captures(), [&](const LambdaCapture &Capture) {
      return Capture.capturesVariable() && Capture.getCapturedVar() == &Var;
    });
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentions(Child, Var); });
}

bool suspends(const Stmt *S) {
  return S && !isa<LambdaExpr>(S) && (isa<CoroutineSuspendExpr>(S) || llvm::any_of(childrenOf(*S), suspends));
}

class EarlyReadFinder {
public:
  EarlyReadFinder(const UnitFacts &Unit, llvm::function_ref<void(EarlyRead)> Sink) : Unit(Unit), Sink(Sink) {}

  void walk(const FunctionDecl &F, const Stmt *S, unsigned Depth = 0) {
    if (!S || isa<Expr>(S) || Depth > 200)
      return;
    if (const auto *Block = dyn_cast<CompoundStmt>(S))
      for (std::size_t I = 0; I < Block->size(); ++I)
        if (const auto *D = dyn_cast<DeclStmt>(Block->body_begin()[I]); D && D->isSingleDecl())
          if (const auto *Var = dyn_cast<VarDecl>(D->getSingleDecl()))
            started(F, *Var, llvm::ArrayRef<const Stmt *>(Block->body_begin(), Block->size()).drop_front(I + 1));
    for (const Stmt *Child : childrenOf(*S))
      walk(F, Child, Depth + 1);
  }

private:
  struct Taking {
    const FieldDecl *State;
    const Expr *Saved, *Gone;
  };
  void started(const FunctionDecl &F, const VarDecl &Var, llvm::ArrayRef<const Stmt *> Rest);
  [[nodiscard]] std::vector<Taking> takenBy(const FunctionDecl &Task) const;

  const UnitFacts &Unit;
  llvm::function_ref<void(EarlyRead)> Sink;
};

/// What a coroutine copies before its first suspension, and empties or replaces after one.
std::vector<EarlyReadFinder::Taking> EarlyReadFinder::takenBy(const FunctionDecl &Task) const {
  std::vector<Taking> Found;
  const LockFacts &Facts = locksOf(Unit).of(Task);
  const SourceManager &SM = Unit.Context.getSourceManager();
  for (const LockedCopy &Copy : Facts.Copies) {
    const FieldDecl *State = Copy.Source.Base == AccessPath::BaseKind::This && Copy.Source.Steps.size() == 1
                                 ? Copy.Source.Steps[0].Field
                                 : nullptr;
    if (!State || Copy.AfterSuspension)
      continue;
    for (const RivalIndex::Write &W : Unit.Rivals.writesOf(State->getCanonicalDecl())) {
      const auto Write = Facts.Writes.find(W.Site);
      const std::optional<StateWrite> What = Write == Facts.Writes.end() ? std::nullopt : writeOf(W.Site, Unit.Library);
      if (What && Write->second.AfterSuspension &&
          (What->What == StateWrite::Effect::Set || What->What == StateWrite::Effect::Remove) &&
          SM.isBeforeInTranslationUnit(Copy.Site->getExprLoc(), W.Site->getExprLoc())) {
        Found.push_back({State->getCanonicalDecl(), Copy.Site, W.Site});
        break;
      }
    }
  }
  return Found;
}

void EarlyReadFinder::started(const FunctionDecl &F, const VarDecl &Var, llvm::ArrayRef<const Stmt *> Rest) {
  const TypeModel *Model = Var.getInit() && Var.hasLocalStorage() ? Unit.Library.type(Var.getType()) : nullptr;
  if (!Model || Model->Role != "task" || Model->Start != "eager")
    return;
  const auto *Call = dyn_cast<CallExpr>(strip(Var.getInit()));
  const FunctionDecl *Task = Call ? Suspension::coroutineOf(Call) : nullptr;
  const Expr *Object = Task ? objectOfCall(Call) : nullptr;
  if (!Object || !isa<CXXThisExpr>(strip(Object)))
    return;
  std::vector<Taking> Takings = takenBy(*Task);
  for (const Stmt *S : Rest) {
    if (Takings.empty() || mentions(S, Var))
      return;
    llvm::erase_if(Takings, [&](const Taking &T) {
      const Expr *Copy = copyOf(S, *T.State);
      if (!Copy)
        Copy = copyBehind(S, *T.State);
      if (Copy)
        Sink({&F, T.State, Call, Copy, Task, T.Saved, T.Gone});
      return Copy != nullptr;
    });
    if (suspends(S)) // whether the task goes on before what follows is not known
      return;
  }
}

} // namespace

void findEarlyReads(const UnitFacts &Unit, llvm::function_ref<void(EarlyRead)> Sink) {
  EarlyReadFinder Finder(Unit, Sink);
  for (const FunctionDecl *F : Unit.Rivals.coroutines())
    if (!F->isInvalidDecl())
      Finder.walk(*F, writtenBody(*F));
}

} // namespace corace::checks
