// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transfer of calls. What a method does to its object comes from the models, by name, and from its constness.
#include "checks/analysis/Flow.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/InlineFrame.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corace::checks {

namespace {

/// The type that `T::Name` names; null if there is none.
QualType memberType(QualType T, StringRef Name) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition())
    return {};
  for (const Decl *D : R->decls())
    if (const auto *Named = dyn_cast<TypedefNameDecl>(D); Named && Named->getName() == Name)
      return Named->getUnderlyingType();
  for (const CXXBaseSpecifier &Base : R->bases())
    if (QualType Found = memberType(Base.getType(), Name); !Found.isNull())
      return Found;
  return {};
}

/// The key that an insertion names: the first argument, or the first half of a pair that is made on the spot.
const Expr *keyOf(const CallExpr *Call, unsigned First) {
  if (Call->getNumArgs() <= First)
    return nullptr;
  const Expr *Key = strip(Call->getArg(First));
  while (const auto *Construct = dyn_cast<CXXConstructExpr>(Key)) {
    if (Construct->getNumArgs() == 0 || Construct->getNumArgs() > 2 || isa<CXXDefaultArgExpr>(Construct->getArg(0)))
      break;
    Key = strip(Construct->getArg(0));
  }
  return Key;
}

/// An insertion that leaves an element alone if it is there, and says so: that of a map with unique keys.
bool keepsWhatIsThere(const CallExpr *Call, QualType Container) {
  const auto *Result = dyn_cast_or_null<ClassTemplateSpecializationDecl>(Call->getType()->getAsCXXRecordDecl());
  return Result && Result->isInStdNamespace() && Result->getName() == "pair" &&
         nameOf(Call->getDirectCallee()) != "insert_or_assign" && !memberType(Container, "mapped_type").isNull();
}

/// `if (std::exchange(busy, true)) co_return;`: a flag is tested and set in one step.
bool isTestAndSet(const CoroutineFacts &Facts, const CallExpr *Call) {
  if (nameOf(Call->getDirectCallee()) != "exchange" || !Call->getType()->isBooleanType())
    return false;
  const Stmt *Child = Call, *Parent = Facts.Parents.lookup(Call);
  for (; isa_and_nonnull<Expr>(Parent); Parent = Facts.Parents.lookup(Parent))
    Child = Parent;
  if (const auto *If = dyn_cast_or_null<IfStmt>(Parent))
    return If->getCond() == Child;
  const auto *While = dyn_cast_or_null<WhileStmt>(Parent);
  return While && While->getCond() == Child;
}

/// The parameter is a forwarding reference. What takes anything seldom sets it: it prints, formats or passes on.
bool isForwarded(const FunctionDecl *F, unsigned Index) {
  const FunctionDecl *Pattern = F ? F->getTemplateInstantiationPattern() : nullptr;
  if (!Pattern || Pattern->getNumParams() == 0)
    return false;
  QualType T = Pattern->getParamDecl(std::min(Index, Pattern->getNumParams() - 1))->getType();
  if (const auto *Pack = T->getAs<PackExpansionType>())
    T = Pack->getPattern();
  const auto *Ref = T->getAs<RValueReferenceType>();
  return Ref && !Ref->getPointeeType().hasQualifiers() && Ref->getPointeeType()->isTemplateTypeParmType();
}

} // namespace

void Flow::call(const CallExpr *Call, State &S) {
  interrupted(Call, S);
  callee(Call, S);
  SuspensionClass Class = Classifier.classify(*Call, isCoroutine(Function));
  if (!Class.suspends())
    return;
  auto [It, New] = SuspensionOf.try_emplace(Call, static_cast<unsigned>(Out.Suspensions.size()));
  if (New)
    Out.Suspensions.push_back({Call, {}, false});
  suspend(Call, std::move(Class), false, S);
}

