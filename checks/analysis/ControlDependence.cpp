// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ControlDependence.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"

#include <algorithm>

using namespace clang;

namespace corace::checks {

namespace {

using Edges = std::vector<llvm::SmallVector<unsigned, 2>>;

/// The nodes that can be reached, in post-order.
std::vector<unsigned> postOrder(const Edges &Next, unsigned Start) {
  std::vector<unsigned> Order;
  std::vector<char> Seen(Next.size());
  std::vector<std::pair<unsigned, unsigned>> Stack{{Start, 0}};
  Seen[Start] = 1;
  while (!Stack.empty()) {
    auto &[Node, Index] = Stack.back();
    if (Index == Next[Node].size()) {
      Order.push_back(Node);
      Stack.pop_back();
      continue;
    }
    unsigned To = Next[Node][Index++];
    if (!Seen[To]) {
      Seen[To] = 1;
      Stack.push_back({To, 0});
    }
  }
  return Order;
}

Edges reversed(const Edges &Next) {
  Edges Previous(Next.size());
  for (unsigned From = 0; From < Next.size(); ++From)
    for (unsigned To : Next[From])
      Previous[To].push_back(From);
  return Previous;
}

llvm::DenseSet<unsigned> reachable(const Edges &Next, unsigned Start) {
  std::vector<unsigned> Order = postOrder(Next, Start);
  return {Order.begin(), Order.end()};
}

/// Puts a node of its own in front of the first block of a loop that nothing leads out of; it leads into the loop and
/// to the exit. True if there was such a loop.
bool openOneLoop(Edges &Next, unsigned Entry, unsigned Exit) {
  const Edges Previous = reversed(Next);
  const llvm::DenseSet<unsigned> Ends = reachable(Previous, Exit);
  std::vector<unsigned> Order = postOrder(Next, Entry);
  for (unsigned Head : llvm::reverse(Order)) {
    if (Ends.contains(Head))
      continue;
    // All that it led to can never run, by what the compiler knows.
    if (Next[Head].empty()) {
      Next[Head].push_back(Exit);
      return true;
    }
    const llvm::DenseSet<unsigned> Back = reachable(Previous, Head);
    if (!llvm::all_of(reachable(Next, Head), [&](unsigned Node) { return Back.contains(Node); }))
      continue; // it leads to the loop, or to several
    unsigned Front = static_cast<unsigned>(Next.size());
    for (auto &Targets : Next)
      std::replace(Targets.begin(), Targets.end(), Head, Front);
    Next.push_back({Head, Exit});
    return true;
  }
  return false;
}

} // namespace

/// Post-dominators after Cooper, Harvey and Kennedy (A Simple, Fast Dominance Algorithm, 2001), on the reversed graph.
void ControlDependence::findDependences() {
  ById.resize(Graph->getNumBlockIDs());
  Edges Next(Graph->getNumBlockIDs());
  for (const CFGBlock *Block : *Graph) {
    ById[Block->getBlockID()] = Block;
    for (const CFGBlock::AdjacentBlock &To : Block->succs())
      if (const CFGBlock *Target = To.getReachableBlock())
        Next[Block->getBlockID()].push_back(Target->getBlockID());
  }
  const unsigned Entry = Graph->getEntry().getBlockID(), Exit = Graph->getExit().getBlockID();
  while (openOneLoop(Next, Entry, Exit))
    ;
  Dependences.resize(Next.size());

  const unsigned None = ~0u;
  std::vector<unsigned> Order = postOrder(reversed(Next), Exit);
  std::vector<unsigned> Number(Next.size(), None), Parent(Next.size(), None);
  for (unsigned I = 0; I < Order.size(); ++I)
    Number[Order[I]] = I;
  Parent[Exit] = Exit;
  auto common = [&](unsigned A, unsigned B) {
    while (A != B) {
      while (Number[A] < Number[B])
        A = Parent[A];
      while (Number[B] < Number[A])
        B = Parent[B];
    }
    return A;
  };
  for (bool Different = true; Different;) {
    Different = false;
    for (unsigned Node : llvm::reverse(Order)) {
      unsigned New = None;
      for (unsigned To : Next[Node])
        if (Parent[To] != None)
          New = New == None ? To : common(New, To);
      if (Node != Exit && New != None && New != Parent[Node]) {
        Parent[Node] = New;
        Different = true;
      }
    }
  }
  for (unsigned From : Order)
    for (unsigned To : Next[From])
      for (unsigned Node = To; Node != Exit && Node != Parent[From] && Parent[Node] != None; Node = Parent[Node])
        if (!llvm::is_contained(Dependences[Node], From))
          Dependences[Node].push_back(From);
}

ControlDependence::ControlDependence(const FunctionDecl &Function, const Stmt *Body) {
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Graph = CFG::buildCFG(&Function, const_cast<Stmt *>(Body), &Function.getASTContext(), Options);
  if (!Graph)
    return;
  Dominators = std::make_unique<CFGDomTree>(Graph.get());
  findDependences();
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
  llvm::DenseSet<unsigned> Seen;
  llvm::SmallVector<unsigned, 8> Work{Block->getBlockID()};
  while (!Work.empty())
    for (unsigned Decider : Dependences[Work.pop_back_val()])
      if (Seen.insert(Decider).second) {
        Work.push_back(Decider);
        if (const Stmt *Branch = Decider < ById.size() && ById[Decider] ? ById[Decider]->getTerminatorStmt() : nullptr)
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
  for (const Literal &L : literalsOf(Y))
    for (const Literal &K : literalsOf(X))
      if (K.Var == L.Var && K.Value != L.Value)
        return true;
  return false;
}

} // namespace corace::checks
