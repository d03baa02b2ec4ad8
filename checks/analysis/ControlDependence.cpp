// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ControlDependence.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"

#include <algorithm>
#include <utility>

using namespace clang;

namespace corace::checks {

namespace {

// What lies further back than this is forgotten, so that the cost of a block does not grow with the function.
constexpr std::size_t MaxDeciders = 128;
constexpr std::size_t MaxLiterals = 64;

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

/// The strongly connected components of what can be reached, as a number for each node, after Kosaraju: those that lead
/// to others have smaller numbers. `Order` is the post-order.
std::vector<unsigned> components(const Edges &Next, const std::vector<unsigned> &Order) {
  const Edges Previous = reversed(Next);
  std::vector<unsigned> Component(Next.size(), ~0u);
  std::vector<char> Reachable(Next.size());
  for (unsigned Node : Order)
    Reachable[Node] = 1;
  std::vector<unsigned> Work;
  unsigned Count = 0;
  for (unsigned Start : llvm::reverse(Order)) {
    if (Component[Start] != ~0u)
      continue;
    Component[Start] = Count;
    for (Work.push_back(Start); !Work.empty();) {
      const unsigned Node = Work.back();
      Work.pop_back();
      for (unsigned From : Previous[Node])
        if (Reachable[From] && Component[From] == ~0u) {
          Component[From] = Count;
          Work.push_back(From);
        }
    }
    ++Count;
  }
  return Component;
}

/// Puts a node of its own in front of the first block of every loop that nothing leads out of; it leads into the loop
/// and to the exit. A block that leads nowhere leads to the exit, too.
void openLoops(Edges &Next, unsigned Entry, unsigned Exit) {
  const std::vector<unsigned> Order = postOrder(Next, Entry);
  const std::vector<unsigned> Component = components(Next, Order);
  std::vector<char> Open(Order.size());
  for (unsigned Node : Order)
    for (unsigned To : Next[Node])
      if (Component[To] != Component[Node])
        Open[Component[Node]] = 1;
  if (Component[Exit] != ~0u)
    Open[Component[Exit]] = 1;
  std::vector<unsigned> Front(Next.size(), ~0u); // of the heads of loops
  unsigned Size = static_cast<unsigned>(Next.size());
  for (unsigned Head : llvm::reverse(Order)) {
    if (std::exchange(Open[Component[Head]], 1))
      continue;
    if (Next[Head].empty()) // all that it led to can never run, by what the compiler knows
      Next[Head].push_back(Exit);
    else
      Front[Head] = Size++;
  }
  const unsigned Old = static_cast<unsigned>(Next.size());
  if (Size == Old)
    return;
  for (auto &Targets : Next)
    for (unsigned &To : Targets)
      if (Front[To] != ~0u)
        To = Front[To];
  Next.resize(Size);
  for (unsigned Head = 0; Head < Old; ++Head)
    if (Front[Head] != ~0u)
      Next[Front[Head]] = {Head, Exit};
}

} // namespace

namespace {

/// Calls that never return, by the innermost `try` around them: what comes next are its handlers.
class ThrowingCalls : public RecursiveASTVisitor<ThrowingCalls> {
public:
  llvm::DenseMap<const Stmt *, const CXXTryStmt *> TryOf;