void Flow::callee(const CallExpr *Call, State &S) {
  if (isPassThrough(Call))
    return setValue(Call, value(Call->getArg(0), S), S);
  const OpModel *Op = Library.op(Call);
  const Expr *Object = objectOfCall(Call);
  StringRef Effect = Library.models().effectOfMethod(nameOf(Call->getDirectCallee()));
  if (releaseCall(Call, S))
    return setValue(Call, {}, S);
  if ((Op && Op->ReadModifyWrite) || (Object && Effect == "take"))
    return readModifyWrite(Call, S);
  if (Op && Op->Acquire && Op->AcquiresWhenCalled) {
    acquireCalled(Call, *Op, S);
    return setValue(Call, {}, S);
  }
  if (Op && Op->Revalidates) {
    FactSet Vouching;
    const unsigned Number = fact(Call, {}, 0, /*WholeCopy=*/false);
    Out.Facts[Number].Vouches = true;
    Vouching.add({Number});
    return setValue(Call, std::move(Vouching), S);
  }
  if (!Op)
    calleeLocks(Call, Call, S);
  if (Collecting)
    bleedInside(Call, 0, S);
  if (simpleCall(Call, S))
    return;
  storeArguments(Call, /*AfterSuspension=*/false, S);
  if (Collecting && !S.Conditions.empty()) {
    gateWindowsInside(Call, S);
    blindWrites(Call, S);
  }
  if (Object) {
    bool ByPointer = strip(Object)->getType()->isPointerType();
    AccessPath Path = ByPointer ? Out.Paths.pointee(Object) : Out.Paths.resolve(Object);
    if (const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call))
      operatorCall(Operator, Path, S);
    else
      methodCall(Call, Object, Path, S);
  } else {
    plainCall(Call, S);
  }
}

/// A getter, predicate or setter: its body, as if it stood here.
bool Flow::simpleCall(const CallExpr *Call, State &S) {
  auto [It, New] = Inlined.try_emplace(Call);
  if (New)
    It->second = Simple.inlined(Call);
  if (!It->second)
    return false;
  const InlinedCall Body = *It->second;
  const FactSet Arguments = arguments(Call, S);
  FactSet V = Arguments;
  for (const AccessPath &P : Body.Reads)
    read(Call, P, S, V);
  for (const AccessPath &P : Body.Looks)
    if (P.isShared())
      Out.Facts[fact(Call, P, S.Held, false)].Look = true;
  for (const InlinedCall::Write &W : Body.Writes)
    write(Call, W.Place, W.TakesArguments ? Arguments : FactSet(), W.What, S, W.Site);
  setValue(Call, Call->isGLValue() && Out.Paths.resolve(Call) ? FactSet() : std::move(V), S);
  return true;
}

/// A test from before the suspension decides about the call of something that sets what was tested.
void Flow::blindWrites(const CallExpr *Call, State &S) {
  const bool Stale = llvm::any_of(S.Conditions, [](const auto &Tested) {
    return llvm::any_of(Tested.second, [](const Entry &E) { return E.Since != 0 && !E.Locks; });
  });
  if (!Stale)
    return;
  FactSet Given; // the callee is told what is there now
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I)
    Given.add(value(Call->getArg(I), S));
  for (const CalleeWrite &W : Simple.blindWrites(Call, Classifier)) {
    if (llvm::any_of(Given, [&](const Entry &E) { return E.Since == 0 && overlap(Out.Facts[E.Fact].Path, W.Place); }))
      continue;
    if (W.Site && givenBack(W.Site, /*Inside=*/true, W.Place, S))
      continue;
    const std::size_t Before = Out.Windows.size();
    conditionWindows(Call, W.Place, W.What, S);
    for (std::size_t I = Before; I < Out.Windows.size(); ++I)
      Out.Windows[I].Inside = W.Site;
    // A loop's own flag, set to end it.
    Out.Windows.erase(std::remove_if(Out.Windows.begin() + static_cast<std::ptrdiff_t>(Before), Out.Windows.end(),
                                     [](const Window &Found) {
                                       return isa_and_nonnull<WhileStmt, ForStmt, DoStmt>(Found.Branch) &&
                                              !Found.Place.Type.isNull() && Found.Place.Type->isBooleanType();
                                     }),
                      Out.Windows.end());
  }
}

/// The callee reads a global that this task has set before a suspension: one before the call, or for an awaited
/// coroutine (whose number is given) one of its own.
void Flow::bleedInside(const CallExpr *Call, unsigned Await, State &S) {
  auto isStale = [](const Entry &E) { return E.Since != 0 && !E.Locks; };
  if (llvm::none_of(S.Stores, isStale))
    return;
  const FunctionDecl *Callee = ownDefinition(Call->getDirectCallee());
  if (!Callee || isCoroutine(*Callee) != (Await != 0))
    return;
  for (const CalleeRead &R : globalReads(*Callee, Library, Classifier))
    for (const Entry &E : S.Stores)
      if (isStale(E) && (R.AfterSuspension || E.Since != Await) && samePlace(Out.Facts[E.Fact].Path, R.Place) &&
          !excluded(E, Call)) {
        report(Dependence::Identity, Act::Use, E, Call, R.Place);
        Out.Windows.back().Inside = R.Site;
      }
}

