// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LateUses.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

bool isView(QualType T, const LibraryView &Library) {
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  return R && (R->hasAttr<PointerAttr>() || Library.hasRole(T, "view"));
}

bool refersElsewhere(QualType T, const LibraryView &Library) {
  if (T->isReferenceType())
    return true;
  if (T->isPointerType())
    return !T->isFunctionPointerType();
  return isView(T, Library);
}

void forEachArgument(const CallExpr &Call, const FunctionDecl &Callee,
                     llvm::function_ref<void(const Expr *, const ParmVarDecl &)> Fn) {
  // With an explicit object parameter the object is the first argument and the first parameter.
  const auto *Method = dyn_cast<CXXMethodDecl>(&Callee);
  const bool Explicit = Method && Method->isExplicitObjectMemberFunction();
  for (unsigned I = Explicit ? 1 : firstArgument(&Call), P = Explicit ? 1 : 0;
       I < Call.getNumArgs() && P < Callee.getNumParams(); ++I, ++P)
    Fn(Call.getArg(I), *Callee.getParamDecl(P));
}

const FunctionDecl *LateUses::definitionOf(const FunctionDecl *Callee) {
  if (!Callee)
    return nullptr;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
      Method && Method->isVirtual() && !Method->hasAttr<FinalAttr>())
    return nullptr;
  const FunctionDecl *Definition = nullptr;
  if (!Callee->isDefined(Definition) || Definition->isDependentContext() || Definition->isInvalidDecl())
    return nullptr;
  return Definition;
}

namespace {

/// The await inside an initial or final suspension.
const CoawaitExpr *awaitOf(const Stmt *S) {
  const auto *E = dyn_cast_or_null<Expr>(S);
  return E ? dyn_cast<CoawaitExpr>(strip(E)) : nullptr;
}

/// Calls the function for what is mentioned of the outside: the variable, or null for the object.
class Mentions {
public:
  explicit Mentions(const FunctionDecl &F) : F(F) {}

  /// Null in second place if the expression mentions nothing of the kind.
  [[nodiscard]] std::optional<const ValueDecl *> of(const Stmt *S) const {
    if (isa<CXXThisExpr>(S))
      return nullptr;
    const auto *Ref = dyn_cast<DeclRefExpr>(S);
    if (!Ref || Ref->isNonOdrUse() == NOUR_Unevaluated || Ref->isNonOdrUse() == NOUR_Constant)
      return std::nullopt;
    if (const auto *Param = dyn_cast<ParmVarDecl>(Ref->getDecl()); Param && Param->getDeclContext() == &F)
      return Param;
    if (Ref->refersToEnclosingVariableOrCapture())
      return nullptr;
    return std::nullopt;
  }

private:
  const FunctionDecl &F;
};

void record(llvm::DenseMap<const ValueDecl *, const Expr *> &Out, const ValueDecl *What, const Expr *Where,
            const SourceManager &SM) {
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Where); Ref && !What) // one of the captures, by itself as well
    record(Out, Ref->getDecl(), Where, SM);
  auto [It, New] = Out.try_emplace(What, Where);
  if (!New && SM.isBeforeInTranslationUnit(SM.getExpansionLoc(Where->getBeginLoc()),
                                           SM.getExpansionLoc(It->second->getBeginLoc())))
    It->second = Where;
}

/// All mentions in a body, in whatever order they run. Bodies of lambdas are their own; their captures are not.
void allMentions(const Stmt *S, llvm::function_ref<void(const Expr *)> Fn) {
  if (!S)
    return;
  if (isa<DeclRefExpr, CXXThisExpr>(S))
    Fn(cast<Expr>(S));
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
    const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
    return allMentions(Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand(), Fn);
  }
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      allMentions(Init, Fn);
    return;
  }
  if (isa<UnaryExprOrTypeTraitExpr, RequiresExpr, CXXNoexceptExpr>(S))
    return;
  for (const Stmt *Child : childrenOf(*S))
    allMentions(Child, Fn);
}

/// The value that a function returns is the task of this call.
const CallExpr *returnedCall(const ReturnStmt &Return) {
  const Expr *E = Return.getRetValue();
  for (unsigned I = 0; E && I < 8; ++I) {
    E = strip(E);
    const auto *Copy = dyn_cast<CXXConstructExpr>(E);
    if (!Copy || Copy->getNumArgs() != 1)
      break;
    E = Copy->getArg(0);
  }
  return dyn_cast_or_null<CallExpr>(E);
}

