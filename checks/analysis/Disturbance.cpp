// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Disturbance.h"

#include "checks/analysis/Ast.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

using Kind = RivalIndex::Disturbance::Kind;

constexpr unsigned MaxSteps = 32; // of one expression and the bindings that it goes through

bool inLibrary(const Decl &D) {
  const SourceManager &SM = D.getASTContext().getSourceManager();
  return SM.isInSystemHeader(SM.getExpansionLoc(D.getLocation()));
}

const CXXRecordDecl *recordOf(QualType T) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  return R && R->hasDefinition() ? R->getDefinition() : nullptr;
}

bool hasOperator(const CXXRecordDecl *R, OverloadedOperatorKind Op) {
  if (!R)
    return false;
  for (const Decl *D : R->decls()) {
    if (const auto *Template = dyn_cast<FunctionTemplateDecl>(D))
      D = Template->getTemplatedDecl();
    if (const auto *F = dyn_cast<FunctionDecl>(D); F && F->getOverloadedOperator() == Op)
      return true;
  }
  return llvm::any_of(R->bases(), [&](const CXXBaseSpecifier &B) { return hasOperator(recordOf(B.getType()), Op); });
}

bool hasMethod(const CXXRecordDecl *R, StringRef Name) {
  if (!R)
    return false;
  for (const CXXMethodDecl *M : R->methods())
    if (nameOf(M) == Name)
      return true;
  return llvm::any_of(R->bases(), [&](const CXXBaseSpecifier &B) { return hasMethod(recordOf(B.getType()), Name); });
}

/// One step towards the member or variable that an expression starts from; null at the end, and where nothing is known.
class Descent {
public:
  explicit Descent(const Models &Library) : Library(Library) {}

  StatePlace run(const Expr *E) {
    for (unsigned I = 0; E && I < MaxSteps && !Found; ++I)
      E = step(strip(E));
    return Found;
  }

private:
  const Expr *step(const Expr *E) {
    if (const auto *Member = dyn_cast<MemberExpr>(E)) {
      const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
      if (Field && inLibrary(*Field))
        return Member->getBase();
      if (Field || isa<VarDecl>(Member->getMemberDecl())) {
        found(Member->getMemberDecl());
        Found.OfLocal = Field && isOfLocal(Member);
      }
      return nullptr;
    }
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
      return reference(Ref);
    if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
      if (Op->getOpcode() == UO_Deref && !isa<UnaryOperator>(strip(Op->getSubExpr())) && !isBound(Op->getSubExpr()))
        ++Level;
      return Op->getOpcode() == UO_Deref || Op->getOpcode() == UO_AddrOf || Op->isPrefix() ? Op->getSubExpr() : nullptr;
    }
    if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
      ++Level;
      return Sub->getBase();
    }
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(E))
      return Construct->getNumArgs() > 0 ? Construct->getArg(0) : nullptr;
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
      return Cast->getSubExpr();
    const auto *Call = dyn_cast<CallExpr>(E);
    return Call ? call(Call) : nullptr;
  }

  static bool isOfLocal(const MemberExpr *Member) {
    for (unsigned I = 0; I < MaxSteps && !Member->isArrow(); ++I) {
      const Expr *Base = strip(Member->getBase());
      if (const auto *Ref = dyn_cast<DeclRefExpr>(Base)) {
        const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
        return Var && Var->hasLocalStorage() && !Var->getType()->isReferenceType();
      }
      Member = dyn_cast<MemberExpr>(Base);
      if (!Member)
        return false;
    }
    return false;
  }

  /// A local pointer that was bound to the address of something: going through it is no look-up of its own.
  static bool isBound(const Expr *E) {
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(strip(E));
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    return Var && Var->hasLocalStorage() && !isa<ParmVarDecl>(Var) && Var->getInit();
  }

  const Expr *reference(const DeclRefExpr *Ref) {
    const ValueDecl *Decl = Ref->getDecl();
    if (const auto *Part = dyn_cast<BindingDecl>(Decl))
      Decl = Part->getDecomposedDecl();
    const auto *Var = dyn_cast_or_null<VarDecl>(Decl);
    if (!Var)
      return nullptr;
    QualType T = Var->getType();
    if (Var->hasLocalStorage() && !isa<ParmVarDecl>(Var) && Var->getInit() &&
        (T->isReferenceType() || T->isPointerType() || isIterator(T)))
      return Var->getInit();
    found(Var);
    return nullptr;
  }

  const Expr *call(const CallExpr *Call) {
    if (isPassThrough(Call))
      return Call->getArg(0);
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
      OverloadedOperatorKind K = Op->getOperator();
      if (K == OO_Subscript || ((K == OO_Star || K == OO_Arrow) && !isIterator(Op->getArg(0)->getType())))
        ++Level;
      return K == OO_Subscript || K == OO_Star || K == OO_Arrow || K == OO_PlusPlus || K == OO_MinusMinus
                 ? Op->getArg(0)
                 : nullptr;
    }
    const Expr *Object = objectOfCall(Call);
    if (!Object)
      return nullptr;
    StringRef Effect = Library.effectOfMethod(nameOf(Call->getDirectCallee()));
    if (Effect != "element" && Effect != "look" && Effect != "insert" && Effect != "guard")
      return nullptr;
    ++Level;
    return Object;
  }

  void found(const ValueDecl *Decl) { Found = {cast<ValueDecl>(Decl->getCanonicalDecl()), Level}; }

  const Models &Library;
  StatePlace Found;
  unsigned Level = 0;
};