/// What the callee stores of its arguments: they are read now, or have been before.
void Flow::storeArguments(const CallExpr *Call, bool AfterSuspension, State &S) {
  auto [It, New] = Stores.try_emplace(Call);
  if (New)
    It->second = Simple.argumentStores(Call, Classifier);
  for (const ArgumentStore &Store : It->second) {
    // An argument that is itself shared is read by the callee, whenever that is.
    if (Store.AfterSuspension != AfterSuspension ||
        (Store.Argument->isGLValue() && Out.Paths.resolve(Store.Argument).isShared()))
      continue;
    FactSet V = Store.Argument->isGLValue() ? argument(Store.Argument, S) : value(Store.Argument, S);
    const std::size_t Before = Out.Windows.size();
    valueWindows(Call, Store.Place, V, Act::Assign, S);
    for (std::size_t I = Before; I < Out.Windows.size(); ++I) {
      Out.Windows[I].Inside = Store.Site;
      Out.Windows[I].Elsewhere = Store.Elsewhere;
    }
  }
}

FactSet Flow::arguments(const CallExpr *Call, State &S) {
  FactSet V;
  for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I) {
    V.add(argument(Call->getArg(I), S));
    guardMovedIn(Call->getArg(I), nullptr, S);
  }
  return V;
}

void Flow::operatorCall(const CXXOperatorCallExpr *Call, const AccessPath &Object, State &S) {
  FactSet V = arguments(Call, S);
  switch (Call->getOperator()) {
  case OO_Equal:
    if (const ValueDecl *Guard = Object.Base == AccessPath::BaseKind::Local ? Object.Var : nullptr) {
      if (auto It = S.Guards.find(Guard); It != S.Guards.end())
        release(It->second, Call->getExprLoc(), S);
      guardMovedIn(Call->getArg(1), Guard, S);
    }
    write(Call, Object, V, Act::Assign, S);
    if (const auto *Ref = dyn_cast<DeclRefExpr>(strip(Call->getArg(0))))
      bindReference(Ref->getDecl(), Call->getArg(1), S);
    break;
  case OO_PlusEqual:
  case OO_MinusEqual:
  case OO_StarEqual:
  case OO_SlashEqual:
  case OO_PercentEqual:
  case OO_CaretEqual:
  case OO_AmpEqual:
  case OO_PipeEqual:
  case OO_LessLessEqual:
  case OO_GreaterGreaterEqual:
  case OO_PlusPlus:
  case OO_MinusMinus: write(Call, Object, V, Act::Modify, S); break;
  case OO_Subscript:
    if (Call->getNumArgs() > 1)
      index(Call, Object, Call->getArg(1), S);
    V = {};
    break;
  case OO_Arrow:
  case OO_Star:
    if (Call->getNumArgs() == 1)
      use(Call, Object, S);
    V = {};
    break;
  default: {
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Call->getDirectCallee());
    if (Object && Method && (Method->isConst() || !Object.isShared()) && !Method->getParent()->isLambda())
      read(Call, Object, S, V);
    break;
  }
  }
  setValue(Call, std::move(V), S);
}

