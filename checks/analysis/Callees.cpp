// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Larger callees: those that only look, and those that store what they are given.
#include "checks/analysis/InlineFrame.h"

#include "checks/analysis/Ast.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 3;   // observers that call observers
constexpr unsigned MaxNodes = 400; // of an observer and all that it calls
constexpr unsigned MaxReads = 24;

AccessPath objectPath(const PathResolver &Paths, const Expr *Object) {
  return strip(Object)->getType()->isPointerType() ? Paths.pointee(Object) : Paths.resolve(Object);
}

/// Makes sure that a body changes nothing but its own locals.
class Purity {
public:
  explicit Purity(const LibraryView &Library) : Library(Library) {}

  bool onlyLooks(const FunctionDecl &F, unsigned Depth = 0) {
    if (Depth > MaxDepth || !isSmall(F.getBody()))
      return false;
    const PathResolver Paths(F, Library);
    return check(F.getBody(), Paths, Depth);
  }

private:
  bool isOwn(const AccessPath &P) const { return P && !P.isShared(); }

  bool handsOver(const Expr *Arg, const PathResolver &Paths) const {
    return Arg->isLValue() && !Arg->getType().isConstQualified() && !isOwn(Paths.resolve(Arg));
  }

  /// Looks before anything costly is made for a large body.
  bool isSmall(const Stmt *Body) const {
    unsigned Count = 0;
    llvm::SmallVector<const Stmt *, 32> Work{Body};
    while (!Work.empty() && Count <= Left)
      if (const Stmt *S = Work.pop_back_val()) {
        ++Count;
        llvm::append_range(Work, childrenOf(*S));
      }
    return Count <= Left;
  }

  bool check(const Stmt *S, const PathResolver &Paths, unsigned Depth) {
    if (!S)
      return true;
    if (Left == 0 || isa<CoroutineSuspendExpr, CoreturnStmt, CXXDeleteExpr, AsmStmt>(S))
      return false;
    --Left;
    if (const auto *Op = dyn_cast<BinaryOperator>(S); Op && Op->isAssignmentOp() && !isOwn(Paths.resolve(Op->getLHS())))
      return false;
    if (const auto *Op = dyn_cast<UnaryOperator>(S)) {
      if (Op->isIncrementDecrementOp() && !isOwn(Paths.resolve(Op->getSubExpr())))
        return false;
      if (Op->getOpcode() == UO_AddrOf && !isOwn(Paths.resolve(Op->getSubExpr())))
        return false;
    }
    if (const auto *Call = dyn_cast<CallExpr>(S); Call && !checkCall(Call, Paths, Depth))
      return false;
    // An object of the user's own that takes a reference may set it when it ends; those of the library are locks.
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(S);
        Construct && !Construct->getConstructor()->isInStdNamespace() &&
        llvm::any_of(Construct->arguments(), [&](const Expr *Arg) { return handsOver(Arg, Paths); }))
      return false;
    return llvm::all_of(childrenOf(*S), [&](const Stmt *Child) { return check(Child, Paths, Depth); });
  }

  bool checkCall(const CallExpr *Call, const PathResolver &Paths, unsigned Depth) {
    if (isPassThrough(Call)) // moves out of its argument, perhaps
      return nameOf(Call->getDirectCallee()) != "move" || isOwn(Paths.resolve(Call->getArg(0)));
    const FunctionDecl *F = Call->getDirectCallee();
    if (!F)
      return false;
    // Nothing shared may be handed over to somebody who could change it.
    for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I)
      if (handsOver(Call->getArg(I), Paths))
        return false;
    const auto *Method = dyn_cast<CXXMethodDecl>(F);
    const Expr *Object = objectOfCall(Call);
    const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
    StringRef Effect = Library.models().effectOfMethod(nameOf(F));
    if (Object && ((Method && Method->isConst()) || isOwn(objectPath(Paths, Object)) || Effect == "look" ||
                   Effect == "element" || Effect == "none"))
      return true;
    if (Op && (Op->getOperator() == OO_Star || Op->getOperator() == OO_Arrow))
      return true;
    if (const FunctionDecl *Definition = ownDefinition(F))
      return onlyLooks(*Definition, Depth + 1);
    return !Object; // a function of somebody else that was given nothing to change
  }

  const LibraryView &Library;
  unsigned Left = MaxNodes;
};

