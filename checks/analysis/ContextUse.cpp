// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ContextUse.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/TaskFate.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

#include "llvm/ADT/SmallPtrSet.h"

#include <algorithm>
#include <map>

using namespace clang;

namespace corace::checks {

namespace {

/// One thing that a function does, in the order of the source.
struct Event {
  enum class Kind { Set, Get, Reset, Spawn, Await } K;
  const ValueDecl *Variable = nullptr; ///< the context variable
  const Expr *Site = nullptr;
  const VarDecl *Token = nullptr;       ///< kept from a set, or given to a reset
  const FunctionDecl *Callee = nullptr; ///< the coroutine that is spawned or awaited
  const Stmt *Block = nullptr;          ///< the statement list that it stands in directly
};

struct Uses {
  std::vector<Event> Events;
  std::vector<const VarDecl *> Locals; ///< context variables that are made here
};

const ValueDecl *variableOf(const Expr *E) {
  E = E ? strip(E) : nullptr;
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E))
    return cast<ValueDecl>(Ref->getDecl()->getCanonicalDecl());
  if (const auto *Member = dyn_cast_or_null<MemberExpr>(E))
    return cast<ValueDecl>(Member->getMemberDecl()->getCanonicalDecl());
  return nullptr;
}

const VarDecl *localNamed(const Expr *E) {
  for (unsigned I = 0; E && I < 6; ++I) {
    E = strip(E);
    if (const auto *Call = dyn_cast<CallExpr>(E); Call && isPassThrough(Call))
      E = Call->getArg(0);
    else if (const auto *Copy = dyn_cast<CXXConstructExpr>(E); Copy && Copy->getNumArgs() == 1)
      E = Copy->getArg(0);
    else
      break;
  }
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
  return Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
}

const FunctionDecl *coroutineMadeBy(const Expr *E, const LibraryView &Library) {
  for (unsigned I = 0; E && I < 6; ++I) {
    E = strip(E);
    const auto *Copy = dyn_cast<CXXConstructExpr>(E);
    const auto *Call = dyn_cast<CallExpr>(E);
    if (Copy && Copy->getNumArgs() == 1)
      E = Copy->getArg(0);
    else if (Call && isPassThrough(Call))
      E = Call->getArg(0);
    else
      break;
  }
  if (const auto *Lambda = dyn_cast_or_null<LambdaExpr>(E)) // whoever is given it calls it
    return Lambda->isGenericLambda() ? nullptr : Lambda->getCallOperator();
  if (const FunctionDecl *Coroutine = Suspension::coroutineOf(E))
    return Coroutine;
  // Without a body it may be one.
  const auto *Call = dyn_cast_or_null<CallExpr>(E);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  return Callee && !Callee->isDefined() && Call->getType()->isRecordType() && !Library.op(Call) ? Callee : nullptr;
}

class Collector {
public:
  Collector(const UnitFacts &Unit, Uses &Out) : Unit(Unit), Out(Out) {}

  void visit(const Stmt *S, const Stmt *Block, const VarDecl *Into) {
    if (!S)
      return;
    if (const auto *Declaration = dyn_cast<DeclStmt>(S)) {
      for (const Decl *D : Declaration->decls())
        if (const auto *Var = dyn_cast<VarDecl>(D)) {
          if (Var->hasLocalStorage() && !Var->getType()->isReferenceType() &&
              Unit.Library.hasRole(Var->getType(), "context-variable"))
            Out.Locals.push_back(Var);
          visit(Var->getInit(), Block, Var);
        }
      return;
    }
    if (isa<LambdaExpr>(S))
      return; // a function of its own
    if (const auto *Await = dyn_cast<CoawaitExpr>(S)) {
      visit(Await->getOperand(), nullptr, nullptr);
      Out.Events.push_back(
          {Event::Kind::Await, nullptr, Await, nullptr, coroutineMadeBy(Await->getOperand(), Unit.Library), nullptr});
      return;
    }
    if (const auto *Return = dyn_cast<CoreturnStmt>(S))
      return visit(Return->getOperand(), nullptr, nullptr);
    const bool List = isa<CompoundStmt>(S);
    const bool Wraps =
        isa<FullExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr, CastExpr, ParenExpr, CXXConstructExpr>(S);
    for (const Stmt *Child : childrenOf(*S))
      visit(Child, List ? S : Wraps ? Block : nullptr, Wraps ? Into : nullptr);
    if (const auto *Call = dyn_cast<CallExpr>(S))
      call(*Call, Block, Into);
  }

private:
  void call(const CallExpr &Call, const Stmt *Block, const VarDecl *Into) {
    const OpModel *Op = Unit.Library.op(&Call);
    if (!Op)
      return;
    const unsigned First = firstArgument(&Call);
    if (!Op->Context.empty()) {
      const ValueDecl *Variable = variableOf(objectOfCall(&Call));
      if (!Variable)
        return;
      const Event::Kind K = Op->Context == "set"     ? Event::Kind::Set
                            : Op->Context == "reset" ? Event::Kind::Reset
                                                     : Event::Kind::Get;
      const VarDecl *Token = K == Event::Kind::Set ? Into : nullptr;
      if (K == Event::Kind::Reset && Call.getNumArgs() > First)
        Token = localNamed(Call.getArg(First));
      Out.Events.push_back({K, Variable, &Call, Token, nullptr, Block});
    } else if (Op->SpawnsAny && !Op->Reenter) {
      for (unsigned I = First; I < Call.getNumArgs(); ++I)
        if (startsArgument(*Op, I - First, Call.getNumArgs() - First))
          Out.Events.push_back(
              {Event::Kind::Spawn, nullptr, &Call, nullptr, coroutineMadeBy(Call.getArg(I), Unit.Library), nullptr});
    }
  }

