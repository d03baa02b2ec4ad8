// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transfer of statements and plain expressions, and the accesses that they make.
#include "checks/analysis/Flow.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

/// What a glvalue may denote: `c ? a : b` is one of two places.
void alternatives(const Expr *E, llvm::SmallVectorImpl<const Expr *> &Out) {
  E = strip(E);
  const auto *Choice = dyn_cast_or_null<ConditionalOperator>(E);
  if (!Choice || Out.size() > 8) {
    if (E)
      Out.push_back(E);
    return;
  }
  alternatives(Choice->getTrueExpr(), Out);
  alternatives(Choice->getFalseExpr(), Out);
}

bool isBranching(const Stmt *S) {
  return isa<IfStmt, WhileStmt, DoStmt, ForStmt, SwitchStmt, CXXForRangeStmt, DeclStmt, ReturnStmt, CoreturnStmt>(S);
}

} // namespace

void Flow::statement(const Stmt *Stmt, State &S) {
  if (Machinery.contains(Stmt)) {
    if (const CoroutineSuspendExpr *Resumed = ResumeOf.lookup(Stmt)) {
      missedWake(Resumed, S);
      suspendAt(Resumed, S);
    }
    return;
  }
  if (const auto *D = dyn_cast<DeclStmt>(Stmt)) {
    declaration(D, S);
    S.Temps.clear();
    return;
  }
  const auto *E = dyn_cast<Expr>(Stmt);
  if (!E) {
    S.Temps.clear();
    return;
  }
  expression(E, S);
  // At the end of a full expression nothing is pending any more. What a branch or a declaration still needs stays.
  const clang::Stmt *Parent = Out.Parents.lookup(Stmt);
  while (isa_and_nonnull<FullExpr>(Parent)) // no elements of the graph
    Parent = Out.Parents.lookup(Parent);
  if (Parent && !isa<Expr>(Parent) && !isBranching(Parent))
    S.Temps.clear();
}

FactSet Flow::value(const Expr *E, const State &S) const {
  while (E) {
    auto It = S.Temps.find(E);
    if (It != S.Temps.end())
      return It->second;
    // Some wrappers are no elements of the graph.
    const Expr *Inner = E;
    if (const auto *P = dyn_cast<ParenExpr>(E))
      Inner = P->getSubExpr();
    else if (const auto *F = dyn_cast<FullExpr>(E))
      Inner = F->getSubExpr();
    else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
      Inner = M->getSubExpr();
    else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(E))
      Inner = B->getSubExpr();
    else if (const auto *C = dyn_cast<ImplicitCastExpr>(E))
      Inner = C->getSubExpr();
    if (Inner == E)
      break;
    E = Inner;
  }
  return {};
}

void Flow::setValue(const Expr *E, FactSet V, State &S) {
  if (V.empty())
    S.Temps.erase(E);
  else
    S.Temps[E] = std::move(V);
}

FactSet Flow::childValues(const Stmt *E, const State &S) const {
  FactSet V;
  for (const Stmt *Child : childrenOf(*E))
    if (const auto *C = dyn_cast_or_null<Expr>(Child))
      V.add(value(C, S));
  return V;
}

