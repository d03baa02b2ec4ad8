// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LockActions.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corace::checks {

namespace {

QualType pointedAt(QualType T) {
  T = T.getNonReferenceType();
  return T->isPointerType() ? T->getPointeeType() : T;
}

/// std::defer_lock and its like: tags are told by the end of their names, in whichever library.
bool isTag(const Expr *E, StringRef Name) {
  const CXXRecordDecl *R = E->getType().getNonReferenceType()->getAsCXXRecordDecl();
  return R && R->getDeclName().isIdentifier() && R->getName().starts_with(Name);
}

bool isTry(StringRef Name) { return Name.starts_with_insensitive("try") || Name.contains_insensitive("try"); }

} // namespace

const VarDecl *rootVariable(const Expr *E) {
  for (unsigned I = 0; I < 8; ++I) { // parts of parts
    E = strip(E);
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E))
      return dyn_cast<VarDecl>(Ref->getDecl());
    if (const auto *Member = dyn_cast_or_null<MemberExpr>(E)) {
      E = Member->getBase();
    } else if (const auto *Unary = dyn_cast_or_null<UnaryOperator>(E);
               Unary && (Unary->getOpcode() == UO_Deref || Unary->getOpcode() == UO_AddrOf)) {
      E = Unary->getSubExpr();
    } else if (const auto *Call = dyn_cast_or_null<CallExpr>(E)) {
      const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
      if (isPassThrough(Call))
        E = Call->getArg(0);
      else if (Op ? Op->getOperator() == OO_Arrow || Op->getOperator() == OO_Star
                  : llvm::is_contained({"value", "get"}, nameOf(Call->getDirectCallee())))
        E = objectOfCall(Call);
      else
        return nullptr;
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

const ValueDecl *lockDecl(const Expr *Lock) {
  const Expr *E = strip(Lock);
  if (const auto *Op = dyn_cast_or_null<UnaryOperator>(E);
      Op && (Op->getOpcode() == UO_AddrOf || Op->getOpcode() == UO_Deref))
    E = strip(Op->getSubExpr());
  if (const auto *Call = dyn_cast_or_null<CallExpr>(E)) // *pointer, reference_wrapper.get()
    E = objectOfCall(Call) ? strip(objectOfCall(Call)) : nullptr;
  if (const auto *Member = dyn_cast_or_null<MemberExpr>(E))
    return cast<ValueDecl>(Member->getMemberDecl()->getCanonicalDecl());
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E))
    return cast<ValueDecl>(Ref->getDecl()->getCanonicalDecl());
  return nullptr;
}

void LockActions::locksAmong(ArrayRef<const Expr *> Arguments, LockAction &Action) const {
  for (const Expr *Arg : Arguments)
    if (Types.isLock(pointedAt(strip(Arg)->getType()), /*AsArgument=*/true))
      Action.Locks.push_back(Arg);
}

/// std::optional<std::lock_guard<std::mutex>>: what it is made of takes the lock.
bool LockActions::wrapsGuard(QualType T) const {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(pointedAt(T)->getAsCXXRecordDecl());
  return Spec && Spec->getTemplateArgs().size() > 0 && Spec->getTemplateArgs()[0].getKind() == TemplateArgument::Type &&
         Types.of(Spec->getTemplateArgs()[0].getAsType()).Bond == ThreadBond::Guard;
}

/// A constructor that makes a guard part of the object, on a lock that it takes.
bool LockActions::constructorTakes(const CXXConstructorDecl &C) const {
  const FunctionDecl *Definition = nullptr;
  if (!C.isDefined(Definition))
    return false;
  return llvm::any_of(cast<CXXConstructorDecl>(Definition)->inits(), [&](const CXXCtorInitializer *I) {
    const Expr *Init = I->getInit();
    if (const auto *Default = dyn_cast_or_null<CXXDefaultInitExpr>(Init))
      Init = Default->getExpr();
    const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(Init ? strip(Init) : nullptr);
    return Construct && Construct->getConstructor() != &C && of(*Construct).What == LockAction::Kind::Take;
  });
}

