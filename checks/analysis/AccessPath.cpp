// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;
using llvm::dyn_cast;
using llvm::dyn_cast_or_null;
using llvm::isa;

namespace corace::checks {

namespace {

bool isConstPlace(QualType T) { return !T.isNull() && T.getNonReferenceType().isConstQualified(); }

StringRef methodName(const FunctionDecl *F) {
  return F && F->getDeclName().isIdentifier() ? F->getName() : StringRef();
}

} // namespace

const Expr *strip(const Expr *E) {
  for (;;) {
    if (!E)
      return nullptr;
    const Expr *Inner = E->IgnoreParenImpCasts();
    if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(Inner))
      Inner = M->getSubExpr();
    else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(Inner))
      Inner = B->getSubExpr();
    else if (const auto *F = dyn_cast<FullExpr>(Inner))
      Inner = F->getSubExpr();
    else if (const auto *O = dyn_cast<OpaqueValueExpr>(Inner); O && O->getSourceExpr())
      Inner = O->getSourceExpr();
    else if (const auto *S = dyn_cast<SubstNonTypeTemplateParmExpr>(Inner))
      Inner = S->getReplacement();
    if (Inner == E)
      return E;
    E = Inner;
  }
}

Stmt::const_child_range childrenOf(const Stmt &S) {
  Stmt::const_child_range All = S.children();
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(&S); Suspend && Suspend->getCommonExpr())
    return {std::next(All.begin()), All.end()};
  return All;
}

const Expr *objectOfCall(const CallExpr *Call) {
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    return Member->getImplicitObjectArgument();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call))
    if (isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()) && Op->getNumArgs() > 0)
      return Op->getArg(0);
  return nullptr;
}

unsigned firstArgument(const CallExpr *Call) {
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  return Op && isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()) ? 1 : 0;
}

bool isPassThrough(const CallExpr *Call) {
  const FunctionDecl *F = Call->getDirectCallee();
  if (!F || Call->getNumArgs() != 1 || !F->isInStdNamespace())
    return false;
  StringRef Name = methodName(F);
  return Name == "move" || Name == "forward" || Name == "as_const" || Name == "ref" || Name == "cref" ||
         Name == "addressof" || Name == "move_if_noexcept";
}

bool isStdMove(const Expr *E) {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(E));
  return Call && isPassThrough(Call) && methodName(Call->getDirectCallee()) == "move";
}

bool isPointerLike(QualType T) {
  if (T.isNull())
    return false;
  T = T.getNonReferenceType();
  if (T->isPointerType())
    return true;
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition())
    return false;
  for (const CXXMethodDecl *M : R->methods())
    if (M->getOverloadedOperator() == OO_Arrow || (M->getOverloadedOperator() == OO_Star && M->param_empty()))
      return true;
  // Operators are often templates or inherited (libstdc++'s shared_ptr has them in a base).
  for (const Decl *D : R->decls())
    if (const auto *F = dyn_cast<FunctionTemplateDecl>(D))
      if (F->getTemplatedDecl()->getOverloadedOperator() == OO_Arrow)
        return true;
  for (const CXXBaseSpecifier &Base : R->bases())
    if (isPointerLike(Base.getType()))
      return true;
  return false;
}

bool isSoleOwner(QualType T) {
  if (T.isNull() || T->isPointerType() || !isPointerLike(T))
    return false;
  const CXXRecordDecl *R = T.getNonReferenceType()->getAsCXXRecordDecl();
  if (!R)
    return false;
  // A pointer-like class that cannot be copied: nobody else can have a copy of the pointer.
  for (const CXXConstructorDecl *C : R->ctors())
    if (C->isCopyConstructor())
      return C->isDeleted();
  return R->needsImplicitCopyConstructor() ? R->defaultedCopyConstructorIsDeleted() : false;
}

bool AccessPath::isShared() const {
  if (Const || Owned)
    return false;
  switch (Base) {
  case BaseKind::None:
  case BaseKind::Local: return false;
  case BaseKind::Pointee:
  case BaseKind::Global:
  case BaseKind::This:
  case BaseKind::Param:
  case BaseKind::Capture: return true;
  }
  return false;
}

AccessPath AccessPath::plus(Step S, QualType T) const {
  AccessPath P = *this;
  if (!P || P.Steps.size() >= MaxSteps)
    return P;
  if (S.K == Step::Kind::Deref && isSoleOwner(P.Type) && P.Base == BaseKind::Local)
    P.Owned = true;
  // Behind a pointer or a reference the constness of the pointer says nothing about the target.
  if (S.K == Step::Kind::Deref)
    P.Const = false;
  else if (isConstPlace(T) && !(S.Field && S.Field->isMutable()))
    P.Const = P.Const || S.K == Step::Kind::Field;
  P.Steps.push_back(std::move(S));
  P.Type = T;
  return P;
}

std::string AccessPath::spelling() const {
  std::string Out;
  if (Base == BaseKind::This)
    Out = Steps.empty() ? "*this" : "";
  else if (Var)
    Out = Var->getNameAsString();
  bool NeedDot = Base != BaseKind::This;
  bool Arrow = false;
  for (std::size_t I = 0; I < Steps.size(); ++I) {
    const Step &S = Steps[I];
    switch (S.K) {
    case Step::Kind::Field:
      if (NeedDot)
        Out += Arrow ? "->" : ".";
      Out += S.Field->getNameAsString();
      Arrow = false;
      break;
    case Step::Kind::Constant:
    case Step::Kind::Symbol: Out += "[" + S.Spelling + "]"; break;
    case Step::Kind::Any: Out += "[...]"; break;
    case Step::Kind::Deref:
      // `p->x` when a field follows, `*p` when nothing does.
      if (I + 1 < Steps.size() && Steps[I + 1].K == Step::Kind::Field)
        Arrow = true;
      else
        Out = "*" + Out;
      break;
    }
    NeedDot = true;
  }
  if (Base == BaseKind::Pointee && Steps.empty())
    Out = "*" + Out;
  else if (Base == BaseKind::Pointee && Steps.front().K == Step::Kind::Field)
    if (auto Dot = Out.find('.'); Dot != std::string::npos)
      Out.replace(Dot, 1, "->");
  return Out;
}

bool overlap(const AccessPath &A, const AccessPath &B) {
  using K = AccessPath::Step::Kind;
  if (!A || !B || A.Base != B.Base || A.Var != B.Var)
    return false;
  for (std::size_t I = 0; I < std::min(A.Steps.size(), B.Steps.size()); ++I) {
    const auto &X = A.Steps[I], &Y = B.Steps[I];
    if (X == Y || X.K == K::Any || Y.K == K::Any)
      continue;
    return false;
  }
  return true;
}

bool samePlace(const AccessPath &A, const AccessPath &B) {
  return A.Base == B.Base && A.Var == B.Var && A.Steps == B.Steps;
}

bool runsBodyOnce(const DoStmt &S, const ASTContext &Context) {
  auto isFalse = [&](const Expr *E) {
    bool Value = true;
    return E && !E->isValueDependent() && E->EvaluateAsBooleanCondition(Value, Context) && !Value;
  };
  if (isFalse(S.getCond()))
    return true;
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(S.getCond()));
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  const auto *Body = Callee ? dyn_cast_or_null<CompoundStmt>(Callee->getBody()) : nullptr;
  const auto *Return = Body && Body->size() == 1 ? dyn_cast<ReturnStmt>(Body->body_front()) : nullptr;
  return Return && isFalse(Return->getRetValue());
}

} // namespace corace::checks