void byMethod(const CallExpr *Call, const CXXMethodDecl *Method, const LibraryView &Library,
              llvm::function_ref<void(const Expr *, Kind)> Disturb) {
  const Expr *Object = objectOfCall(Call);
  if (!Object || Method->isConst() || Method->isStatic())
    return;
  QualType T = strip(Object)->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  StringRef Name = nameOf(Method), Effect = Library.models().effectOfMethod(Name);
  if (Effect == "insert" || Effect == "guard") {
    static const llvm::StringRef AtEnd[] = {"push_back", "push_front", "emplace_back", "emplace_front", "append",
                                            "prepend",   "push",       "enqueue",      "append_range"};
    Disturb(Object, isOwner(T, Library)               ? Kind::Replace
                    : llvm::is_contained(AtEnd, Name) ? Kind::InsertAtEnd
                                                      : Kind::Insert);
  } else if (Effect == "erase") {
    Disturb(Object, Kind::Erase);
  } else if (Effect == "replace") {
    Disturb(Object, Kind::Replace);
  } else if (Name == "reserve") {
    Disturb(Object, Kind::Reserve);
  } else if (Effect == "take") {
    const bool All = Name == "swap" || Name == "release" || Name == "exchange";
    Disturb(Object, All ? Kind::Replace : Kind::Erase);
    if (Name == "swap" && Call->getNumArgs() == 1)
      Disturb(Call->getArg(0), Kind::Replace);
  }
}

void byFunction(const CallExpr *Call, const FunctionDecl *F, llvm::function_ref<void(const Expr *, Kind)> Disturb) {
  if (!F->isInStdNamespace() || Call->getNumArgs() == 0)
    return;
  StringRef Name = nameOf(F);
  if (isStdMove(Call) || Name == "exchange" || Name == "swap")
    Disturb(Call->getArg(0), Kind::Replace);
  if (Name == "swap" && Call->getNumArgs() == 2)
    Disturb(Call->getArg(1), Kind::Replace);
  if (Name == "erase_if" || Name == "erase")
    Disturb(Call->getArg(0), Kind::Erase);
}

} // namespace

bool isIterator(QualType T) {
  const CXXRecordDecl *R = recordOf(T);
  return R && hasOperator(R, OO_PlusPlus) && hasOperator(R, OO_Star);
}

bool hasMemberType(QualType T, StringRef Name) {
  const CXXRecordDecl *R = recordOf(T);
  if (!R)
    return false;
  for (const Decl *D : R->decls())
    if (const auto *Named = dyn_cast<TypedefNameDecl>(D); Named && Named->getName() == Name)
      return true;
  return llvm::any_of(R->bases(), [&](const CXXBaseSpecifier &B) { return hasMemberType(B.getType(), Name); });
}

