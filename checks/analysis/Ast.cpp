// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Ast.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

StringRef nameOf(const FunctionDecl *F) { return F && F->getDeclName().isIdentifier() ? F->getName() : StringRef(); }

StringRef nameOfCallee(const Expr *E) {
  const auto *Call = dyn_cast_or_null<CallExpr>(E);
  return nameOf(Call ? Call->getDirectCallee() : nullptr);
}

bool isLambda(const FunctionDecl *F) {
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(F);
  return Method && Method->getParent()->isLambda();
}

const FunctionDecl *functionAround(const FunctionDecl &Lambda) {
  const DeclContext *C = cast<CXXMethodDecl>(Lambda).getParent()->getDeclContext();
  while (C && !isa<FunctionDecl>(C))
    C = C->getParent();
  return cast_or_null<FunctionDecl>(C);
}

const FieldDecl *ownMember(const Expr *E) {
  const auto *Member = dyn_cast_or_null<MemberExpr>(E ? strip(E) : nullptr);
  const auto *Field = Member ? dyn_cast<FieldDecl>(Member->getMemberDecl()) : nullptr;
  return Field && isa<CXXThisExpr>(strip(Member->getBase())) ? Field->getCanonicalDecl() : nullptr;
}

const CXXRecordDecl *classOf(QualType T) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  return R && R->hasDefinition() ? R->getDefinition() : nullptr;
}

} // namespace corace::checks