bool mayLeave(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  return isa<ReturnStmt, CoreturnStmt, CXXThrowExpr, GotoStmt>(S) ||
         llvm::any_of(childrenOf(*S), [](const Stmt *Child) { return mayLeave(Child); });
}

/// Something leaves the round of a loop, or the case of a switch.
bool mayBreak(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  return isa<BreakStmt, ContinueStmt>(S) ||
         llvm::any_of(childrenOf(*S), [](const Stmt *Child) { return mayBreak(Child); });
}

bool suspendsIn(const Stmt *S, const Suspension &Awaits) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (const auto *E = dyn_cast<CoroutineSuspendExpr>(S); E && Awaits.classify(*E).suspends())
    return true;
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return suspendsIn(Child, Awaits); });
}

/// The parameter that is mentioned here in a way that may change it.
void changedParams(const Stmt *S, llvm::DenseSet<const VarDecl *> &Changed) {
  if (!S)
    return;
  if (const auto *Cast = dyn_cast<ImplicitCastExpr>(S);
      Cast && isa<DeclRefExpr>(strip(Cast)) &&
      (Cast->getCastKind() == CK_LValueToRValue || Cast->getType().isConstQualified()))
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *Param = dyn_cast<ParmVarDecl>(Ref->getDecl()); Param && !Param->getType().isConstQualified())
      Changed.insert(Param);
  for (const Stmt *Child : childrenOf(*S))
    changedParams(Child, Changed);
}

/// The parameter whose value this is: `m`, `std::move(m)`, a copy of it.
const ParmVarDecl *parameterAsItIs(const Expr *E) {
  for (E = strip(E); E;) {
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(E); Construct && Construct->getNumArgs() == 1)
      E = strip(Construct->getArg(0));
    else if (const auto *Call = dyn_cast<CallExpr>(E); Call && isPassThrough(Call))
      E = strip(Call->getArg(0));
    else
      break;
  }
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
  return Ref ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr;
}

} // namespace

const FunctionDecl *ownDefinition(const FunctionDecl *F) {
  const FunctionDecl *Definition = nullptr;
  if (!F || !F->isDefined(Definition) || Definition->isDependentContext() || isa<CXXConstructorDecl>(F))
    return nullptr;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F);
      Method && (Method->isVirtual() || Method->isDefaulted() || Method->isImplicit()))
    return nullptr;
  const SourceManager &SM = F->getASTContext().getSourceManager();
  return SM.isInSystemHeader(SM.getExpansionLoc(Definition->getLocation())) ? nullptr : Definition;
}

bool Inliner::observe(const FunctionDecl &Definition, const CallExpr *Call, InlinedCall &Out) const {
  // A reference or a pointer is a way to the place, not what was read from it.
  if (isCoroutine(Definition) || Definition.getReturnType()->isVoidType() ||
      Definition.getReturnType()->isReferenceType() || isPointerLike(Definition.getReturnType()) ||
      !Purity(Library).onlyLooks(Definition))
    return false;
  const PathResolver Paths(Definition, Library);
  InlinedCall Own;
  reads(Definition.getBody(), {Call, &Definition, Paths, nullptr}, Own, MaxDepth);
  llvm::erase_if(Own.Reads, [](const AccessPath &P) { return !P.isShared(); });
  if (Own.Reads.size() > MaxReads)
    return false;
  Out = std::move(Own);
  return true;
}

/// Walks through the statements that run whatever happens, and those behind tests of other things than what they set.
class StoreFinder {
public:
  StoreFinder(const Inliner &In, const Inliner::Frame &F, const Suspension &Awaits) : In(In), F(F), Awaits(Awaits) {}

  /// False when what follows may not run.
  bool visit(const Stmt *S) {
    if (const auto *Block = dyn_cast<CompoundStmt>(S))
      return llvm::all_of(Block->body(), [&](const Stmt *Child) { return visit(Child); });
    if (const auto *If = dyn_cast<IfStmt>(S))
      return branch(*If);
    if (const auto *For = dyn_cast<ForStmt>(S); For && !For->getConditionVariable())
      return some(S, For->getCond(), For->getBody());
    if (const auto *While = dyn_cast<WhileStmt>(S); While && !While->getConditionVariable())
      return some(S, While->getCond(), While->getBody());
    if (const auto *Range = dyn_cast<CXXForRangeStmt>(S))
      return some(S, nullptr, Range->getBody());
    if (const auto *Do = dyn_cast<DoStmt>(S))
      return some(S, nullptr, Do->getBody());
    if (const auto *Switch = dyn_cast<SwitchStmt>(S); Switch && !Switch->getInit() && !Switch->getConditionVariable())
      return some(S, Switch->getCond(), Switch->getBody());
    if (const auto *Case = dyn_cast<SwitchCase>(S)) {
      Suspended = BeforeCases;
      return visit(Case->getSubStmt());
    }
    if (const auto *E = dyn_cast<Expr>(S))
      store(strip(E));
    else if (mayLeave(S))
      return false;
    Suspended = Suspended || suspendsIn(S, Awaits);
    changedParams(S, Changed);
    return true;
  }