LockAction LockActions::of(const CXXConstructExpr &E) const {
  LockAction Action;
  const ThreadBoundType &Type = Types.of(E.getType());
  if (Type.Bond == ThreadBond::None)
    return Action;
  llvm::SmallVector<const Expr *, 4> Arguments(E.arguments());
  if (E.getConstructor()->isCopyOrMoveConstructor() && !Arguments.empty()) {
    // Made on the spot: the inner expression is what counts.
    const VarDecl *From = isStdMove(Arguments[0]) ? rootVariable(Arguments[0]) : nullptr;
    if (isGuard(From)) {
      Action.What = LockAction::Kind::Move;
      Action.Other = From;
    }
    return Action;
  }
  for (const Expr *Arg : Arguments) // an aggregate's, an optional's or a smart pointer's
    if (isStdMove(Arg) && isGuard(rootVariable(Arg))) {
      Action.What = LockAction::Kind::Move;
      Action.Other = rootVariable(Arg);
      return Action;
    }
  auto hasTag = [&](StringRef Name) { return llvm::any_of(Arguments, [&](const Expr *A) { return isTag(A, Name); }); };
  locksAmong(Arguments, Action);
  switch (Type.Bond) {
  case ThreadBond::None: break;
  case ThreadBond::Scope: Action.What = LockAction::Kind::Take; break;
  case ThreadBond::Guard: {
    const bool Always = Type.Model && Type.Model->Role == "hostile-guard" && Type.Model->Acquires.empty();
    if (Action.Locks.empty() && !Always)
      return Action;
    Action.What = hasTag("defer_lock")   ? LockAction::Kind::Know
                  : hasTag("adopt_lock") ? LockAction::Kind::Adopt
                                         : LockAction::Kind::Take;
    break;
  }
  case ThreadBond::Around:
    if (hasTag("defer_lock"))
      return Action;
    if (!Action.Locks.empty() && wrapsGuard(E.getType()))
      Action.What = LockAction::Kind::Take; // std::optional<std::lock_guard<...>> l(std::in_place, m)
    else if (constructorTakes(*E.getConstructor()))
      Action.What = LockAction::Kind::Take;
    break;
  }
  return Action;
}

LockAction LockActions::ofMethod(const CallExpr &E, const Expr &Object) const {
  LockAction Action;
  const FunctionDecl *F = E.getDirectCallee();
  const StringRef Name = nameOf(F);
  const QualType On = pointedAt(strip(&Object)->getType());
  const VarDecl *Root = rootVariable(&Object);
  const bool Takes = F->hasAttr<AcquireCapabilityAttr>() || F->hasAttr<TryAcquireCapabilityAttr>();
  const bool Releases = F->hasAttr<ReleaseCapabilityAttr>();
  const ThreadBond Bond = Types.of(On).Bond;
  if (isGuard(Root)) {
    Action.Guard = Root;
    if (Bond == ThreadBond::Guard && (Takes || Types.takes(On, Name)))
      Action.What = isTry(Name) ? LockAction::Kind::Try : LockAction::Kind::Take;
    else if (Bond != ThreadBond::None && (Releases || Types.releases(On, Name)))
      Action.What = LockAction::Kind::Release;
    else if (Bond == ThreadBond::Around && (Name == "reset" || Name == "emplace")) {
      Action.What = LockAction::Kind::Replace;
      if (wrapsGuard(On))
        locksAmong(llvm::SmallVector<const Expr *, 4>(E.arguments()), Action);
    } else if (Name == "swap" && E.getNumArgs() == 1 && isGuard(rootVariable(E.getArg(0)))) {
      Action.What = LockAction::Kind::Swap;
      Action.Other = rootVariable(E.getArg(0));
    }
    return Action;
  }
  if (!Types.isLock(On))
    return Action;
  Action.Locks.push_back(&Object);
  if (Takes || Types.takes(On, Name))
    Action.What = isTry(Name) ? LockAction::Kind::Try : LockAction::Kind::Take;
  else if (Releases || Types.releases(On, Name))
    Action.What = LockAction::Kind::Release;
  return Action;
}

