// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ControlDependence.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace corace::checks {

ControlDependence::ControlDependence(const FunctionDecl &Function, const Stmt *Body) {
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Graph = CFG::buildCFG(&Function, const_cast<Stmt *>(Body), &Function.getASTContext(), Options);
  if (!Graph)
    return;
  Dominators = std::make_unique<CFGDomTree>(Graph.get());
  Calculator = std::make_unique<ControlDependencyCalculator>(Graph.get());
  for (const CFGBlock *Block : *Graph) {
    for (const CFGElement &Element : *Block)
      if (auto S = Element.getAs<CFGStmt>())
        Blocks.try_emplace(S->getStmt(), Block);
    if (const Stmt *Branch = Block->getTerminatorStmt())
      BranchBlocks.try_emplace(Branch, Block);
  }
  findConstants(Function, Body);
}

ControlDependence::~ControlDependence() = default;

const CFGBlock *ControlDependence::blockOf(const Stmt *S) const {
  auto It = Blocks.find(S);
  return It == Blocks.end() ? nullptr : It->second;
}

ArrayRef<const Stmt *> ControlDependence::decidersOf(const Stmt *S) const {
  const CFGBlock *Block = blockOf(S);
  if (!Block)
    return {};
  auto [It, New] = Deciders.try_emplace(Block);
  if (!New)
    return It->second;
  llvm::SmallVector<const Stmt *, 4> Found;
  llvm::DenseSet<const CFGBlock *> Seen;
  llvm::SmallVector<CFGBlock *, 8> Work{const_cast<CFGBlock *>(Block)};
  while (!Work.empty())
    for (CFGBlock *Decider : Calculator->getControlDependencies(Work.pop_back_val()))
      if (Seen.insert(Decider).second) {
        Work.push_back(Decider);
        if (const Stmt *Branch = Decider->getTerminatorStmt())
          Found.push_back(Branch);
      }
  return Deciders[Block] = std::move(Found);
}

bool ControlDependence::decides(const Stmt *Branch, const Stmt *S) const {
  return llvm::is_contained(decidersOf(S), Branch);
}

bool ControlDependence::precedes(const Stmt *Branch, const Stmt *S) const {
  auto It = BranchBlocks.find(Branch);
  const CFGBlock *Block = blockOf(S);
  return It != BranchBlocks.end() && Block && It->second != Block &&
         Dominators->dominates(const_cast<CFGBlock *>(It->second), const_cast<CFGBlock *>(Block));
}

bool ControlDependence::isAssertion(const Stmt *Branch) const {
  auto It = BranchBlocks.find(Branch);
  if (It == BranchBlocks.end())
    return false;
  for (const CFGBlock::AdjacentBlock &Next : It->second->succs())
    if (Next.getReachableBlock() && Next.getReachableBlock()->hasNoReturnElement())
      return true;
  return false;
}

namespace {

/// Finds locals that are set anywhere but in their declaration: written, or bound to a reference or pointer that may.
class ChangeFinder : public RecursiveASTVisitor<ChangeFinder> {
public:
  llvm::DenseSet<const VarDecl *> All, Read;
  llvm::DenseMap<const VarDecl *, unsigned> Uses, Loads;

  bool shouldVisitImplicitCode() const { return true; }
  bool VisitDeclRefExpr(DeclRefExpr *Ref) {
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()))
      if (Seen.insert(Ref).second)
        ++Uses[Var];
    return true;
  }
  bool VisitImplicitCastExpr(ImplicitCastExpr *Cast) {
    if (Cast->getCastKind() == CK_LValueToRValue)
      if (const auto *Ref = dyn_cast<DeclRefExpr>(Cast->getSubExpr()->IgnoreParens()))
        if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()))
          if (Seen.insert(Cast).second)
            ++Loads[Var];
    return true;
  }

private:
  llvm::DenseSet<const Stmt *> Seen; // the operand of a co_await is met several times
};

} // namespace

void ControlDependence::findConstants(const FunctionDecl &, const Stmt *Body) {
  ChangeFinder Finder;
  Finder.TraverseStmt(const_cast<Stmt *>(Body));
  for (const auto &[Var, Uses] : Finder.Uses)
    if (Uses != Finder.Loads.lookup(Var))
      Changed.insert(Var);
}

const llvm::SmallVector<ControlDependence::Literal, 2> &ControlDependence::literalsOf(const CFGBlock *Block) const {
  auto [It, New] = Literals.try_emplace(Block);
  if (!New)
    return It->second;
  llvm::SmallVector<Literal, 2> Found;
  for (const auto &[Branch, Header] : BranchBlocks) {
    const auto *Condition = dyn_cast_or_null<Expr>(Header->getLastCondition());
    if (!Condition || Header->succ_size() != 2)
      continue;
    bool Value = true;
    const Expr *E = strip(Condition);
    while (const auto *Not = dyn_cast<UnaryOperator>(E)) {
      if (Not->getOpcode() != UO_LNot)
        break;
      Value = !Value;
      E = strip(Not->getSubExpr());
    }
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (!Var || Var->hasGlobalStorage() || Var->getType()->isReferenceType() || Changed.contains(Var))
      continue;
    for (auto Succ = Header->succ_begin(); Succ != Header->succ_end(); ++Succ, Value = !Value)
      if (const CFGBlock *Side = Succ->getReachableBlock(); Side && Side->pred_size() == 1)
        if (Dominators->dominates(const_cast<CFGBlock *>(Side), const_cast<CFGBlock *>(Block)))
          Found.push_back({Var, Value});
  }
  return Literals[Block] = std::move(Found);
}

bool ControlDependence::exclude(const Stmt *A, const Stmt *B) const {
  const CFGBlock *X = blockOf(A), *Y = blockOf(B);
  if (!X || !Y || X == Y)
    return false;
  const auto OfX = literalsOf(X); // a copy: the second call may move the table
  for (const Literal &L : literalsOf(Y))
    for (const Literal &K : OfX)
      if (K.Var == L.Var && K.Value != L.Value)
        return true;
  return false;
}

} // namespace corace::checks