void returnsIn(const Stmt *S, llvm::function_ref<void(const ReturnStmt &)> Fn) {
  if (!S || isa<Expr>(S))
    return;
  if (const auto *Return = dyn_cast<ReturnStmt>(S))
    Fn(*Return);
  for (const Stmt *Child : childrenOf(*S))
    returnsIn(Child, Fn);
}

/// Looks through what leaves a reference or view the same.
const Expr *sameThing(const Expr *E) {
  for (unsigned I = 0; E && I < 8; ++I) {
    E = strip(E);
    if (const auto *Call = dyn_cast<CallExpr>(E); Call && isPassThrough(Call))
      E = Call->getArg(0);
    else if (const auto *Copy = dyn_cast<CXXConstructExpr>(E);
             Copy && Copy->getNumArgs() == 1 && Copy->getConstructor()->isCopyOrMoveConstructor())
      E = Copy->getArg(0);
    else
      break;
  }
  return E;
}

/// The parameter refers to what the argument denotes. A view that is copied out of a reference is another object, and
/// refers to what that one refers to.
bool refersTo(const ParmVarDecl &Param, const Expr *Arg, const LibraryView &Library) {
  if (!refersElsewhere(Param.getType(), Library))
    return false;
  const auto *Ref = dyn_cast<DeclRefExpr>(Arg);
  return Param.getType()->isReferenceType() || !Ref || !Ref->getDecl()->getType()->isReferenceType() ||
         !refersElsewhere(Ref->getDecl()->getType().getNonReferenceType(), Library);
}

} // namespace

StartTraits LateUses::startOf(const FunctionDecl &Coroutine) const {
  auto [It, New] = Starts.try_emplace(&Coroutine);
  if (!New)
    return It->second;
  StartTraits Traits;
  const auto *Body = dyn_cast_or_null<CoroutineBodyStmt>(Coroutine.getBody());
  const TypeModel *Model = Unit.Library.type(Coroutine.getReturnType());
  auto passes = [&](const Stmt *S) {
    const CoawaitExpr *Await = awaitOf(S);
    return Await && !Unit.Suspensions.classify(*Await).suspends();
  };
  if (Model && Model->Role == "task" && !Model->Start.empty()) {
    Traits.Lazy = Model->Start != "eager";
    Traits.Detached = !Traits.Lazy && Model->Drop == "detaches" && !Model->Await;
  } else if (Body) {
    Traits.Lazy = !passes(Body->getInitSuspendStmt());
    // A frame that destroys itself at its end has nobody who could look at it.
    Traits.Detached = !Traits.Lazy && passes(Body->getFinalSuspendStmt());
  }
  return Starts[&Coroutine] = Traits;
}

void LateUses::collectEager(const FunctionDecl &F, const CFG &Graph, Uses &Out) const {
  const SourceManager &SM = Unit.Context.getSourceManager();
  const Mentions Outside(F);
  // Whether the coroutine may have been suspended where a block begins: it only ever becomes true.
  llvm::DenseSet<const CFGBlock *> Suspended;
  llvm::SmallVector<const CFGBlock *, 16> Work;
  llvm::DenseMap<const CoroutineSuspendExpr *, bool> Classes;
  auto suspends = [&](const Stmt &S) {
    const auto *E = dyn_cast<CoroutineSuspendExpr>(&S);
    if (!E)
      return false;
    auto [It, New] = Classes.try_emplace(E, false);
    if (New)
      It->second = Unit.Suspensions.classify(*E).suspends();
    return It->second;
  };
  auto follow = [&](const CFGBlock &Block) {
    // The first way out of a do leads back.
    const auto *Do = dyn_cast_or_null<DoStmt>(Block.getTerminatorStmt());
    const bool Once = Do && runsBodyOnce(*Do, Unit.Context);
    for (const CFGBlock::AdjacentBlock &Next : llvm::drop_begin(Block.succs(), Once ? 1 : 0))
      if (Next.getReachableBlock() && Suspended.insert(Next.getReachableBlock()).second)
        Work.push_back(Next.getReachableBlock());
  };
  for (const CFGBlock *Block : Graph)
    for (const CFGElement &E : *Block)
      if (auto S = E.getAs<CFGStmt>(); S && suspends(*S->getStmt())) {
        follow(*Block);
        break;
      }
  while (!Work.empty())
    follow(*Work.pop_back_val());
  for (const CFGBlock *Block : Graph) {
    bool Late = Suspended.contains(Block);
    for (const CFGElement &E : *Block) {
      auto S = E.getAs<CFGStmt>();
      if (!S)
        continue;
      if (suspends(*S->getStmt()))
        Late = true;
      else if (Late)
        if (auto What = Outside.of(S->getStmt()))
          record(Out, *What, cast<Expr>(S->getStmt()), SM);
    }
  }
  // What is handed by reference to an operation that is awaited is used while it waits.
  for (auto &[Site, Suspends] : Classes) {
    const auto *Await = dyn_cast<CoawaitExpr>(Site);
    const auto *Call =
        Suspends && Await ? dyn_cast_or_null<CallExpr>(Unit.Suspensions.operation(Await->getOperand())) : nullptr;
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    if (!Callee)
      continue;
    forEachArgument(*Call, *Callee, [&](const Expr *Given, const ParmVarDecl &Param) {
      const Expr *Arg = sameThing(Given);
      if (auto What = refersTo(Param, Arg, Unit.Library) ? Outside.of(Arg) : std::nullopt; What && *What)
        record(Out, *What, Arg, SM);
    });
    const Expr *Object = objectOfCall(Call) ? strip(objectOfCall(Call)) : nullptr;
    if (const FunctionDecl *Definition = definitionOf(Callee); Object && Definition && !isLambda(&F))
      if (auto What = Outside.of(Object); What && ofObject(*Definition))
        record(Out, *What, Object, SM);
  }
}

