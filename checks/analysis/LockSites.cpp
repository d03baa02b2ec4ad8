// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where thread locks are taken, in all of the user's code.
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/LockActions.h"

#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace corace::checks {

/// Looks through one function; lambdas in it are functions of their own.
class LockSiteCollector : public RecursiveASTVisitor<LockSiteCollector> {
public:
  LockSiteCollector(LockSites &Out, const LockActions &Actions) : Out(Out), Actions(Actions) {}
  const FunctionDecl *Function = nullptr;

  bool TraverseLambdaExpr(LambdaExpr *) { return true; }
  bool VisitCXXConstructExpr(CXXConstructExpr *E) {
    add(Actions.of(*E), E->getSourceRange());
    return true;
  }
  bool VisitCallExpr(CallExpr *E) {
    add(Actions.of(*E), E->getSourceRange());
    return true;
  }

private:
  void add(const LockAction &Action, SourceRange Where) {
    if (Action.What != LockAction::Kind::Take && Action.What != LockAction::Kind::Try)
      return;
    for (const Expr *Lock : Action.Locks)
      if (const ValueDecl *D = lockDecl(Lock))
        Out.Sites[D].push_back({Function, Where});
  }

  LockSites &Out;
  const LockActions &Actions;
};

LockSites::LockSites(const UnitFacts &Unit, const ThreadLocks &Types) {
  const LockActions Actions(Unit.Library, Types);
  LockSiteCollector Collector(*this, Actions);
  for (const FunctionDecl *F : Unit.Rivals.functions())
    if (const Stmt *Body = writtenBody(*F)) {
      Collector.Function = F;
      Collector.TraverseStmt(const_cast<Stmt *>(Body));
    }
}

ArrayRef<LockSites::Site> LockSites::of(const ValueDecl *Lock) const {
  auto It = Lock ? Sites.find(Lock) : Sites.end();
  return It == Sites.end() ? ArrayRef<Site>() : ArrayRef<Site>(It->second);
}

} // namespace corace::checks
