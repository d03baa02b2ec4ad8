// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References, pointers, iterators and views: what they were obtained from is a fact like any other, and a use of one
// behind a suspension is a window. Whether anybody can invalidate it meanwhile is for the check to say.
#include "checks/analysis/Flow.h"

#include "checks/analysis/Disturbance.h"
#include "checks/analysis/RivalIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxCallSites = 8; // of a coroutine whose parameters are looked at

const ValueDecl *keyOf(const ValueDecl *Var) { return Var ? cast<ValueDecl>(Var->getCanonicalDecl()) : nullptr; }

/// Leads, through members and pointers, to the variable that an expression starts from.
const DeclRefExpr *firstName(const Expr *E) {
  for (unsigned I = 0; I < 32 && (E = strip(E)); ++I) {
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
      return Ref;
    if (const auto *Member = dyn_cast<MemberExpr>(E))
      E = Member->getBase();
    else if (const auto *Op = dyn_cast<UnaryOperator>(E))
      E = Op->getOpcode() == UO_Deref || Op->getOpcode() == UO_AddrOf ? Op->getSubExpr() : nullptr;
    else if (const auto *Call = dyn_cast<CXXOperatorCallExpr>(E))
      E = Call->getOperator() == OO_Star || Call->getOperator() == OO_Arrow ? Call->getArg(0) : nullptr;
    else
      return nullptr;
  }
  return nullptr;
}

bool isDirectPointer(const ValueDecl *Var) { return Var->getType()->isPointerType(); }

} // namespace

/// A suspension in an argument: what comes before it in the call is held across it.
void Flow::markInterrupted(const Stmt *Suspend) {
  for (const Stmt *S = Suspend; S;) {
    auto It = Out.Parents.find(S);
    S = It == Out.Parents.end() ? nullptr : It->second;
    if (!S || !isa<Expr>(S))
      return;
    // An await before this one has been here, and further up.
    if (const auto *Call = dyn_cast<CallExpr>(S); Call && !Interrupted.try_emplace(Call, cast<Expr>(Suspend)).second)
      return;
  }
}

/// Notes hidden variables of loops, and pointers that walk.
void Flow::markWalk(const Stmt *S) {
  if (const auto *Loop = dyn_cast<CXXForRangeStmt>(S)) {
    for (const DeclStmt *D : {Loop->getRangeStmt(), Loop->getBeginStmt(), Loop->getEndStmt()})
      if (D && D->isSingleDecl())
        LoopOf[cast<ValueDecl>(D->getSingleDecl())] = Loop;
    return;
  }
  const auto *Op = dyn_cast<BinaryOperator>(S);
  if (!Op || Op->getOpcode() != BO_Assign || !Op->getLHS()->getType()->isPointerType())
    return;
  const auto *To = dyn_cast<DeclRefExpr>(strip(Op->getLHS()));
  const auto *Next = dyn_cast<MemberExpr>(strip(Op->getRHS()));
  const auto *From = Next && Next->isArrow() ? dyn_cast<DeclRefExpr>(strip(Next->getBase())) : nullptr;
  if (To && From && To->getDecl() == From->getDecl())
    Walkers.insert(keyOf(To->getDecl()));
}

FactSet Flow::referencesOf(const Roots &R, const Expr *Site, Carrier Kind, LockSet Held, const State *S) {
  FactSet Set;
  auto add = [&](const Root &From, const Expr *Where, unsigned Since, LockSet Locks) {
    // One place may obtain from several owners, and hold each in another way.
    auto [It, New] = FactOf.try_emplace(
        {Where, From.Owner.spelling() + "&" + std::to_string(static_cast<int>(From.How)) + (From.Indirect ? "*" : "")},
        static_cast<unsigned>(Out.Facts.size()));
    if (New) {
      Fact F{From.Owner, Where, Held, false, anchor(Where)};
      F.Held = From;
      Out.Facts.push_back(std::move(F));
    }
    Set.add({It->second, Since, Locks, false});
  };
  for (const Root &From : R.From)
    add(From, Site, 0, Held);
  if (S)
    for (const Roots::Link &L : R.Carriers)
      if (auto It = S->References.find(keyOf(L.Var)); It != S->References.end())
        for (const Entry &E : It->second) {
          Root From = *Out.Facts[E.Fact].Held;
          // Of what an iterator points to, the reference does not care where the iterator stands.
          if ((Kind == Carrier::Reference || Kind == Carrier::Pointer) && From.How == Hold::Iterator)
            From.How = Hold::Element;
          From.Indirect |= L.Indirect;
          add(From, Out.Facts[E.Fact].Site, E.Since, E.Locks);
        }
  return Set;
}