void Flow::expression(const Expr *E, State &S) {
  if (const auto *Cast = dyn_cast<CastExpr>(E)) {
    FactSet V;
    if (Cast->getCastKind() == CK_LValueToRValue) {
      if (AccessPath P = Out.Paths.resolve(Cast->getSubExpr())) {
        read(E, P, S, V);
      } else {
        V = childValues(E, S);
        readAlternatives(Cast->getSubExpr(), S, V);
      }
    } else {
      V = childValues(E, S);
    }
    return setValue(E, std::move(V), S);
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isAssignmentOp()) {
    FactSet V = value(Op->getRHS(), S);
    AccessPath P = Out.Paths.resolve(Op->getLHS());
    if (Op->isCompoundAssignmentOp() && !P.isShared() && P.Var)
      V.add(S.Vars[P.Var]);
    write(E, P, V, Op->isCompoundAssignmentOp() ? Act::Modify : Act::Assign, S);
    writeAlternatives(E, Op->getLHS(), V, Op->isCompoundAssignmentOp() ? Act::Modify : Act::Assign, S);
    if (const auto *Ref = dyn_cast<DeclRefExpr>(strip(Op->getLHS())); Ref && Op->getOpcode() == BO_Assign)
      bindReference(Ref->getDecl(), Op->getRHS(), S);
    return setValue(E, std::move(V), S);
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
    if (Op->isIncrementDecrementOp()) {
      AccessPath P = Out.Paths.resolve(Op->getSubExpr());
      FactSet V;
      if (!P.isShared() && P.Var)
        V = S.Vars[P.Var];
      write(E, P, V, Act::Modify, S);
      writeAlternatives(E, Op->getSubExpr(), V, Act::Modify, S);
      return setValue(E, std::move(V), S);
    }
    if (Op->getOpcode() == UO_Deref)
      use(E, Out.Paths.resolve(Op->getSubExpr()), S);
    if (Op->getOpcode() == UO_AddrOf || Op->getOpcode() == UO_Deref)
      return setValue(E, {}, S);
    return setValue(E, childValues(E, S), S);
  }
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    if (Member->isArrow() && !isa<CXXThisExpr>(strip(Member->getBase())))
      use(E, Out.Paths.resolve(Member->getBase()), S);
    // A member of a temporary carries what the temporary does.
    return setValue(E, Member->isGLValue() && Out.Paths.resolve(E) ? FactSet() : childValues(E, S), S);
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
    index(E, Out.Paths.resolve(Sub->getBase()), Sub->getIdx(), S);
    return setValue(E, {}, S);
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return construct(C, S);
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E))
    return conditional(C, S);
  if (const auto *C = dyn_cast<CoroutineSuspendExpr>(E))
    return await(C, S);
  if (const auto *C = dyn_cast<CallExpr>(E))
    return call(C, S);
  if (const auto *Lambda = dyn_cast<LambdaExpr>(E)) {
    FactSet V;
    for (const Expr *Init : Lambda->capture_inits())
      if (Init) {
        V.add(argument(Init, S));
        guardMovedIn(Init, nullptr, S);
      }
    return setValue(E, std::move(V), S);
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return mention(Ref, S);
  if (isa<CXXThisExpr, OpaqueValueExpr>(E))
    return;
  setValue(E, childValues(E, S), S);
}

void Flow::conditional(const AbstractConditionalOperator *E, State &S) {
  FactSet V = value(E->getTrueExpr(), S);
  V.add(value(E->getFalseExpr(), S));
  // The test chose the value, so what it read is behind the value as well.
  if (auto It = S.Conditions.find(E); It != S.Conditions.end())
    for (Entry Tested : It->second) {
      Tested.Decided = true;
      V.add(Tested);
    }
  setValue(E, std::move(V), S);
}

void Flow::construct(const CXXConstructExpr *E, State &S) {
  FactSet V;
  if (E->getNumArgs() == 1 && E->getConstructor()->isCopyOrMoveConstructor()) {
    const Expr *Source = E->getArg(0);
    AccessPath P = Source->isGLValue() ? Out.Paths.resolve(Source) : AccessPath();
    if (!P)
      V = value(Source, S);
    else if (!P.isShared() || !E->getConstructor()->isMoveConstructor())
      read(E, P, S, V, /*WholeCopy=*/true);
    else { // moved out: nobody else can have the value any more
      endClaims(E, P, S);
      S.Owners.eraseIf([&](const Entry &Owner) { return overlap(Out.Facts[Owner.Fact].Path, P); });
    }
  } else {
    for (const Expr *Arg : E->arguments())
      V.add(argument(Arg, S));
  }
  setValue(E, std::move(V), S);
}

void Flow::declaration(const DeclStmt *D, State &S) {
  for (const Decl *Declared : D->decls())
    if (const auto *Var = dyn_cast<VarDecl>(Declared); Var && !Var->hasGlobalStorage())
      variable(Var, S);
}

void Flow::variable(const VarDecl *Var, State &S) {
  changeLocal(Var, S);
  FactSet V;
  if (const Expr *Init = Var->getInit()) {
    V = value(Init, S);
    if (V.empty() && Var->getType()->isRValueReferenceType())
      V = argument(Init, S);
    for (const ScopeExit::Argument &Saved : scopeExit(Var).Saved)
      read(Saved.Value, Saved.Pointee ? Out.Paths.pointee(Saved.Value) : Out.Paths.resolve(Saved.Value), S, V);
    beginOfLife(Var, S);
    guardMovedIn(Init, Var, S);
    warnOfGuardNeverTaken(Var);
  }
  bindReference(Var, Var->getInit(), S);
  const ValueDecl *Key = cast<ValueDecl>(Var->getCanonicalDecl());
  if (V.empty())
    S.Vars.erase(Key);
  else
    S.Vars[Key] = std::move(V);
}

/// A local is set: paths that it is a part of name other places from now on.
void Flow::changeLocal(const ValueDecl *Var, State &S) {
  forgetReserved(Var, S);
  S.forEachSet([&](FactSet &Set) {
    Set.eraseIf([&](const Entry &E) {
      // A reference stays where it was bound.
      return !Out.Facts[E.Fact].Held &&
             llvm::any_of(Out.Facts[E.Fact].Path.DependsOn, [&](const VarDecl *V) { return V == Var; });
    });
  });
}

