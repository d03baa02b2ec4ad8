// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that a callee takes for its caller, or gives back for it.
#include "checks/analysis/InlineFrame.h"
#include "checks/analysis/Locks.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

/// Walks through the statements of a body that run one after another. Locks behind a branch are not followed: then
/// nothing is said of the function.
class CalleeLocks {
public:
  CalleeLocks(const FunctionDecl &F, const PathResolver &Paths, const LibraryView &Library, const Suspension &Awaits)
      : Library(Library), Awaits(Awaits), Table(Paths, Library, F.getASTContext()) {}

  bool visit(const Stmt *S) {
    if (const auto *Block = dyn_cast<CompoundStmt>(S)) // a guard in an inner block ends there: it has no return in it
      return llvm::all_of(Block->body(), [&](const Stmt *Child) { return visit(Child); });
    if (const auto *D = dyn_cast<DeclStmt>(S))
      return declaration(*D);
    if (const auto *Return = dyn_cast<ReturnStmt>(S))
      return result(Return->getRetValue());
    if (const auto *Return = dyn_cast<CoreturnStmt>(S))
      return result(Return->getOperand());
    if (const auto *E = dyn_cast<Expr>(S))
      return expression(strip(E));
    return !touchesLocks(S);
  }

  CalleeLockPaths Found;

private:
  /// What excludes others once this has been awaited or, without an await, called.
  const OpModel *acquires(const Expr *E, const Expr *&Operation) const {
    const auto *Await = dyn_cast_or_null<CoawaitExpr>(E);
    Operation = Await ? Awaits.operation(Await->getOperand()) : E;
    if (!Operation)
      return nullptr;
    const OpModel *Op = Library.op(Operation);
    if (!Op && Await)
      Op = Library.awaitOn(strip(Operation)->getType());
    std::string WhyNot;
    return Op && Op->Acquire && Op->AcquiresWhenCalled == !Await && Table.excludes(Operation, *Op, WhyNot) ? Op
                                                                                                           : nullptr;
  }

  static bool isGuard(QualType T) {
    const CXXRecordDecl *R = T->getAsCXXRecordDecl();
    return R && R->hasDefinition() && !R->hasTrivialDestructor();
  }

  bool declaration(const DeclStmt &D) {
    for (const Decl *Declared : D.decls()) {
      const auto *Var = dyn_cast<VarDecl>(Declared);
      const Expr *Init = Var && Var->getInit() ? inner(Var->getInit()) : nullptr, *Operation = nullptr;
      if (const OpModel *Op = acquires(Init, Operation); Op && isGuard(Var->getType()))
        Guards[Var] = Table.lockOf(Operation, *Op);
      else if (Init && touchesLocks(Init))
        return false;
    }
    return true;
  }

  /// Through moves and copies.
  static const Expr *inner(const Expr *E) {
    for (E = strip(E); E;) {
      const auto *Construct = dyn_cast<CXXConstructExpr>(E);
      const auto *Call = dyn_cast<CallExpr>(E);
      if (Construct && Construct->getNumArgs() == 1)
        E = strip(Construct->getArg(0));
      else if (Call && isPassThrough(Call))
        E = strip(Call->getArg(0));
      else
        break;
    }
    return E;
  }

  bool result(const Expr *Value) {
    const Expr *E = Value ? inner(Value) : nullptr, *Operation = nullptr;
    if (!E)
      return true;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
      if (auto It = Guards.find(dyn_cast<VarDecl>(Ref->getDecl())); It != Guards.end())
        Found.Takes.push_back(It->second);
      return true;
    }
    if (const OpModel *Op = acquires(E, Operation)) {
      Found.Takes.push_back(Table.lockOf(Operation, *Op));
      return true;
    }
    // `return m_.lock();`: the caller awaits it.
    if (const OpModel *Op = isa<CallExpr>(E) ? Library.op(E) : nullptr; Op && Op->Acquire && !Op->AcquiresWhenCalled)
      if (std::string WhyNot; Table.excludes(E, *Op, WhyNot)) {
        Found.Takes.push_back(Table.lockOf(E, *Op));
        return true;
      }
    return !touchesLocks(E);
  }

  bool expression(const Expr *E) {
    const Expr *Operation = nullptr;
    if (const OpModel *Op = acquires(E, Operation)) {
      if (!isGuard(E->getType())) // else it ends with the statement
        Found.Takes.push_back(Table.lockOf(Operation, *Op));
      return true;
    }
    const auto *Await = dyn_cast<CoawaitExpr>(E);
    Operation = Await ? Awaits.operation(Await->getOperand()) : E;
    const OpModel *Op = Operation ? Library.op(Operation) : nullptr;
    if (!Op || !Op->Release || Op->ReleasesWhenAwaited != (Await != nullptr))
      return !touchesLocks(E);
    const AccessPath Lock = Table.lockOf(Operation, *Op);
    const std::size_t Before = Found.Takes.size();
    llvm::erase_if(Found.Takes, [&](const AccessPath &Taken) { return samePlace(Taken, Lock); });
    if (Found.Takes.size() == Before)
      Found.Releases.push_back(Lock);
    return true;
  }

  bool touchesLocks(const Stmt *S) const {
    if (!S || isa<LambdaExpr>(S))
      return false;
    if (const auto *E = dyn_cast<CallExpr>(S))
      if (const OpModel *Op = Library.op(E); Op && (Op->Acquire || Op->Release))
        return true;
    if (isa<ReturnStmt, CoreturnStmt>(S)) // what comes after may not be reached
      return true;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && Guards.contains(Var))
        return true;
    return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return touchesLocks(Child); });
  }

  const LibraryView &Library;
  const Suspension &Awaits;
  Locks Table;
  llvm::DenseMap<const VarDecl *, AccessPath> Guards;
};

} // namespace

CalleeLockPaths Inliner::locks(const FunctionDecl &F, const Suspension &Awaits) const {
  const FunctionDecl *Definition = ownDefinition(&F);
  const Stmt *Body = Definition ? writtenBody(*Definition) : nullptr;
  if (!Body)
    return {};
  CalleeLocks Finder(*Definition, Caller, Library, Awaits);
  return Finder.visit(Body) ? std::move(Finder.Found) : CalleeLockPaths();
}

CalleeLockPaths Inliner::locks(const CallExpr *Call, const Suspension &Awaits) const {
  CalleeLockPaths Result;
  auto add = [](std::vector<AccessPath> &To, AccessPath P) {
    if (P)
      To.push_back(std::move(P));
  };
  if (const FunctionDecl *Definition = ownDefinition(Call->getDirectCallee())) {
    const PathResolver Inside(*Definition, Library);
    const CalleeLockPaths Own = Inliner(Inside, Library).locks(*Definition, Awaits);
    const Frame F{Call, Definition, Inside, nullptr};
    for (const AccessPath &P : Own.Takes)
      add(Result.Takes, rebase(P, F));
    for (const AccessPath &P : Own.Releases)
      add(Result.Releases, rebase(P, F));
  } else if (const FunctionSummary *Summary = Library.others() ? Library.others()->callee(Call) : nullptr) {
    for (const PathSummary &P : Summary->Takes)
      add(Result.Takes, Library.others()->path(P, *Call, Caller));
    for (const PathSummary &P : Summary->Releases)
      add(Result.Releases, Library.others()->path(P, *Call, Caller));
  }
  return Result;
}

} // namespace corace::checks
