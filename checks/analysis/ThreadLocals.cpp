// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ThreadLocals.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 12; // of expressions, and of accessors that call accessors

bool isThreadLocal(const ValueDecl *D) {
  const auto *Var = dyn_cast_or_null<VarDecl>(D);
  return Var && Var->getTLSKind() != VarDecl::TLS_None;
}

/// "currentSession_" and "get_current_session" have words in common: current, session.
llvm::SmallVector<std::string, 4> wordsOf(StringRef Name) {
  llvm::SmallVector<std::string, 4> Words(1);
  for (std::size_t I = 0; I < Name.size(); ++I) {
    const bool Upper = llvm::isUpper(Name[I]) && I > 0 && llvm::isLower(Name[I - 1]);
    if ((Name[I] == '_' || Upper) && !Words.back().empty())
      Words.emplace_back();
    if (Name[I] != '_')
      Words.back() += llvm::toLower(Name[I]);
  }
  if (Words.back().empty())
    Words.pop_back();
  return Words;
}

void returnsOf(const Stmt *S, llvm::SmallVectorImpl<const Expr *> &Out) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *Return = dyn_cast<ReturnStmt>(S); Return && Return->getRetValue())
    Out.push_back(Return->getRetValue());
  for (const Stmt *Child : childrenOf(*S))
    returnsOf(Child, Out);
}

} // namespace

/// A function that is only declared, with a thread_local beside it whose type it returns and whose name it bears.
const NamedDecl *ThreadLocals::byName(const FunctionDecl &F) const {
  if (!F.getDeclName().isIdentifier() || F.getNumParams() != 0)
    return nullptr;
  const DeclContext *Around = F.getDeclContext()->getRedeclContext();
  auto [It, New] = Declared.try_emplace(Around);
  if (New)
    for (const Decl *D : Around->noload_decls())
      if (const auto *Var = dyn_cast<VarDecl>(D); isThreadLocal(Var) && Var->getIdentifier())
        It->second.push_back(Var);
  const auto Words = wordsOf(F.getName());
  for (const VarDecl *Var : It->second) {
    const auto Wanted = wordsOf(Var->getName());
    const auto *At = std::search(Words.begin(), Words.end(), Wanted.begin(), Wanted.end());
    if (!Wanted.empty() && At != Words.end() &&
        Context.hasSameUnqualifiedType(F.getReturnType()->getPointeeType(), Var->getType()))
      return Var->getCanonicalDecl();
  }
  return nullptr;
}

const NamedDecl *ThreadLocals::ofFunction(const FunctionDecl &F, unsigned Depth) const {
  if (auto It = Accessors.find(F.getCanonicalDecl()); It != Accessors.end())
    return It->second;
  Accessors[F.getCanonicalDecl()] = nullptr; // while it is looked at
  const NamedDecl *Found = nullptr;
  const FunctionDecl *Definition = nullptr;
  if (!F.isDefined(Definition)) {
    Found = byName(F);
  } else if (!isCoroutine(*Definition)) {
    llvm::SmallVector<const Expr *, 4> Returns;
    returnsOf(Definition->getBody(), Returns);
    for (const Expr *E : Returns)
      if (!Found)
        Found = F.getReturnType()->isPointerType() ? pointeeAt(E, Depth + 1) : placeAt(E, Depth + 1);
  }
  return Accessors[F.getCanonicalDecl()] = Found;
}

const NamedDecl *ThreadLocals::accessor(const CallExpr &Call, unsigned Depth) const {
  const FunctionDecl *F = Call.getDirectCallee();
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(F);
  if (!F || (Method && Method->isVirtual()) ||
      !(F->getReturnType()->isReferenceType() || F->getReturnType()->isPointerType()))
    return nullptr;
  if (const OpModel *Op = Library.op(&Call))
    return Op->ThreadLocal ? F->getCanonicalDecl() : nullptr;
  return ofFunction(*F, Depth);
}

const NamedDecl *ThreadLocals::identity(const Expr *E) const {
  const auto *Call = dyn_cast_or_null<CallExpr>(E ? strip(E) : nullptr);
  const OpModel *Op = Call && !Call->isGLValue() ? Library.op(Call) : nullptr;
  return Op && Op->ThreadLocal && Call->getDirectCallee() ? Call->getDirectCallee()->getCanonicalDecl() : nullptr;
}

const NamedDecl *ThreadLocals::placeAt(const Expr *E, unsigned Depth) const {
  E = E ? strip(E) : nullptr;
  if (!E || Depth > MaxDepth)
    return nullptr;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return isThreadLocal(Ref->getDecl()) ? cast<NamedDecl>(Ref->getDecl()->getCanonicalDecl()) : nullptr;
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    if (isThreadLocal(Member->getMemberDecl()))
      return cast<NamedDecl>(Member->getMemberDecl()->getCanonicalDecl());
    return Member->isArrow() ? pointeeAt(Member->getBase(), Depth + 1) : placeAt(Member->getBase(), Depth + 1);
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) // of an array, not through a pointer that is kept there
    return strip(Sub->getBase())->getType()->isArrayType() ? placeAt(Sub->getBase(), Depth + 1) : nullptr;
  if (const auto *Op = dyn_cast<UnaryOperator>(E))
    return Op->getOpcode() == UO_Deref ? pointeeAt(Op->getSubExpr(), Depth + 1) : nullptr;
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    if (const NamedDecl *Found = accessor(*Call, Depth))
      return Found;
    // An element of a container that the thread owns.
    const FunctionDecl *F = Call->getDirectCallee();
    if (const Expr *Object = objectOfCall(Call); Object && F && F->isInStdNamespace() &&
                                                 F->getReturnType()->isReferenceType() &&
                                                 !Object->getType()->isPointerType())
      return placeAt(Object, Depth + 1);
  }
  return nullptr;
}

const NamedDecl *ThreadLocals::pointeeAt(const Expr *E, unsigned Depth) const {
  E = E ? strip(E) : nullptr;
  if (!E || Depth > MaxDepth || E->getType().isNull()) // lists in code with errors have no type
    return nullptr;
  if (const auto *Op = dyn_cast<UnaryOperator>(E); Op && Op->getOpcode() == UO_AddrOf)
    return placeAt(Op->getSubExpr(), Depth + 1);
  if (E->getType()->isArrayType())
    return placeAt(E, Depth + 1);
  const auto *Call = dyn_cast<CallExpr>(E);
  if (Call && isPassThrough(Call) && Call->getType()->isPointerType()) // std::addressof
    return placeAt(Call->getArg(0), Depth + 1);
  return Call && Call->getType()->isPointerType() ? accessor(*Call, Depth) : nullptr;
}

} // namespace corace::checks