void LateUses::collectForwarded(const FunctionDecl &F, Uses &Out) const {
  const SourceManager &SM = Unit.Context.getSourceManager();
  const Mentions Outside(F);
  returnsIn(F.getBody(), [&](const ReturnStmt &Return) {
    const CallExpr *Call = returnedCall(Return);
    const FunctionDecl *Definition = Call ? definitionOf(Call->getDirectCallee()) : nullptr;
    if (!Definition || Definition == &F)
      return;
    forEachArgument(*Call, *Definition, [&](const Expr *Given, const ParmVarDecl &Param) {
      const Expr *Arg = sameThing(Given);
      auto What = refersTo(Param, Arg, Unit.Library) ? Outside.of(Arg) : std::nullopt;
      if (What && *What)
        if (const Expr *Use = ofParam(*Definition, Param))
          record(Out, *What, Use, SM);
    });
    const Expr *Object = objectOfCall(Call) ? strip(objectOfCall(Call)) : nullptr;
    // In a lambda, `this` is what it has captured, not the closure.
    if (Object && isa<CXXThisExpr>(Object) && !isLambda(&F))
      if (const Expr *Use = ofObject(*Definition))
        record(Out, nullptr, Use, SM);
  });
}

void LateUses::collect(const FunctionDecl &F, Uses &Out) const {
  if (!isCoroutine(F))
    return F.getReturnType()->isRecordType() ? collectForwarded(F, Out) : void();
  if (startOf(F).Lazy) {
    const Mentions Outside(F);
    allMentions(writtenBody(F), [&](const Expr *E) {
      if (auto What = Outside.of(E))
        record(Out, *What, E, Unit.Context.getSourceManager());
    });
    return;
  }
  if (const CFG *Graph = Unit.ControlFlow.of(F))
    collectEager(F, *Graph, Out);
}

const LateUses::Uses &LateUses::usesOf(const FunctionDecl &F) const {
  // Functions that forward to each other in a ring see the empty set of the one that is under way.
  if (auto It = Cache.find(&F); It != Cache.end())
    return *It->second;
  Cache[&F] = std::make_unique<Uses>();
  auto Own = std::make_unique<Uses>();
  collect(F, *Own);
  *Cache[&F] = std::move(*Own);
  return *Cache[&F];
}

const Expr *LateUses::ofParam(const FunctionDecl &F, const ParmVarDecl &Param) const {
  const FunctionDecl *Definition = definitionOf(&F);
  if (!Definition || Param.getFunctionScopeIndex() >= Definition->getNumParams())
    return nullptr;
  return usesOf(*Definition).lookup(Definition->getParamDecl(Param.getFunctionScopeIndex()));
}

const Expr *LateUses::ofObject(const FunctionDecl &F) const {
  const FunctionDecl *Definition = definitionOf(&F);
  // `this auto`: the object is in the frame.
  if (const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Definition);
      Method && Method->isExplicitObjectMemberFunction() && !Method->getParamDecl(0)->getType()->isReferenceType())
    return nullptr;
  return Definition ? usesOf(*Definition).lookup(nullptr) : nullptr;
}

const Expr *LateUses::ofCapture(const FunctionDecl &F, const ValueDecl &Captured) const {
  return ofObject(F) ? usesOf(*definitionOf(&F)).lookup(&Captured) : nullptr;
}

} // namespace corace::checks