/// A variable is declared with a value, or set to one.
void Flow::bindReference(const ValueDecl *Decl, const Expr *Value, State &S) {
  const auto *Var = dyn_cast<VarDecl>(Decl);
  if (!Var || Var->hasGlobalStorage())
    return;
  const ValueDecl *Key = keyOf(Var);
  Carrier Kind = Finder.carrier(Var->getType());
  const bool Hidden = LoopOf.contains(Var);
  if (Kind == Carrier::None || (Kind == Carrier::Reference && Value != Var->getInit()))
    return; // what is assigned through a reference leaves it where it is
  // The hidden reference to the range of a loop keeps the hold that the range has.
  const Expr *Site = Hidden ? LoopOf.lookup(Var)->getRangeInit() : Value;
  if (Walkers.contains(Key) && isDirectPointer(Var)) {
    // On to the next node: still the same list.
    if (const DeclRefExpr *From = Value ? firstName(Value) : nullptr; From && keyOf(From->getDecl()) == Key)
      return;
    AccessPath Head = Value ? Out.Paths.resolve(Value) : AccessPath();
    if (Head.isShared() && Var->getType()->getPointeeType()->isRecordType()) {
      S.References[Key] = referencesOf({{{Head, Head.Type, Hold::Links, false, false}}, {}}, Site, Kind, S.Held, &S);
      return;
    }
  }
  FactSet Set;
  if (Value) {
    auto [It, New] = RootsOf.try_emplace(Value);
    if (New)
      It->second = Finder.bound(Kind, Value);
    const Roots Found = It->second;
    Set = referencesOf(Found, Site, Hidden ? Carrier::Iterator : Kind, S.Held, &S);
  }
  if (Set.empty())
    S.References.erase(Key);
  else
    S.References[Key] = std::move(Set);
}

/// Naming the variable is more than copying, comparing or setting it.
bool Flow::goesThrough(const DeclRefExpr *Ref, const ValueDecl *Var) const {
  const Carrier Kind = Finder.carrier(Var->getType());
  const Stmt *Child = Ref;
  for (unsigned I = 0; I < 16; ++I) {
    auto It = Out.Parents.find(Child);
    const Stmt *Up = It == Out.Parents.end() ? nullptr : It->second;
    if (!Up)
      return Kind == Carrier::Reference || Kind == Carrier::View;
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Up)) {
      if (Op->getOperator() == OO_Equal)
        return Kind == Carrier::Reference || (Kind == Carrier::View && Op->getArg(0) != Child);
      return true;
    }
    if (isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr>(Up))
      return false;
    if (Kind == Carrier::Reference || Kind == Carrier::View)
      return !isa<CastExpr>(Up) || cast<CastExpr>(Up)->getCastKind() != CK_ToVoid;
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(Up)) {
      if (Construct->getNumArgs() == 1) { // a copy, on its way to somewhere
        Child = Up;
        continue;
      }
      return Kind == Carrier::Iterator || !isDirectPointer(Var);
    }
    if (const auto *Call = dyn_cast<CallExpr>(Up)) {
      if (!isPassThrough(Call))
        return true;
    } else if (const auto *Member = dyn_cast<MemberExpr>(Up)) {
      return Member->isArrow() || !isIterator(Member->getType()) || Kind != Carrier::Iterator;
    } else if (const auto *Op = dyn_cast<UnaryOperator>(Up)) {
      return Op->getOpcode() == UO_Deref || (Op->isIncrementDecrementOp() && Kind == Carrier::Iterator);
    } else if (isa<ArraySubscriptExpr, ReturnStmt, CoreturnStmt>(Up)) {
      return true;
    } else if (const auto *Cast = dyn_cast<CastExpr>(Up)) {
      if (Cast->getCastKind() == CK_PointerToBoolean || Cast->getCastKind() == CK_ToVoid)
        return false;
    } else if (!isa<ParenExpr, FullExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr>(Up)) {
      return false;
    }
    Child = Up;
  }
  return false;
}

void Flow::mention(const DeclRefExpr *Ref, State &S) {
  if (S.References.empty())
    return;
  const ValueDecl *Var = keyOf(carrierOf(Ref->getDecl()));
  auto It = Var ? S.References.find(Var) : S.References.end();
  if (It == S.References.end())
    return;
  // Of `auto [it, inserted] = ...` only the iterator refers to anything.
  if (const auto *Part = dyn_cast<BindingDecl>(Ref->getDecl()); Part && !Var->getType()->isReferenceType())
    if (!isPointerLike(Part->getType()))
      return;
  if (goesThrough(Ref, isa<BindingDecl>(Ref->getDecl()) && !Var->getType()->isReferenceType() ? Ref->getDecl() : Var))
    useReference(Ref, Var, S);
}

void Flow::useReference(const Expr *Site, const ValueDecl *Var, State &S) {
  auto It = S.References.find(Var);
  if (It == S.References.end())
    return;
  auto isStale = [&](const Entry &E) {
    LockSet Locks = E.Locks;
    // That this task has put the element in keeps others from removing it, not from inserting.
    const TypeModel *Model = Library.type(Out.Facts[E.Fact].Held->Type);
    if (Locks && Model && Model->Role == "container" && Model->Stable != "nodes")
      for (std::size_t I = 0; I < std::min<std::size_t>(Out.LockTable.acquisitions().size(), 63); ++I)
        if (Out.LockTable.acquisitions()[I].IsClaim)
          Locks &= ~(LockSet(1) << I);
    return E.Since != 0 && Locks == 0 && !excluded(E, Site);
  };
  if (llvm::none_of(It->second, isStale))
    return;
  const CXXForRangeStmt *Loop = LoopOf.lookup(Var);
  if (!compared(Site, S) && Collecting)
    for (const Entry &E : It->second)
      if (isStale(E)) {
        report(Dependence::Reference, Act::Use, E, Loop ? Loop->getRangeInit() : Site, Out.Facts[E.Fact].Path);
        Out.Windows.back().Through = Loop ? nullptr : Var;
      }
  // Said once: later uses are the same window.
  It->second.eraseIf(isStale);
}

