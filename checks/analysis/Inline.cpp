// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Inline.h"

#include "checks/analysis/InlineFrame.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 3; // simple functions that call simple functions
constexpr unsigned MaxStatements = 4;
constexpr unsigned MaxNodes = 80;

bool countNodes(const Stmt *S, unsigned &Left) {
  if (!S)
    return true;
  if (Left-- == 0 || isa<LambdaExpr, CoroutineSuspendExpr, StmtExpr>(S))
    return false;
  for (const Stmt *Child : childrenOf(*S))
    if (!countNodes(Child, Left))
      return false;
  return true;
}

/// The definition, if it is simple enough: straight statements, a return at most at the end.
const FunctionDecl *simpleDefinition(const FunctionDecl *F, bool Itself = false) {
  const FunctionDecl *Definition = nullptr;
  if (!F || !F->isDefined(Definition) || Definition->isDependentContext() || isa<CXXConstructorDecl>(F))
    return nullptr;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F);
      Method && ((Method->isVirtual() && !Itself) || Method->isDefaulted() || Method->isImplicit()))
    return nullptr;
  const SourceManager &SM = F->getASTContext().getSourceManager();
  if (SM.isInSystemHeader(SM.getExpansionLoc(Definition->getLocation())))
    return nullptr; // what libraries do is in the models
  const auto *Body = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  if (!Body || Body->size() == 0 || Body->size() > MaxStatements)
    return nullptr;
  unsigned Nodes = MaxNodes;
  for (const Stmt *S : Body->body())
    if (!(isa<Expr>(S) || (isa<ReturnStmt>(S) && S == Body->body_back())) || !countNodes(S, Nodes))
      return nullptr;
  return Definition;
}

bool mentionsParameter(const Stmt *S) {
  if (!S)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S); Ref && isa<ParmVarDecl>(Ref->getDecl()))
    return true;
  for (const Stmt *Child : childrenOf(*S))
    if (mentionsParameter(Child))
      return true;
  return false;
}

AccessPath objectPath(const PathResolver &Paths, const Expr *Object) {
  return strip(Object)->getType()->isPointerType() ? Paths.pointee(Object) : Paths.resolve(Object);
}

} // namespace

AccessPath Inliner::argumentPath(const ValueDecl *Param, const Frame &F) const {
  const auto *P = dyn_cast_or_null<ParmVarDecl>(Param);
  if (!P)
    return {};
  unsigned Index = P->getFunctionScopeIndex() + firstArgument(F.Call);
  if (Index >= F.Call->getNumArgs())
    return {};
  const Expr *Arg = F.Call->getArg(Index);
  AccessPath Path = F.Outer ? F.Outer->Paths.resolve(Arg) : Caller.resolve(Arg);
  return F.Outer ? rebase(Path, *F.Outer) : Path;
}

AccessPath Inliner::rebase(const AccessPath &P, const Frame &F) const {
  if (!F.Call)
    return P;
  AccessPath Base;
  switch (P.Base) {
  case AccessPath::BaseKind::Global: return P;
  case AccessPath::BaseKind::This: {
    const Expr *Object = objectOfCall(F.Call);
    if (!Object)
      return {};
    Base = objectPath(F.Outer ? F.Outer->Paths : Caller, Object);
    if (F.Outer)
      Base = rebase(Base, *F.Outer);
    break;
  }
  case AccessPath::BaseKind::Param: Base = argumentPath(P.Var, F); break;
  case AccessPath::BaseKind::Capture: // a lambda that is called where it was made
    Base = F.Outer ? AccessPath() : Caller.ofVariable(P.Var, nullptr);
    break;
  case AccessPath::BaseKind::None:
  case AccessPath::BaseKind::Local:
  case AccessPath::BaseKind::Pointee: return {};
  }
  for (const AccessPath::Step &S : P.Steps) {
    if (S.K != AccessPath::Step::Kind::Symbol) {
      Base = Base.plus(S, S.Field ? S.Field->getType().getNonReferenceType() : QualType());
      continue;
    }
    // An index that is a parameter is what the caller passes; any other one is not known out here.
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(S.IndexExpr);
    const auto *Param = Ref ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr;
    unsigned Index = Param ? Param->getFunctionScopeIndex() + firstArgument(F.Call) : ~0u;
    Base = Caller.element(Base, !F.Outer && Index < F.Call->getNumArgs() ? F.Call->getArg(Index) : nullptr, QualType());
  }
  if (Base)
    Base.Type = P.Type;
  Base.Const = Base.Const || P.Const;
  return Base;
}

