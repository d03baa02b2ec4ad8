// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Inline.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxNodes = 400;

/// Walks through one body in the order of the source.
class GlobalReads {
public:
  GlobalReads(const FunctionDecl &F, const LibraryView &Library, const Suspension &Awaits)
      : Paths(F, Library), Awaits(Awaits) {}

  std::vector<CalleeRead> run(const Stmt *Body) {
    walk(Body, false);
    if (Left == 0)
      return {};
    llvm::erase_if(Reads, [&](const CalleeRead &R) {
      return llvm::any_of(Writes, [&](const AccessPath &P) { return overlap(P, R.Place); });
    });
    return std::move(Reads);
  }

private:
  static bool isComparison(const Stmt *S) {
    if (const auto *Op = dyn_cast<BinaryOperator>(S))
      return Op->isComparisonOp();
    const auto *Call = dyn_cast<CXXOperatorCallExpr>(S);
    return Call && Call->isComparisonOp();
  }
  void note(const Expr *Place, const Expr *Site, bool Compared) {
    AccessPath P = Paths.resolve(Place);
    if (P.Base != AccessPath::BaseKind::Global)
      return;
    // A look whether it is still the same is as good as setting it.
    if (Compared)
      Writes.push_back(std::move(P));
    else
      Reads.push_back({std::move(P), Site, Suspended});
  }
  void written(const Expr *Place) {
    if (AccessPath P = Paths.resolve(Place); P.Base == AccessPath::BaseKind::Global)
      Writes.push_back(std::move(P));
  }
  void effects(const Expr *E, bool Compared) {
    if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAssignmentOp())
      written(Op->getLHS());
    else if (const auto *Inc = dyn_cast<UnaryOperator>(E);
             Inc && (Inc->isIncrementDecrementOp() || Inc->getOpcode() == UO_AddrOf))
      written(Inc->getSubExpr());
    else if (const auto *Cast = dyn_cast<CastExpr>(E); Cast && Cast->getCastKind() == CK_LValueToRValue)
      note(Cast->getSubExpr(), Cast, Compared);
    else if (const auto *Construct = dyn_cast<CXXConstructExpr>(E))
      for (const Expr *Arg : Construct->arguments())
        given(Arg, Compared);
    else if (const auto *Call = dyn_cast<CallExpr>(E))
      for (const Expr *Arg : Call->arguments())
        given(Arg, Compared);
    if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E))
      if (const CXXMethodDecl *Method = Call->getMethodDecl()) {
        if (Method->isConst())
          note(Call->getImplicitObjectArgument(), Call, Compared);
        else
          written(Call->getImplicitObjectArgument());
      }
  }
  /// By reference to const it is read; by another one it may be set.
  void given(const Expr *Arg, bool Compared) {
    if (!Arg->isGLValue())
      return;
    if (Arg->getType().isConstQualified())
      note(Arg, Arg, Compared);
    else
      written(Arg);
  }
  void walk(const Stmt *S, bool Compared) {
    if (!S || Left == 0 || isa<LambdaExpr>(S))
      return;
    --Left;
    if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
      const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
      walk(Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand(), false);
      Suspended = Suspended || Awaits.classify(*Suspend).suspends();
      return;
    }
    if (const auto *Return = dyn_cast<CoreturnStmt>(S))
      return walk(Return->getOperand(), false);
    if (const auto *If = dyn_cast<IfStmt>(S)) {
      walk(If->getInit(), false);
      walk(If->getCond(), true);
      const bool Before = Suspended;
      walk(If->getThen(), false);
      const bool AfterThen = std::exchange(Suspended, Before);
      walk(If->getElse(), false);
      Suspended = Suspended || AfterThen;
      return;
    }
    Compared = Compared || isComparison(S);
    if (const auto *E = dyn_cast<Expr>(S))
      effects(E, Compared);
    for (const Stmt *Child : childrenOf(*S))
      walk(Child, Compared);
  }

  const PathResolver Paths;
  const Suspension &Awaits;
  std::vector<CalleeRead> Reads;
  std::vector<AccessPath> Writes;
  bool Suspended = false;
  unsigned Left = MaxNodes;
};

} // namespace

std::vector<CalleeRead> globalReads(const FunctionDecl &F, const LibraryView &Library, const Suspension &Awaits) {
  const Stmt *Body = writtenBody(F);
  return Body ? GlobalReads(F, Library, Awaits).run(Body) : std::vector<CalleeRead>();
}

} // namespace corace::checks