  std::vector<ArgumentStore> Stores;
  std::vector<CalleeWrite> Writes;

private:
  static constexpr unsigned MaxTests = 8; ///< above a store

  /// Statements that run some times, or not at all: the first round of a loop, each case of a switch.
  bool some(const Stmt *Around, const Expr *Condition, const Stmt *Body) {
    changedParams(Around, Changed);
    const bool Leaves = mayLeave(Around), Suspends = suspendsIn(Around, Awaits), Before = Suspended;
    const std::size_t Above = Tests.size();
    if (!Leaves && Above < MaxTests && !(Condition && suspendsIn(Condition, Awaits))) {
      if (Condition)
        Tests.push_back(Condition);
      const bool Outer = std::exchange(BeforeCases, Suspended);
      visit(Body);
      BeforeCases = Outer;
      Tests.truncate(Above);
    }
    Suspended = Before || Suspends;
    return !Leaves;
  }
  /// `if (closed) return;` is a test of all that follows.
  bool branch(const IfStmt &If) {
    if (Tests.size() >= MaxTests || If.getInit() || If.getConditionVariable() || suspendsIn(If.getCond(), Awaits)) {
      Suspended = Suspended || suspendsIn(&If, Awaits);
      changedParams(&If, Changed);
      return !mayLeave(&If);
    }
    changedParams(If.getCond(), Changed);
    Tests.push_back(If.getCond());
    const bool Before = Suspended;
    visit(If.getThen());
    const bool AfterThen = Suspended;
    Suspended = Before;
    if (If.getElse())
      visit(If.getElse());
    Suspended = Suspended || AfterThen;
    if (!mayLeave(&If) && !mayBreak(&If))
      Tests.pop_back();
    changedParams(&If, Changed);
    Suspended = Suspended || suspendsIn(&If, Awaits);
    return true;
  }
  /// The callee looks at the place before it sets it, or asks somebody who may.
  [[nodiscard]] bool isTested(const AccessPath &Place) const {
    return llvm::any_of(Tests, [&](const Expr *Test) { return asks(Test) || reads(Test, Place); });
  }
  static bool asks(const Stmt *S) {
    return S && ((isa<CallExpr>(S) && !isa<CXXOperatorCallExpr>(S)) ||
                 llvm::any_of(childrenOf(*S), [](const Stmt *Child) { return asks(Child); }));
  }
  [[nodiscard]] bool reads(const Expr *Test, const AccessPath &Place) const {
    InlinedCall Looked;
    In.reads(Test, F, Looked, MaxDepth);
    return llvm::any_of(Looked.Reads, [&](const AccessPath &P) { return overlap(P, Place); });
  }
  void note(const Expr *Target, Act What, const Expr *Site) {
    constexpr unsigned MaxWrites = 16;
    AccessPath Place = In.rebase(F.Paths.resolve(Target), F);
    if (Writes.size() < MaxWrites && Place.isShared() && (Place.Steps.empty() || Place.Steps.back().Field) &&
        llvm::none_of(Tests, [](const Expr *Test) { return asks(Test); }))
      Writes.push_back({std::move(Place), What, Site});
  }
  void store(const Expr *E) {
    if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAssignmentOp())
      note(Op->getLHS(), Op->isCompoundAssignmentOp() ? Act::Modify : Act::Assign, E);
    const auto *Assign = dyn_cast<BinaryOperator>(E);
    const auto *Call = dyn_cast<CXXOperatorCallExpr>(E);
    if (Assign && Assign->getOpcode() == BO_Assign)
      add(Assign->getLHS(), Assign->getRHS(), E);
    else if (Call && Call->getOperator() == OO_Equal && Call->getNumArgs() == 2)
      add(Call->getArg(0), Call->getArg(1), E);
  }
  void add(const Expr *Target, const Expr *Value, const Expr *Site) {
    const ParmVarDecl *Param = parameterAsItIs(Value);
    if (!Param || Changed.contains(Param))
      return;
    const unsigned Index = Param->getFunctionScopeIndex();
    const Expr *Argument = nullptr;
    if (F.Call) {
      if (Index + firstArgument(F.Call) >= F.Call->getNumArgs())
        return;
      Argument = F.Call->getArg(Index + firstArgument(F.Call));
    }
    AccessPath Place = In.rebase(F.Paths.resolve(Target), F);
    if (Place.isShared() && !isTested(Place))
      Stores.push_back({std::move(Place), Argument, Index, Site, nullptr, Suspended});
  }

  const Inliner &In;
  const Inliner::Frame &F;
  const Suspension &Awaits;
  llvm::DenseSet<const VarDecl *> Changed;
  llvm::SmallVector<const Expr *, 8> Tests; ///< that decide whether the statement runs
  bool Suspended = false;
  bool BeforeCases = false; ///< the same before the switch around the statement
};