  const UnitFacts &Unit;
  Uses &Out;
};

/// Something below names the variable; captures of lambdas too.
bool names(const Stmt *S, const VarDecl *Var) {
  if (!S)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S); Ref && Ref->getDecl() == Var)
    return true;
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S))
    return llvm::any_of(Lambda->capture_inits(), [&](const Expr *Init) { return names(Init, Var); });
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return names(Child, Var); });
}

class Finder {
public:
  explicit Finder(const UnitFacts &Unit) : Unit(Unit) {}

  std::vector<ContextMisuse> run() {
    for (const FunctionDecl *F : Unit.Rivals.functions()) {
      Uses Own;
      Collector(Unit, Own).visit(writtenBody(*F), nullptr, nullptr);
      if (Own.Events.empty() && Own.Locals.empty())
        continue;
      Order.push_back(F);
      for (const Event &E : Own.Events)
        if (E.Variable)
          Touched[E.Variable].push_back({F->getCanonicalDecl(), &E - Own.Events.data()});
      All[F->getCanonicalDecl()] = std::move(Own);
    }
    for (const FunctionDecl *F : Order)
      look(*F, All[F->getCanonicalDecl()]);
    return std::move(Out);
  }

private:
  using Functions = llvm::SmallPtrSet<const FunctionDecl *, 8>;

  /// The coroutine and what it awaits: all of one task.
  [[nodiscard]] Functions taskOf(const FunctionDecl *Coroutine) const {
    Functions Task;
    llvm::SmallVector<const FunctionDecl *, 8> Work{Coroutine->getCanonicalDecl()};
    while (!Work.empty()) {
      const FunctionDecl *F = Work.pop_back_val();
      auto It = Task.insert(F).second ? All.find(F) : All.end();
      if (It != All.end())
        for (const Event &E : It->second.Events)
          if (E.K == Event::Kind::Await && E.Callee)
            Work.push_back(E.Callee->getCanonicalDecl());
    }
    return Task;
  }
  /// The one place where the variable is used so by the task, if the task is all that does so.
  [[nodiscard]] const Expr *onlyIn(const Functions &Task, const ValueDecl *Variable, Event::Kind K) const {
    const Expr *Site = nullptr;
    auto It = Touched.find(Variable);
    if (It == Touched.end())
      return nullptr;
    for (auto [F, I] : It->second) {
      const Event &E = All.find(F)->second.Events[static_cast<std::size_t>(I)];
      if (E.K != K)
        continue;
      if (!Task.contains(F))
        return nullptr;
      Site = E.Site;
    }
    return Site;
  }

  void add(ContextMisuse::What Kind, const FunctionDecl &F, const ValueDecl *Variable, const Expr *Where,
           const Expr *Spawn = nullptr, const Expr *Far = nullptr, const ValueDecl *Other = nullptr) {
    Out.push_back({Kind, &F, Variable, Other, Where, Spawn, Far});
  }

  void look(const FunctionDecl &F, const Uses &Own) {
    for (const VarDecl *Local : Own.Locals)
      add(ContextMisuse::What::Local, F, Local, nullptr);
    for (std::size_t I = 0; I < Own.Events.size(); ++I) {
      const Event &E = Own.Events[I];
      if (E.K == Event::Kind::Reset)
        reset(F, Own, I);
      else if (E.K == Event::Kind::Spawn)
        spawn(F, Own, I);
    }
  }