AccessPath Inliner::inCaller(const AccessPath &P, const CallExpr *Call, const FunctionDecl &Callee,
                             const PathResolver &Inside) const {
  return rebase(P, {Call, &Callee, Inside, nullptr});
}

void Inliner::reads(const Stmt *S, const Frame &F, InlinedCall &Out, unsigned Depth) const {
  if (!S)
    return;
  if (const auto *Call = dyn_cast<CallExpr>(S)) {
    if (inlineInto(Call, &F, Out, Depth + 1))
      return;
    elsewhere(Call, F, Out, /*Result=*/true);
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Call->getDirectCallee());
    const Expr *Object = objectOfCall(Call);
    if (Method && Object) {
      StringRef Name = Method->getDeclName().isIdentifier() ? Method->getName() : StringRef();
      StringRef Effect = Library.models().effectOfMethod(Name);
      AccessPath P = F.Paths.elementOfCall(Call);
      if (!P)
        P = objectPath(F.Paths, Object);
      bool Whole = P.Base == AccessPath::BaseKind::This && P.Steps.empty();
      if (!Whole && Effect != "none" && (Effect == "look" || Effect == "element" || Method->isConst()))
        if (AccessPath Read = rebase(P, F)) {
          if (Effect == "look" && Call->getType()->isIntegralOrEnumerationType())
            Out.Looks.push_back(Read);
          Out.Reads.push_back(std::move(Read));
        }
    }
  } else if (const auto *Cast = dyn_cast<ImplicitCastExpr>(S); Cast && Cast->getCastKind() == CK_LValueToRValue) {
    if (AccessPath Read = rebase(F.Paths.resolve(Cast->getSubExpr()), F))
      Out.Reads.push_back(std::move(Read));
  } else if (const auto *Construct = dyn_cast<CXXConstructExpr>(S);
             Construct && Construct->getNumArgs() == 1 && Construct->getConstructor()->isCopyConstructor()) {
    if (AccessPath Read = rebase(F.Paths.resolve(Construct->getArg(0)), F))
      Out.Reads.push_back(std::move(Read));
  }
  for (const Stmt *Child : childrenOf(*S))
    reads(Child, F, Out, Depth);
}

/// A call in a simple function of one whose body is in another translation unit.
void Inliner::elsewhere(const CallExpr *Call, const Frame &F, InlinedCall &Out, bool Result) const {
  const FunctionDecl *Callee = Call->getDirectCallee();
  if (!Callee || !isElsewhere(*Callee))
    return;
  if (const Others *Known = Library.others()) {
    const FunctionSummary *Summary = Known->callee(Call);
    if (!Summary || !Summary->Simple)
      return;
    if (Result)
      for (const PathSummary &Read : Summary->Reads)
        if (AccessPath P = rebase(Known->path(Read, *Call, F.Paths), F))
          Out.Reads.push_back(std::move(P));
    for (const FunctionSummary::Write &W : Summary->Writes)
      if (AccessPath P = rebase(Known->path(W.Place, *Call, F.Paths), F))
        Out.Writes.push_back({std::move(P), static_cast<Act>(W.What), W.TakesArguments && mentionsParameter(Call)});
    return;
  }
  InlinedCall::Forward By{Callee, {}, {}, Result};
  if (const Expr *Object = objectOfCall(Call))
    By.Object = rebase(objectPath(F.Paths, Object), F);
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I) {
    const auto *Ref = dyn_cast<DeclRefExpr>(strip(Call->getArg(I)));
    By.Args.push_back(Ref && !F.Call ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr);
  }
  Out.Forwards.push_back(std::move(By));
}