LockAction LockActions::of(const CallExpr &E) const {
  LockAction Action;
  const FunctionDecl *F = E.getDirectCallee();
  if (!F || isPassThrough(&E))
    return Action;
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(&E)) {
    if (Op->getOperator() != OO_Equal || !isGuard(rootVariable(Op->getArg(0))))
      return Action;
    Action.What = LockAction::Kind::Replace;
    Action.Guard = rootVariable(Op->getArg(0));
    if (Op->getNumArgs() == 2 && isStdMove(Op->getArg(1)) && isGuard(rootVariable(Op->getArg(1))))
      Action.Other = rootVariable(Op->getArg(1));
    return Action;
  }
  if (const Expr *Object = objectOfCall(&E))
    if (Action = ofMethod(E, *Object); Action.What != LockAction::Kind::None)
      return Action;
  const StringRef Name = nameOf(F);
  if (!objectOfCall(&E) && F->getDeclContext()->getRedeclContext()->isNamespace() && E.getNumArgs() >= 2 &&
      (Name == "lock" || Name == "try_lock")) {
    locksAmong(llvm::SmallVector<const Expr *, 4>(E.arguments()), Action);
    if (!Action.Locks.empty())
      Action.What = Name == "lock" ? LockAction::Kind::Take : LockAction::Kind::Try;
    return Action;
  }
  // A function that returns a guard: what it holds is held.
  const ThreadBoundType &Made = E.isPRValue() ? Types.of(E.getType()) : Types.of({});
  if (Made.Bond == ThreadBond::None || E.getType()->isPointerType())
    return Action;
  for (const Expr *Arg : E.arguments())
    if (isStdMove(Arg) && isGuard(rootVariable(Arg))) {
      Action.What = LockAction::Kind::Move;
      Action.Other = rootVariable(Arg);
      return Action;
    }
  locksAmong(llvm::SmallVector<const Expr *, 4>(E.arguments()), Action);
  if (Made.Bond != ThreadBond::Around || (!Action.Locks.empty() && wrapsGuard(E.getType())))
    Action.What = LockAction::Kind::Take;
  return Action;
}

const VarDecl *LockActions::givenAway(const CallExpr &E, unsigned Argument) const {
  const FunctionDecl *F = E.getDirectCallee();
  if (isPassThrough(&E))
    return nullptr;
  const Expr *Arg = strip(E.getArg(Argument));
  const bool Moved = isStdMove(Arg);
  const auto *Address = dyn_cast<UnaryOperator>(Arg);
  if (!Moved && !(Address && Address->getOpcode() == UO_AddrOf) && !isa<DeclRefExpr>(Arg))
    return nullptr;
  const VarDecl *Var = rootVariable(Arg);
  if (!isGuard(Var))
    return nullptr;
  if (Moved || Address)
    return Var;
  // By reference to non-const; a condition variable gives the lock back before it returns.
  const OpModel *Op = Library.op(&E);
  if ((Op && Op->Drops) || !E.getArg(Argument)->isLValue() || E.getArg(Argument)->getType().isConstQualified())
    return nullptr;
  return !F || !F->isInStdNamespace() ? Var : nullptr;
}

const CallExpr *LockActions::testOf(const Expr *Condition, bool &Negated) const {
  for (unsigned I = 0; I < 8; ++I) { // negations of negations
    Condition = Condition ? strip(Condition) : nullptr;
    if (const auto *Not = dyn_cast_or_null<UnaryOperator>(Condition); Not && Not->getOpcode() == UO_LNot) {
      Negated = !Negated;
      Condition = Not->getSubExpr();
    } else if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Condition)) {
      const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
      if (!Var || !Var->hasLocalStorage() || !Var->getInit() || !Var->getType()->isBooleanType())
        return nullptr;
      Condition = Var->getInit();
    } else {
      return dyn_cast_or_null<CallExpr>(Condition);
    }
  }
  return nullptr;
}

} // namespace corace::checks