std::vector<ArgumentStore> Inliner::argumentStores(const CallExpr *Call, const Suspension &Awaits) const {
  const FunctionDecl *Definition = ownDefinition(Call->getDirectCallee());
  if (!Definition)
    return storesFromSummary(Call);
  const Stmt *Body = !Definition->param_empty() ? writtenBody(*Definition) : nullptr;
  if (!Body)
    return {};
  const PathResolver Paths(*Definition, Library);
  const Frame F{Call, Definition, Paths, nullptr};
  StoreFinder Finder(*this, F, Awaits);
  Finder.visit(Body);
  return std::move(Finder.Stores);
}

std::vector<CalleeWrite> Inliner::blindWrites(const CallExpr *Call, const Suspension &Awaits) const {
  const FunctionDecl *Definition = ownDefinition(Call->getDirectCallee());
  const Stmt *Body = Definition && !isCoroutine(*Definition) ? Definition->getBody() : nullptr;
  unsigned Nodes = 0;
  llvm::SmallVector<const Stmt *, 32> Work{Body};
  while (!Work.empty() && Nodes <= MaxNodes)
    if (const Stmt *S = Work.pop_back_val()) {
      ++Nodes;
      llvm::append_range(Work, childrenOf(*S));
    }
  if (!Body || Nodes > MaxNodes)
    return {};
  const PathResolver Paths(*Definition, Library);
  const Frame F{Call, Definition, Paths, nullptr};
  StoreFinder Finder(*this, F, Awaits);
  Finder.visit(Body);
  InlinedCall Looked;
  if (!Finder.Writes.empty())
    reads(Body, F, Looked, MaxDepth);
  llvm::erase_if(Finder.Writes, [&](const CalleeWrite &W) {
    return llvm::any_of(Looked.Reads, [&](const AccessPath &P) { return overlap(P, W.Place); });
  });
  return std::move(Finder.Writes);
}

std::vector<ArgumentStore> Inliner::argumentStores(const FunctionDecl &F, const Suspension &Awaits) const {
  const FunctionDecl *Definition = ownDefinition(&F);
  const Stmt *Body = Definition && !Definition->param_empty() ? writtenBody(*Definition) : nullptr;
  if (!Body)
    return {};
  const Frame Alone{nullptr, Definition, Caller, nullptr};
  StoreFinder Finder(*this, Alone, Awaits);
  Finder.visit(Body);
  return std::move(Finder.Stores);
}

std::vector<ArgumentStore> Inliner::storesFromSummary(const CallExpr *Call) const {
  const Others *Elsewhere = Library.others();
  const FunctionSummary *Summary = Elsewhere ? Elsewhere->callee(Call) : nullptr;
  std::vector<ArgumentStore> Stores;
  if (Summary)
    for (const FunctionSummary::Store &S : Summary->Stores) {
      AccessPath Place = Elsewhere->path(S.Place, *Call, Caller);
      if (Place.isShared() && S.Param < Call->getNumArgs() && S.Param + firstArgument(Call) < Call->getNumArgs())
        Stores.push_back({std::move(Place), Call->getArg(S.Param + firstArgument(Call)), S.Param, nullptr, &S.Where,
                          S.AfterSuspension});
    }
  return Stores;
}

} // namespace corace::checks
