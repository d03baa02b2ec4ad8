// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where guards go, and what writes what: questions about the tree alone.
#include "checks/analysis/LockFlow.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

GuardHome homeOfGuard(const Expr *E, const ParentMap &Parents) {
  const Stmt *Child = E;
  for (unsigned I = 0; I < 32; ++I) {
    const Stmt *Parent = Parents.lookup(Child);
    if (!Parent || isa<CompoundStmt, LabelStmt, SwitchCase>(Parent))
      return {GuardHome::Kind::Dropped, nullptr};
    if (const auto *D = dyn_cast<DeclStmt>(Parent)) {
      for (const Decl *Each : D->decls())
        if (const auto *Var = dyn_cast<VarDecl>(Each); Var && Var->getInit() && strip(Var->getInit()) == Child)
          return {GuardHome::Kind::Variable, Var};
      for (const Decl *Each : D->decls())
        if (const auto *Var = dyn_cast<VarDecl>(Each); Var && D->isSingleDecl())
          return {GuardHome::Kind::Variable, Var};
      return {};
    }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Parent)) {
      const auto *Ref = Op->getOperator() == OO_Equal ? dyn_cast<DeclRefExpr>(strip(Op->getArg(0))) : nullptr;
      const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
      if (Var && Var->hasLocalStorage() && !Var->getType()->isReferenceType())
        return {GuardHome::Kind::Variable, Var};
      return {};
    }
    if (const auto *Cast = dyn_cast<CastExpr>(Parent); Cast && Cast->getCastKind() == CK_ToVoid)
      return {GuardHome::Kind::Dropped, nullptr};
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(Parent)) {
      if (Construct->getNumArgs() != 1)
        return {};
    } else if (const auto *Call = dyn_cast<CXXMemberCallExpr>(Parent)) {
      if (strip(Call->getImplicitObjectArgument()) != strip(cast<Expr>(Child)))
        return {}; // an argument
    } else if (!isa<FullExpr, CXXBindTemporaryExpr, MaterializeTemporaryExpr, ParenExpr, CastExpr, MemberExpr,
                    InitListExpr>(Parent)) {
      return {};
    }
    Child = Parent;
  }
  return {};
}

bool isEmptyValue(const Expr *E) {
  E = strip(E);
  while (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(E)) {
    if (Construct->getNumArgs() == 0 || isa<CXXDefaultArgExpr>(Construct->getArg(0)))
      return true;
    if (Construct->getNumArgs() != 1)
      return false;
    E = strip(Construct->getArg(0));
  }
  if (const auto *List = dyn_cast_or_null<InitListExpr>(E))
    return List->getNumInits() == 0;
  if (isa_and_nonnull<CXXNullPtrLiteralExpr, GNUNullExpr, CXXScalarValueInitExpr>(E))
    return true;
  const CXXRecordDecl *R = E ? E->getType()->getAsCXXRecordDecl() : nullptr;
  return R && R->getIdentifier() && R->getName() == "nullopt_t";
}

std::optional<StateWrite> writeOf(const Expr *E, const LibraryView &Library) {
  const Expr *Target = nullptr;
  StateWrite W;
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAssignmentOp()) {
    Target = Op->getLHS();
    W.What = Op->isCompoundAssignmentOp() ? StateWrite::Effect::Update : StateWrite::Effect::Set;
  } else if (const auto *Inc = dyn_cast<UnaryOperator>(E); Inc && Inc->isIncrementDecrementOp()) {
    Target = Inc->getSubExpr();
    W.What = StateWrite::Effect::Update;
  } else if (const auto *Call = dyn_cast<CallExpr>(E)) {
    Target = objectOfCall(Call);
    const FunctionDecl *F = Call->getDirectCallee();
    if (!Target || !F)
      return std::nullopt;
    if (const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call)) {
      if (!Operator->isAssignmentOp())
        return std::nullopt;
      W.What = Operator->getOperator() == OO_Equal ? StateWrite::Effect::Set : StateWrite::Effect::Update;
    } else {
      const StringRef Effect =
          Library.models().effectOfMethod(F->getDeclName().isIdentifier() ? F->getName() : StringRef());
      if (Effect == "insert" || Effect == "guard")
        W.What = StateWrite::Effect::Grow;
      else if (Effect == "erase" || Effect == "replace" || Effect == "take")
        W.What = StateWrite::Effect::Remove;
      else
        return std::nullopt;
    }
  }
  Target = Target ? strip(Target) : nullptr;
  if (const auto *Member = dyn_cast_or_null<MemberExpr>(Target))
    W.State = dyn_cast<FieldDecl>(Member->getMemberDecl()->getCanonicalDecl());
  else if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Target))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && Var->hasGlobalStorage())
      W.State = Var->getCanonicalDecl();
  W.Target = Target;
  return W.State ? std::optional(W) : std::nullopt;
}

} // namespace corace::checks
