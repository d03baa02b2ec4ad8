// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Published.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"
#include "checks/analysis/Passes.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

/// A method of std::atomic and the like; its name, or nothing.
StringRef atomicOperation(const CallExpr *Call) {
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Call->getDirectCallee());
  const Expr *Object = Method ? objectOfCall(Call) : nullptr;
  if (!Object)
    return {};
  QualType T = strip(Object)->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R || !R->isInStdNamespace() || !R->getIdentifier() || !R->getName().starts_with("atomic"))
    return {};
  if (!Method->getDeclName().isIdentifier())
    return Method->getOverloadedOperator() == OO_Equal ? "store" : "other";
  return Method->getName();
}

/// `this`, under whatever casts.
bool isThis(const Expr *E) {
  E = strip(E);
  while (const auto *Cast = dyn_cast_or_null<CastExpr>(E))
    E = strip(Cast->getSubExpr());
  return isa_and_nonnull<CXXThisExpr>(E);
}

bool isGiven(const CallExpr *Call) {
  return llvm::any_of(llvm::drop_begin(Call->arguments(), firstArgument(Call)), isThis);
}

/// The call behind a condition, and whether it stands for its opposite.
const CallExpr *conditionCall(const Expr *Condition, bool &Negated) {
  for (Condition = Condition ? strip(Condition) : nullptr; Condition;) {
    const auto *Not = dyn_cast<UnaryOperator>(Condition);
    if (!Not || Not->getOpcode() != UO_LNot)
      break;
    Negated = !Negated;
    Condition = strip(Not->getSubExpr());
  }
  return dyn_cast_or_null<CallExpr>(Condition);
}

class PublishedWalk {
public:
  PublishedWalk(const CFG &Graph, const FunctionDecl &F) : Graph(Graph) { Found.Function = &F; }

  std::optional<LateMember> run();

private:
  /// Which operation has handed the awaiter out for certain; null if none has.
  using Known = std::optional<const Expr *>;
  const Expr *through(const CFGBlock &Block, const Expr *Published, bool Report);
  static const Expr *behind(const CFGBlock &Block, const Expr *Published, bool Otherwise);

  const CFG &Graph;
  LateMember Found;
  bool Handshake = false; ///< afterwards another atomic operation may decide who goes on
};

const Expr *PublishedWalk::through(const CFGBlock &Block, const Expr *Published, bool Report) {
  for (const CFGElement &E : Block) {
    const auto Element = E.getAs<CFGStmt>();
    const auto *S = Element ? dyn_cast<Expr>(Element->getStmt()) : nullptr;
    if (!S)
      continue;
    const auto *Call = dyn_cast<CallExpr>(S);
    const StringRef Operation = Call ? atomicOperation(Call) : StringRef();
    if (Published && Report) {
      const auto *Own = dyn_cast<CXXMemberCallExpr>(S);
      Handshake = Handshake || !Operation.empty() || (Own && isThis(Own->getImplicitObjectArgument()));
      const auto *Op = dyn_cast<BinaryOperator>(S);
      const auto *Assign = dyn_cast<CXXOperatorCallExpr>(S);
      const Expr *Target = Op && Op->isAssignmentOp()                                        ? Op->getLHS()
                           : Assign && Assign->isAssignmentOp() && Assign->getNumArgs() == 2 ? Assign->getArg(0)
                                                                                             : nullptr;
      if (const FieldDecl *Member = ownMember(Target); Member && Operation.empty() && !Found.Member) {
        Found.Member = Member;
        Found.Published = Published;
        Found.Write = S;
      }
    }
    if (Operation == "store" && isGiven(Call))
      Published = Call;
  }
  return Published;
}

/// On this side of the branch: a compare-and-swap has handed it out where it succeeded.
const Expr *PublishedWalk::behind(const CFGBlock &Block, const Expr *Published, bool Otherwise) {
  bool Negated = false;
  const CallExpr *Call = conditionCall(dyn_cast_or_null<Expr>(Block.getTerminatorCondition()), Negated);
  if (Call && Negated == Otherwise && atomicOperation(Call).starts_with("compare_exchange") && isGiven(Call))
    return Call;
  return Published;
}

std::optional<LateMember> PublishedWalk::run() {
  std::vector<Known> In(Graph.getNumBlockIDs());
  PostOrderCFGView Order(&Graph);
  Passes Work(Graph, Order);
  In[Graph.getEntry().getBlockID()] = nullptr;
  while (const CFGBlock *Block = Work.next()) {
    const Expr *After = through(*Block, *In[Block->getBlockID()], /*Report=*/false);
    const bool Branches = Block->succ_size() == 2;
    for (unsigned I = 0; I < Block->succ_size(); ++I) {
      const CFGBlock *To = (Block->succ_begin() + I)->getReachableBlock();
      if (!To)
        continue;
      const Expr *There = Branches ? behind(*Block, After, I == 1) : After;
      Known &Mine = In[To->getBlockID()];
      const Known Joined = !Mine ? There : *Mine && There ? *Mine : nullptr; // on all ways, or not at all
      if (Joined != Mine) {
        Mine = Joined;
        Work.enqueue(To);
      }
    }
  }
  for (const CFGBlock *Block : Order)
    if (const Known &K = In[Block->getBlockID()])
      through(*Block, *K, /*Report=*/true);
  return Found.Member && !Handshake ? std::optional(Found) : std::nullopt;
}

} // namespace

void findLateMembers(const UnitFacts &Unit, llvm::function_ref<void(LateMember)> Sink) {
  llvm::DenseSet<SourceLocation> Told; // instantiations of one template
  for (const FunctionDecl *F : Unit.Rivals.functions())
    if (const auto *Method = dyn_cast<CXXMethodDecl>(F);
        Method && !Method->isInvalidDecl() && !Method->isDependentContext() && Method->getDeclName().isIdentifier() &&
        Method->getName() == "await_suspend")
      if (const CFG *Graph = Unit.ControlFlow.of(*F))
        if (const auto Late = PublishedWalk(*Graph, *F).run(); Late && Told.insert(Late->Write->getExprLoc()).second)
          Sink(*Late);
}

} // namespace corace::checks