void Flow::methodCall(const CallExpr *Call, const Expr *Object, const AccessPath &Path, State &S) {
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Call->getDirectCallee());
  FactSet V = arguments(Call, S);
  if (!Method || Method->isStatic())
    return setValue(Call, std::move(V), S);
  if (strip(Object)->getType()->isPointerType() && !isa<CXXThisExpr>(strip(Object)))
    use(Call, Out.Paths.resolve(Object), S);
  if (!Path.isShared()) {
    if (Path.Var) {
      if (!Method->isConst() && !V.empty())
        S.Vars[Path.Var].add(V);
      read(Call, Path, S, V);
    } else {
      V.add(value(Object, S));
    }
    return setValue(Call, std::move(V), S);
  }
  if (Collecting && !Method->isConst())
    flagWindows(Call, Path, S);
  StringRef Effect = Library.models().effectOfMethod(nameOf(Method));
  if (Path.Base == AccessPath::BaseKind::This && Path.Steps.empty())
    Effect = {}; // a method of our own class that happens to be called `get`
  else if (Effect.empty() && Method->isConst())
    Effect = "look";
  unsigned First = firstArgument(Call);
  QualType ObjectType = strip(Object)->getType();
  if (ObjectType->isPointerType())
    ObjectType = ObjectType->getPointeeType();
  QualType KeyType = memberType(ObjectType, "key_type");
  const Expr *Key = !KeyType.isNull() && Call->getNumArgs() > First ? keyOf(Call, First) : nullptr;
  bool ByIterator = Key && !Key->getType()->isPointerType() && isPointerLike(Key->getType()) &&
                    !Context.hasSameUnqualifiedType(Key->getType(), KeyType);
  AccessPath Element = !Key         ? Path
                       : ByIterator ? Out.Paths.pointee(Key)
                                    : Out.Paths.element(Path, Key, Call->getType());
  if (ByIterator && !overlap(Element, Path))
    Element = Out.Paths.element(Path, nullptr, Call->getType());
  if (Effect == "look") {
    read(Call, Element, S, V);
    if (Call->getType()->isIntegralOrEnumerationType() && Element.isShared())
      Out.Facts[fact(Call, Element, S.Held, false)].Look = true;
  } else if (Effect == "element") {
    if (Call->getNumArgs() > First)
      index(Call, Path, Call->getArg(First), S);
    // A reference into the object is read where it is used; a value is read now.
    V = {};
    if (!Call->isGLValue())
      read(Call, Element, S, V);
  } else if (Effect == "insert" || Effect == "guard") {
    if (Collecting)
      insertWindows(Call, Element, V, S);
    // After a test that the key is not there it is a marker, however it is put in.
    claim(Call, Element, S);
    // Whoever put the element in meanwhile wins: the earlier look for it does not decide any more.
    if (Key && (Effect == "guard" || keepsWhatIsThere(Call, ObjectType)))
      for (auto &[Branch, Tested] : S.Conditions)
        Tested.eraseIf([&](const Entry &E) { return samePlace(Out.Facts[E.Fact].Path, Element); });
    if (Effect == "insert")
      write(Call, Element, {}, Act::Insert, S);
    // Its result says whether the element was there: look and insert in one go.
    if (Key && !isDiscarded(Call))
      hold(Out.LockTable.acquire(Call, Element, /*IsClaim=*/true), nullptr, S);
    V = {};
  } else if (Effect == "erase") {
    write(Call, Element, {}, Act::Erase, S);
    V = {};
  } else if (Effect == "modify") {
    write(Call, Path, {}, Act::Modify, S);
    V = {};
  } else if (Effect == "replace") {
    bool Empties = Call->getNumArgs() == First || isa<CXXDefaultArgExpr>(Call->getArg(First));
    write(Call, Path, V, Empties ? Act::Clear : Act::Replace, S);
    V = {};
  } else if (Effect == "none") {
    V = {};
  }
  setValue(Call, std::move(V), S);
}

void Flow::plainCall(const CallExpr *Call, State &S) {
  FactSet V = arguments(Call, S);
  // What goes in may come out through a mutable reference or a pointer to a local.
  for (unsigned I = 0; I < Call->getNumArgs(); ++I) {
    const Expr *Arg = Call->getArg(I), *Target = strip(Arg);
    if (isForwarded(Call->getDirectCallee(), I))
      continue;
    if (const auto *Address = dyn_cast<UnaryOperator>(Target); Address && Address->getOpcode() == UO_AddrOf)
      Target = strip(Address->getSubExpr());
    else if (!Arg->isLValue() || Arg->getType().isConstQualified())
      continue;
    AccessPath P = Out.Paths.resolve(Target);
    if (P && !P.isShared() && P.Var && !V.empty())
      S.Vars[P.Var].add(V);
  }
  setValue(Call, std::move(V), S);
}

void Flow::readModifyWrite(const CallExpr *Call, State &S) {
  const Expr *Target = objectOfCall(Call);
  unsigned First = firstArgument(Call);
  if (!Target && Call->getNumArgs() > 0) {
    Target = Call->getArg(0);
    First = 1;
  }
  // A compare-and-swap puts what it found into its first argument: that is fresh now.
  for (unsigned I = First; I < Call->getNumArgs(); ++I) {
    const Expr *Arg = Call->getArg(I);
    if (!Arg->isLValue() || Arg->getType().isConstQualified())
      continue;
    AccessPath P = Out.Paths.resolve(Arg);
    if (P && !P.isShared() && P.Var && P.Steps.empty())
      S.Vars.erase(P.Var);
  }
  if (Target) {
    AccessPath P = strip(Target)->getType()->isPointerType() ? Out.Paths.pointee(Target) : Out.Paths.resolve(Target);
    if (P.isShared()) {
      endClaims(Call, P, S);
      actedOn(P, S);
      if (isTestAndSet(Out, Call))
        hold(Out.LockTable.acquire(Call, P, /*IsClaim=*/true), nullptr, S);
      S.Stores.eraseIf([&](const Entry &E) { return overlap(Out.Facts[E.Fact].Path, P); });
    } else if (P.Var) {
      // `std::exchange(local, x)` hands over what the local held.
      FactSet V;
      if (auto It = S.Vars.find(P.Var); It != S.Vars.end())
        V = It->second;
      return setValue(Call, std::move(V), S);
    }
  }
  setValue(Call, {}, S);
}

} // namespace corace::checks