void Inliner::effect(const Expr *Statement, const Frame &F, InlinedCall &Out, unsigned Depth) const {
  const Expr *E = strip(Statement);
  auto add = [&](const AccessPath &Place, Act What, const Stmt *Value) {
    AccessPath P = rebase(Place, F);
    if (!P)
      return;
    InlinedCall Own;
    reads(Value, F, Own, Depth);
    // `n = n + d` in a setter is one step of reading and writing.
    if (What == Act::Assign && llvm::any_of(Own.Reads, [&](const AccessPath &R) { return overlap(R, P); }))
      What = Act::Modify;
    Out.Writes.push_back({std::move(P), What, mentionsParameter(Value), E});
  };
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAssignmentOp())
    return add(F.Paths.resolve(Op->getLHS()), Op->isCompoundAssignmentOp() ? Act::Modify : Act::Assign, Op->getRHS());
  if (const auto *Op = dyn_cast<UnaryOperator>(E); Op && Op->isIncrementDecrementOp())
    return add(F.Paths.resolve(Op->getSubExpr()), Act::Modify, nullptr);
  const auto *Call = dyn_cast<CallExpr>(E);
  if (!Call || inlineInto(Call, &F, Out, Depth + 1))
    return;
  elsewhere(Call, F, Out, /*Result=*/false);
  const Expr *Object = objectOfCall(Call);
  if (!Object)
    return;
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
    if (Op->isAssignmentOp() && Op->getNumArgs() == 2)
      add(F.Paths.resolve(Op->getArg(0)), Op->getOperator() == OO_Equal ? Act::Assign : Act::Modify, Op->getArg(1));
    return;
  }
  const FunctionDecl *Callee = Call->getDirectCallee();
  StringRef Effect =
      Library.models().effectOfMethod(Callee && Callee->getDeclName().isIdentifier() ? Callee->getName() : StringRef());
  AccessPath P = objectPath(F.Paths, Object);
  if (P.Base == AccessPath::BaseKind::This && P.Steps.empty())
    return;
  const Stmt *Value = Call->getNumArgs() > 0 ? Call->getArg(0) : nullptr;
  if (Effect == "insert")
    add(P, Act::Insert, nullptr);
  else if (Effect == "erase")
    add(P, Act::Erase, nullptr);
  else if (Effect == "modify")
    add(P, Act::Modify, nullptr);
  else if (Effect == "replace")
    add(P, Value ? Act::Replace : Act::Clear, Value);
}

bool Inliner::inlineInto(const CallExpr *Call, const Frame *Outer, InlinedCall &Out, unsigned Depth) const {
  const FunctionDecl *Definition = Depth < MaxDepth ? simpleDefinition(Call->getDirectCallee()) : nullptr;
  if (!Definition)
    return false;
  const PathResolver Paths(*Definition, Library);
  body({Call, Definition, Paths, Outer}, Out, Depth);
  return true;
}

void Inliner::body(const Frame &F, InlinedCall &Out, unsigned Depth) const {
  for (const Stmt *S : cast<CompoundStmt>(F.Definition->getBody())->body()) {
    if (const auto *Return = dyn_cast<ReturnStmt>(S))
      reads(Return->getRetValue(), F, Out, Depth);
    else
      effect(cast<Expr>(S), F, Out, Depth);
  }
}

std::optional<InlinedCall> Inliner::summarized(const FunctionDecl &F) const {
  InlinedCall Out;
  if (const FunctionDecl *Definition = simpleDefinition(&F, /*Itself=*/true)) {
    body({nullptr, Definition, Caller, nullptr}, Out, 0);
    return Out;
  }
  const FunctionDecl *Definition = ownDefinition(&F);
  if (!Definition || !observe(*Definition, nullptr, Out))
    return std::nullopt;
  return Out;
}

bool Inliner::fromSummary(const CallExpr *Call, InlinedCall &Out) const {
  const Others *Elsewhere = Library.others();
  const FunctionSummary *Summary = Elsewhere ? Elsewhere->callee(Call) : nullptr;
  if (!Summary || !Summary->Simple)
    return false;
  for (const PathSummary &Read : Summary->Reads)
    if (AccessPath P = Elsewhere->path(Read, *Call, Caller))
      Out.Reads.push_back(std::move(P));
  for (const FunctionSummary::Write &W : Summary->Writes)
    if (AccessPath P = Elsewhere->path(W.Place, *Call, Caller))
      Out.Writes.push_back({std::move(P), static_cast<Act>(W.What), W.TakesArguments});
  return true;
}

std::optional<InlinedCall> Inliner::inlined(const CallExpr *Call) const {
  InlinedCall Out;
  if (inlineInto(Call, nullptr, Out, 0))
    return Out;
  const FunctionDecl *Definition = ownDefinition(Call->getDirectCallee());
  if (Definition ? observe(*Definition, Call, Out) : fromSummary(Call, Out))
    return Out;
  return std::nullopt;
}

} // namespace corace::checks