  void reset(const FunctionDecl &F, const Uses &Own, std::size_t I) {
    const Event &Reset = Own.Events[I];
    if (!Reset.Token || isa<ParmVarDecl>(Reset.Token))
      return;
    for (std::size_t J = I; J-- > 0;) {
      const Event &Before = Own.Events[J];
      if (Before.Token != Reset.Token)
        continue;
      if (Before.K == Event::Kind::Set && Before.Variable != Reset.Variable)
        add(ContextMisuse::What::OtherToken, F, Reset.Variable, Reset.Site, nullptr, Before.Site, Before.Variable);
      else if (Before.K == Event::Kind::Reset && Before.Block && Before.Block == Reset.Block)
        add(ContextMisuse::What::TokenTwice, F, Reset.Variable, Reset.Site, nullptr, Before.Site);
      return;
    }
  }

  void spawn(const FunctionDecl &F, const Uses &Own, std::size_t I) {
    const Event &Spawn = Own.Events[I];
    for (std::size_t J = 0; J < I; ++J)
      if (const Event &Set = Own.Events[J]; Set.K == Event::Kind::Set && Set.Token && names(Spawn.Site, Set.Token))
        add(ContextMisuse::What::TokenMoves, F, Set.Variable, Spawn.Site, Spawn.Site, Set.Site);
    if (!Spawn.Callee || Spawn.Callee->getCanonicalDecl() == F.getCanonicalDecl())
      return;
    const Functions Task = taskOf(Spawn.Callee);
    if (Task.contains(F.getCanonicalDecl()))
      return;
    bool Waited = false;
    for (std::size_t J = I + 1; J < Own.Events.size(); ++J) {
      const Event &E = Own.Events[J];
      Waited = Waited || E.K == Event::Kind::Await;
      if (E.K == Event::Kind::Get && Waited && !E.Site->getBeginLoc().isMacroID()) {
        if (const Expr *Set = onlyIn(Task, E.Variable, Event::Kind::Set))
          return add(ContextMisuse::What::ChildSets, F, E.Variable, E.Site, Spawn.Site, Set);
      } else if (E.K == Event::Kind::Set) {
        const Expr *Get = setBefore(Own, J) ? nullptr : onlyIn(Task, E.Variable, Event::Kind::Get);
        if (Get && !servesLater(Own, J))
          return add(ContextMisuse::What::SetTooLate, F, E.Variable, E.Site, Spawn.Site, Get);
      }
    }
  }

  /// Something is started or awaited after the set that reads the variable, or of which nobody knows.
  [[nodiscard]] bool servesLater(const Uses &Own, std::size_t Set) const {
    Functions Seen;
    llvm::SmallVector<const FunctionDecl *, 8> Work;
    const auto starts = [&](const Event &E) {
      if (E.Callee && (E.K == Event::Kind::Spawn || E.K == Event::Kind::Await))
        Work.push_back(E.Callee);
      return E.Callee || E.K != Event::Kind::Spawn;
    };
    for (std::size_t I = Set + 1; I < Own.Events.size(); ++I)
      if (!starts(Own.Events[I]))
        return true;
    while (!Work.empty()) {
      const FunctionDecl *F = Work.pop_back_val()->getCanonicalDecl();
      if (!Seen.insert(F).second)
        continue;
      if (!F->isDefined())
        return true;
      const auto It = All.find(F);
      if (It != All.end())
        for (const Event &E : It->second.Events)
          if (!starts(E) || (E.K == Event::Kind::Get && E.Variable == Own.Events[Set].Variable))
            return true;
    }
    return false;
  }

  static bool setBefore(const Uses &Own, std::size_t J) {
    return std::any_of(Own.Events.begin(), Own.Events.begin() + static_cast<std::ptrdiff_t>(J),
                       [&](const Event &E) { return E.K == Event::Kind::Set && E.Variable == Own.Events[J].Variable; });
  }

  const UnitFacts &Unit;
  std::map<const FunctionDecl *, Uses> All;
  std::vector<const FunctionDecl *> Order;
  llvm::DenseMap<const ValueDecl *, std::vector<std::pair<const FunctionDecl *, std::ptrdiff_t>>> Touched;
  std::vector<ContextMisuse> Out;
};

} // namespace

std::vector<ContextMisuse> findContextMisuses(const UnitFacts &Unit) { return Finder(Unit).run(); }

} // namespace corace::checks