/// A call whose arguments suspend: its object and the arguments before were evaluated by then.
void Flow::interrupted(const CallExpr *Call, State &S) {
  auto Found = Interrupted.find(Call);
  if (Found == Interrupted.end())
    return;
  const unsigned Suspension = SuspensionOf.lookup(Found->second);
  // A local reference counts from where it was bound, and is used now.
  llvm::SmallVector<const Expr *, 4> Before;
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  const Expr *Object = objectOfCall(Call);
  if (Object)
    if (const DeclRefExpr *Ref = firstName(Object))
      if (const ValueDecl *Var = keyOf(carrierOf(Ref->getDecl())); Var && S.References.contains(Var))
        useReference(Ref, Var, S);
  if (!Out.Suspensions[Suspension].Class.suspends() || Out.Suspensions[Suspension].Class.Why.empty() || S.Held != 0)
    return;
  // Assignments evaluate the right side first.
  if (Object && !(Op && Op->isAssignmentOp()))
    Before.push_back(Object);
  if (!Op)
    for (const Expr *Arg : Call->arguments()) {
      bool Suspends = false;
      for (const Stmt *Up = Found->second; Up && Up != Call; Up = Out.Parents.lookup(Up))
        Suspends |= Up == Arg;
      if (Suspends)
        break;
      if (Arg->isLValue())
        Before.push_back(Arg);
    }
  for (const Expr *E : Before) {
    auto [It, New] = RootsOf.try_emplace(E);
    if (New) {
      const bool ByPointer = strip(E)->getType()->isPointerType();
      It->second = Finder.bound(ByPointer ? Carrier::Pointer : Carrier::Reference, E);
      It->second.Carriers.clear();
    }
    const Roots Found2 = It->second;
    for (const Entry &Held : referencesOf(Found2, E, Carrier::Reference, S.Held, nullptr))
      report(Dependence::Reference, Act::Use, {Held.Fact, Suspension, 0, false}, Call, Out.Facts[Held.Fact].Path);
  }
}

/// References that come in from outside: those that a lambda captures, and parameters that callers bind to elements.
void Flow::referencesAtStart(State &S) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&Function);
  if (Method && Method->getParent()->isLambda())
    for (const LambdaCapture &C : Method->getParent()->captures()) {
      const auto *Var = C.capturesVariable() ? dyn_cast<VarDecl>(C.getCapturedVar()) : nullptr;
      const auto *Around = Var ? dyn_cast<FunctionDecl>(Var->getDeclContext()) : nullptr;
      if (!Around || !Var->getInit() || isa<ParmVarDecl>(Var) ||
          (Var->getType()->isReferenceType() && C.getCaptureKind() != LCK_ByRef))
        continue;
      Carrier Kind = Finder.carrier(Var->getType());
      if (Kind == Carrier::None)
        continue;
      const PathResolver Outside(*Around, Library);
      const ReferenceFinder Find(Outside, Library, Context);
      Roots R = Find.settled(Find.bound(Kind, Var->getInit()));
      R.Carriers.clear();
      if (FactSet Set = referencesOf(R, Var->getInit(), Kind, 0, nullptr); !Set.empty())
        S.References[keyOf(Var)] = std::move(Set);
    }
  for (const ParmVarDecl *Param : Function.parameters()) {
    if (!Param->getType()->isLValueReferenceType() || !Param->getIdentifier())
      continue;
    ArrayRef<RivalIndex::Call> Calls = Out.Rivals.callsOf(&Function);
    for (const RivalIndex::Call &C : Calls.take_front(MaxCallSites)) {
      const auto *Call = dyn_cast<CallExpr>(C.Site);
      const unsigned Index = Call ? Param->getFunctionScopeIndex() + firstArgument(Call) : 0;
      if (!Call || !C.Caller || Index >= Call->getNumArgs() || C.Caller->isDependentContext())
        continue;
      const Expr *Arg = strip(Call->getArg(Index));
      if (!Arg->isLValue() || !isa<CallExpr, MemberExpr, UnaryOperator, DeclRefExpr>(Arg))
        continue;
      const PathResolver Outside(*C.Caller, Library);
      const ReferenceFinder Find(Outside, Library, Context);
      Roots R = Find.settled(Find.object(Arg));
      R.Carriers.clear();
      FactSet Set = referencesOf(R, Arg, Carrier::Reference, 0, nullptr);
      if (Set.empty())
        continue;
      S.References[keyOf(Param)] = std::move(Set);
      break;
    }
  }
}

} // namespace corace::checks