bool isOwner(QualType T, const LibraryView &Library) {
  if (T.isNull() || T.getNonReferenceType()->isPointerType())
    return false;
  T = T.getNonReferenceType();
  if (Library.hasRole(T, "owner"))
    return true;
  return isPointerLike(T) && !isIterator(T) && (isSoleOwner(T) || hasMethod(recordOf(T), "reset"));
}

StatePlace statePlace(const Expr *E, const Models &Library) { return E ? Descent(Library).run(E) : StatePlace(); }

StatePlace statePlace(const AccessPath &P) {
  unsigned Level = 0;
  for (auto It = P.Steps.rbegin(); It != P.Steps.rend(); ++It) {
    if (It->Field && !inLibrary(*It->Field))
      return {cast<ValueDecl>(It->Field->getCanonicalDecl()), Level};
    if (!It->Field)
      ++Level;
  }
  if (!P.Var)
    return {};
  return {cast<ValueDecl>(P.Var->getCanonicalDecl()), Level};
}

void disturbances(const Expr *E, const LibraryView &Library, llvm::function_ref<void(StatePlace, Kind)> Sink) {
  auto disturb = [&](const Expr *Target, Kind What) {
    if (Target->getType().isConstQualified())
      return;
    if (StatePlace Place = statePlace(Target, Library.models()))
      Sink(Place, What);
  };
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->getOpcode() == BO_Assign)
      disturb(Op->getLHS(), Kind::Replace);
    return;
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  if (!F)
    return;
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
    const auto *Method = dyn_cast<CXXMethodDecl>(F);
    if (Op->getOperator() == OO_Equal)
      disturb(Op->getArg(0), Kind::Replace);
    else if (Op->getOperator() == OO_PlusEqual)
      disturb(Op->getArg(0), Kind::InsertAtEnd);
    else if (Op->getOperator() == OO_Subscript && Method && !Method->isConst() &&
             hasMemberType(Op->getArg(0)->getType(), "key_type"))
      disturb(Op->getArg(0), Kind::Insert); // looks up and puts in
    return;
  }
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F))
    byMethod(Call, Method, Library, disturb);
  else
    byFunction(Call, F, disturb);
}

bool saysEmpty(const Expr *Condition, const ValueDecl *Place) {
  const Expr *E = strip(Condition);
  auto mentions = [&](const Expr *X) {
    for (X = strip(X); X;) {
      if (const auto *Call = dyn_cast<CallExpr>(X)) {
        if (nameOf(Call->getDirectCallee()) == "empty")
          return false;
        X = objectOfCall(Call) ? strip(objectOfCall(Call)) : nullptr;
        continue;
      }
      const auto *Member = dyn_cast<MemberExpr>(X);
      const auto *Ref = dyn_cast<DeclRefExpr>(X);
      return (Member && Member->getMemberDecl()->getCanonicalDecl() == Place) ||
             (Ref && Ref->getDecl()->getCanonicalDecl() == Place);
    }
    return false;
  };
  if (const auto *Not = dyn_cast_or_null<UnaryOperator>(E))
    return Not->getOpcode() == UO_LNot && mentions(Not->getSubExpr());
  if (const auto *Op = dyn_cast_or_null<BinaryOperator>(E)) {
    if (Op->getOpcode() == BO_LOr || Op->getOpcode() == BO_LAnd)
      return saysEmpty(Op->getLHS(), Place) || saysEmpty(Op->getRHS(), Place);
    return Op->getOpcode() == BO_EQ && (mentions(Op->getLHS()) || mentions(Op->getRHS()));
  }
  if (const auto *Op = dyn_cast_or_null<CXXOperatorCallExpr>(E))
    return Op->getOperator() == OO_EqualEqual && (mentions(Op->getArg(0)) || mentions(Op->getArg(1)));
  return false;
}

} // namespace corace::checks
