// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Waits.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/TaskFate.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

/// Functions of the standard library that wait: for threads, futures, latches and the like.
bool isStdWait(StringRef Name) {
  return Name.starts_with("wait") || Name.starts_with("sleep") ||
         llvm::is_contained({"join", "get", "acquire", "arrive_and_wait", "lock", "async"}, Name);
}

/// Anything of the standard library, methods as well.
bool isStd(const Decl &D) {
  for (const DeclContext *C = D.getDeclContext(); C; C = C->getParent())
    if (C->isStdNamespace())
      return true;
  return false;
}

/// Looks at what another thread may set.
bool looksAtAtomic(const Stmt *S) {
  if (!S)
    return false;
  const auto *E = dyn_cast<Expr>(S);
  const CXXRecordDecl *R = E ? E->getType()->getAsCXXRecordDecl() : nullptr;
  if (E && (E->getType().isVolatileQualified() || (R && isStd(*R) && R->getName().starts_with("atomic"))))
    return true;
  return llvm::any_of(S->children(), looksAtAtomic);
}

/// `while (!done.load());`
bool spins(const Stmt *S) {
  if (const auto *While = dyn_cast<WhileStmt>(S))
    return looksAtAtomic(While->getCond());
  if (const auto *Do = dyn_cast<DoStmt>(S))
    return looksAtAtomic(Do->getCond());
  const auto *For = dyn_cast<ForStmt>(S);
  return For && looksAtAtomic(For->getCond());
}

} // namespace

bool Waits::containsWait(const Stmt *S) const {
  return S && (mayWait(S) || llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return containsWait(Child); }));
}

/// Its destructor may wait, or run something that does.
bool Waits::waitsAtEnd(const VarDecl &Var) const {
  const CXXRecordDecl *R = Var.getType()->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition() || R->hasTrivialDestructor())
    return false;
  if (isStd(*R))
    return llvm::is_contained({"thread", "jthread", "future", "shared_future", "function"}, R->getName());
  const CXXDestructorDecl *Destructor = R->getDestructor();
  const FunctionDecl *Definition = nullptr;
  return Destructor && Destructor->isUserProvided() &&
         (!Destructor->isDefined(Definition) || containsWait(Definition->getBody()));
}

unsigned Waits::offset(SourceLocation Where) const {
  const SourceManager &SM = Unit.Context.getSourceManager();
  return SM.getFileOffset(SM.getExpansionLoc(Where));
}

bool Waits::mayWait(const Stmt *S) const {
  if (isa<CoroutineSuspendExpr, CXXDeleteExpr, AsmStmt>(S) || spins(S))
    return true;
  const auto *Call = dyn_cast<CallExpr>(S);
  if (!Call || isPassThrough(Call))
    return false;
  if (const OpModel *Op = Unit.Library.op(Call))
    if (Op->SpawnsAny && !Op->Joins && !Op->Reenter)
      return false;
  const FunctionDecl *Callee = Call->getDirectCallee();
  if (!Callee)
    return true;
  if (handsOnAny(*Call, Unit.Library))
    return false;
  const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call);
  if (Operator && Operator->getOperator() != OO_Call)
    return false;
  if (isStd(*Callee))
    return Callee->getDeclName().isIdentifier() && isStdWait(Callee->getName());
  // A coroutine that is only made waits for nothing.
  const FunctionDecl *Definition = nullptr;
  return !(Callee->isDefined(Definition) && isCoroutine(*Definition));
}

void Waits::collect(const Stmt *S) const {
  if (!S)
    return;
  if (mayWait(S))
    Offsets->push_back(offset(S->getEndLoc()));
  if (const auto *Declaration = dyn_cast<DeclStmt>(S))
    for (const Decl *D : Declaration->decls())
      if (const auto *Var = dyn_cast<VarDecl>(D); Var && Var->hasLocalStorage() && waitsAtEnd(*Var))
        Ends.push_back(offset(Var->getLocation()));
  if (const auto *Suspend = dyn_cast<CoawaitExpr>(S))
    return collect(Suspend->getOperand());
  if (isa<LambdaExpr>(S))
    return;
  if (const auto *Return = dyn_cast<CoreturnStmt>(S))
    return collect(Return->getOperand());
  for (const Stmt *Child : childrenOf(*S))
    collect(Child);
}

bool Waits::anyIn(const std::vector<unsigned> &Sorted, unsigned Begin, unsigned End) {
  auto It = llvm::lower_bound(Sorted, Begin);
  return It != Sorted.end() && *It < End;
}

bool Waits::after(const Expr *E, const VarDecl &Var, const Stmt *Block, ArrayRef<const Stmt *> Above) const {
  if (!Block)
    return true;
  if (!Offsets) {
    Offsets.emplace();
    collect(writtenBody(F));
    llvm::sort(*Offsets);
    llvm::sort(Ends);
  }
  // The variable itself, or one that ends before it, may wait at its end.
  if (anyIn(Ends, offset(Var.getLocation()), offset(Block->getEndLoc())))
    return true;
  // The whole statement around the expression belongs to it.
  SourceLocation Last = E->getEndLoc();
  bool Inside = false;
  for (const Stmt *S : Above) {
    if (S == Block)
      Inside = true;
    else if (Inside && isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S) &&
             anyIn(*Offsets, offset(S->getBeginLoc()), offset(S->getEndLoc())))
      return true;
  }
  for (std::size_t I = Above.size(); I-- > 0 && (isa<Expr>(Above[I]) || isa<DeclStmt>(Above[I]));)
    Last = Above[I]->getEndLoc();
  return anyIn(*Offsets, offset(Last) + 1, offset(Block->getEndLoc()));
}

} // namespace corace::checks