FactSet Flow::argument(const Expr *Arg, State &S) {
  if (!Arg->isGLValue())
    return value(Arg, S);
  FactSet V = value(Arg, S);
  AccessPath P = Out.Paths.resolve(Arg);
  // By reference to const it is read by the call, now. Behind a mutable reference the callee may just as well set it.
  if (P && (!P.isShared() || Arg->getType().isConstQualified()))
    read(Arg, P, S, V, Arg->getType()->isRecordType());
  return V;
}

void Flow::read(const Expr *Site, const AccessPath &P, State &S, FactSet &Result, bool WholeCopy) {
  if (P.isShared()) {
    if (P.Base == AccessPath::BaseKind::This && P.Steps.empty())
      return; // passing `*this` on is not a read of everything in it
    if (Collecting) {
      bleedWindows(Site, P, S);
      gateWindows(Site, P, S);
    }
    Result.add({fact(Site, P, S.Held, WholeCopy), 0, S.Held, false});
    return;
  }
  if (P.Var)
    if (auto It = S.Vars.find(P.Var); It != S.Vars.end())
      Result.add(It->second);
}

void Flow::write(const Expr *Site, const AccessPath &P, const FactSet &V, Act What, State &S, const Expr *Inside) {
  if (!P)
    return;
  if (!P.isShared()) {
    if (!P.Var)
      return;
    if (P.Steps.empty()) {
      changeLocal(P.Var, S);
      if (What == Act::Assign) {
        if (V.empty())
          S.Vars.erase(P.Var);
        else
          S.Vars[P.Var] = V;
        return;
      }
    }
    if (!V.empty())
      S.Vars[P.Var].add(V);
    return;
  }
  const bool GivesBack = reserve(Site, Inside, P, What, S);
  if (Collecting) { // windows change nothing in the state
    valueWindows(Site, P, V, What, S);
    const bool Updates =
        What == Act::Modify || (What == Act::Assign && llvm::any_of(V, [&](const Entry &E) {
                                  return E.Since == 0 && !E.Decided && samePlace(Out.Facts[E.Fact].Path, P);
                                }));
    if (!GivesBack) // which has to be done whatever was tested
      conditionWindows(Site, P, What, S, Updates);
    ownerWindows(Site, P, What, S);
    gateWindows(Site, P, S);
    if (What == Act::Clear)
      snapshotWindows(Site, P, S);
  }
  endClaims(Site, P, S);
  claim(Site, P, S);
  actedOn(P, S);
  S.Stores.eraseIf([&](const Entry &E) { return overlap(Out.Facts[E.Fact].Path, P); });
  // What is computed from the place itself is an update of what all tasks share, not a value of this task's own.
  const bool Updates = llvm::any_of(V, [&](const Entry &E) { return samePlace(Out.Facts[E.Fact].Path, P); });
  if (What == Act::Assign && P.Base == AccessPath::BaseKind::Global && !Updates)
    S.Stores.add({fact(Site, P, S.Held, false), 0, S.Held, false});
}

void Flow::readAlternatives(const Expr *Place, State &S, FactSet &Result) {
  llvm::SmallVector<const Expr *, 2> Places;
  if (!isa<ConditionalOperator>(strip(Place)))
    return;
  alternatives(Place, Places);
  for (const Expr *E : Places)
    if (AccessPath P = Out.Paths.resolve(E))
      read(E, P, S, Result);
}

/// One of the places is set: a local among them may hold what it held.
void Flow::writeAlternatives(const Expr *Site, const Expr *Place, const FactSet &V, Act What, State &S) {
  llvm::SmallVector<const Expr *, 2> Places;
  if (!isa<ConditionalOperator>(strip(Place)))
    return;
  alternatives(Place, Places);
  for (const Expr *E : Places)
    if (AccessPath P = Out.Paths.resolve(E); P.isShared() || What == Act::Modify)
      write(Site, P, V, What, S);
    else if (P.Var && !V.empty())
      S.Vars[P.Var].add(V);
}

/// The test has been acted on: a later write is a step of its own. A write to a part leaves a fresh test of the whole
/// as it is: `while (!queue.empty())` still holds when one element has been changed.
void Flow::actedOn(const AccessPath &P, State &S) {
  S.Owners.eraseIf([&](const Entry &E) { return overlap(Out.Facts[E.Fact].Path, P); });
  for (auto &[Branch, Tested] : S.Conditions)
    Tested.eraseIf([&](const Entry &E) {
      const AccessPath &Read = Out.Facts[E.Fact].Path;
      return overlap(Read, P) && (E.Since != 0 || P.Steps.size() <= Read.Steps.size());
    });
}

} // namespace corace::checks