  bool shouldVisitImplicitCode() const { return true; }
  bool TraverseCoawaitExpr(CoawaitExpr *E) { return parts(*E); }
  bool TraverseCoyieldExpr(CoyieldExpr *E) { return parts(*E); }
  bool TraverseCXXTryStmt(CXXTryStmt *S) {
    const CXXTryStmt *Outer = std::exchange(Try, S);
    TraverseStmt(S->getTryBlock());
    Try = Outer;
    for (unsigned I = 0; I < S->getNumHandlers(); ++I)
      TraverseStmt(S->getHandler(I));
    return true;
  }
  bool TraverseLambdaExpr(LambdaExpr *) { return true; }
  bool VisitCallExpr(CallExpr *Call) {
    const FunctionDecl *Callee = Try ? Call->getDirectCallee() : nullptr;
    if (Callee && Callee->isNoReturn())
      TryOf[Call] = Try;
    return true;
  }

private:
  bool parts(const Expr &E) {
    return llvm::all_of(childrenOf(E), [&](const Stmt *Part) { return TraverseStmt(const_cast<Stmt *>(Part)); });
  }
  const CXXTryStmt *Try = nullptr;
};

} // namespace

/// The graph takes a call that never returns (std::rethrow_exception) for the end of the function.
void ControlDependence::addHandlers(const Stmt *Body, std::vector<llvm::SmallVector<unsigned, 2>> &Next) const {
  ThrowingCalls Calls;
  Calls.TraverseStmt(const_cast<Stmt *>(Body));
  if (Calls.TryOf.empty())
    return;
  llvm::DenseMap<const Stmt *, unsigned> TryBlocks;
  for (const CFGBlock *Block : Graph->try_blocks())
    if (const Stmt *Try = Block->getTerminatorStmt())
      TryBlocks[Try] = Block->getBlockID();
  for (const CFGBlock *Block : *Graph)
    for (const CFGElement &Element : *Block)
      if (auto S = Element.getAs<CFGStmt>())
        if (const CXXTryStmt *Try = Calls.TryOf.lookup(S->getStmt()))
          if (auto It = TryBlocks.find(Try); It != TryBlocks.end())
            Next[Block->getBlockID()] = {It->second};
}

/// Post-dominators after Cooper, Harvey and Kennedy (A Simple, Fast Dominance Algorithm, 2001), on the reversed graph.
void ControlDependence::findDependences(const Stmt *Body) {
  ById.resize(Graph->getNumBlockIDs());
  Edges Next(Graph->getNumBlockIDs());
  for (const CFGBlock *Block : *Graph) {
    ById[Block->getBlockID()] = Block;
    for (const CFGBlock::AdjacentBlock &To : Block->succs())
      if (const CFGBlock *Target = To.getReachableBlock())
        Next[Block->getBlockID()].push_back(Target->getBlockID());
  }
  addHandlers(Body, Next);
  const unsigned Entry = Graph->getEntry().getBlockID(), Exit = Graph->getExit().getBlockID();
  openLoops(Next, Entry, Exit);
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
      for (unsigned Node = To; Node != Exit && Node != Parent[From] && Parent[Node] != None; Node = Parent[Node]) {
        if (!Dependences[Node].empty() && Dependences[Node].back() == From)
          break; // another edge went the rest of the way
        Dependences[Node].push_back(From);
      }
  // Where the sides of a branch meet again, at the first block with a statement in it.
  for (unsigned From : Order) {
    const CFGBlock *Block = From < ById.size() ? ById[From] : nullptr;
    const Stmt *Branch = Block ? Block->getTerminatorStmt() : nullptr;
    if (!Branch)
      continue;
    auto holdsNothing = [&](unsigned Node) {
      return Node >= ById.size() || !ById[Node] ||
             llvm::none_of(*ById[Node], [](const CFGElement &E) { return E.getAs<CFGStmt>().has_value(); });
    };
    unsigned Meet = Parent[From];
    while (Meet != Exit && holdsNothing(Meet))
      Meet = Parent[Meet];
    if (Meet != Exit)
      Settled[ById[Meet]].push_back(Branch);
  }
}

ControlDependence::ControlDependence(const FunctionDecl &Function, const Stmt *Body) {
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Graph = CFG::buildCFG(&Function, const_cast<Stmt *>(Body), &Function.getASTContext(), Options);
  if (!Graph)
    return;
  Dominators = std::make_unique<CFGDomTree>(Graph.get());
  findDependences(Body);
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
  llvm::SmallVector<const Stmt *, 4> &Found = It->second;
  llvm::DenseSet<unsigned> Seen;
  llvm::SmallVector<unsigned, 8> Work{Block->getBlockID()};
  for (std::size_t I = 0; I < Work.size() && Found.size() < MaxDeciders; ++I)
    for (unsigned Decider : llvm::reverse(llvm::ArrayRef(Dependences[Work[I]]).take_back(MaxDeciders)))
      if (Seen.insert(Decider).second) {
        Work.push_back(Decider);
        if (const Stmt *Branch = Decider < ById.size() && ById[Decider] ? ById[Decider]->getTerminatorStmt() : nullptr)
          Found.push_back(Branch);
      }
  return Found;
}

ArrayRef<const Stmt *> ControlDependence::settledAt(const Stmt *S) const {
  auto It = Settled.find(blockOf(S));
  return It == Settled.end() ? ArrayRef<const Stmt *>() : It->second;
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

bool ControlDependence::isBefore(const Stmt *S, const Stmt *Branch) const {
  auto It = BranchBlocks.find(Branch);
  const CFGBlock *Block = blockOf(S);
  return It != BranchBlocks.end() && Block &&
         Dominators->dominates(const_cast<CFGBlock *>(Block), const_cast<CFGBlock *>(It->second));
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
  bool TraverseCoawaitExpr(CoawaitExpr *E) { return parts(*E); }
  bool TraverseCoyieldExpr(CoyieldExpr *E) { return parts(*E); }
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
  bool parts(const Expr &E) {
    return llvm::all_of(childrenOf(E), [&](const Stmt *Part) { return TraverseStmt(const_cast<Stmt *>(Part)); });
  }
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

/// What is known of locals that never change, where a block begins that only one branch leads to.
std::optional<ControlDependence::Literal> ControlDependence::literalAt(const CFGBlock *Side) const {
  if (Side->pred_size() != 1)
    return std::nullopt;
  const CFGBlock *Header = Side->pred_begin()->getReachableBlock();
  const auto *Condition = Header ? dyn_cast_or_null<Expr>(Header->getLastCondition()) : nullptr;
  if (!Condition || Header->succ_size() != 2)
    return std::nullopt;
  bool Value = Header->succ_begin()->getReachableBlock() == Side;
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
    return std::nullopt;
  return Literal{Var, Value};
}

/// Blocks know what their dominators know; most share it.
ArrayRef<ControlDependence::Literal> ControlDependence::literalsOf(const CFGBlock *Block) const {
  llvm::SmallVector<const CFGBlock *, 16> Unknown;
  const std::vector<Literal> *Known = &NoLiterals;
  for (const CFGBlock *B = Block; B;) {
    if (auto It = Literals.find(B); It != Literals.end()) {
      Known = It->second;
      break;
    }
    Unknown.push_back(B);
    const auto *Node = Dominators->getBase().getNode(const_cast<CFGBlock *>(B));
    const auto *Above = Node ? Node->getIDom() : nullptr;
    B = Above ? Above->getBlock() : nullptr;
  }
  for (const CFGBlock *B : llvm::reverse(Unknown)) {
    if (const std::optional<Literal> New = literalAt(B)) {
      const auto Kept = llvm::ArrayRef(*Known).take_back(MaxLiterals - 1);
      Known = &LiteralLists.emplace_back(Kept.begin(), Kept.end());
      LiteralLists.back().push_back(*New);
    }
    Literals[B] = Known;
  }
  return *Known;
}

bool ControlDependence::exclude(const Stmt *A, const Stmt *B) const {
  const CFGBlock *X = blockOf(A), *Y = blockOf(B);
  if (!X || !Y || X == Y || literalsOf(X).empty())
    return false;
  for (const Literal &L : literalsOf(Y))
    for (const Literal &K : literalsOf(X))
      if (K.Var == L.Var && K.Value != L.Value)
        return true;
  return false;
}

} // namespace corace::checks
