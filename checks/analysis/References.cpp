// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/References.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/Disturbance.h"
#include "checks/analysis/Inline.h"
#include "checks/analysis/InlineFrame.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 24;  // of expressions and bindings
constexpr unsigned MaxCallees = 3; // getters that call getters
constexpr unsigned MaxNodes = 400; // of a callee that is looked into
constexpr unsigned MaxRoots = 8;   // of one reference
constexpr unsigned MaxReturns = 4;

QualType objectType(const Expr *Object) {
  QualType T = strip(Object)->getType();
  return T->isPointerType() ? T->getPointeeType() : T.getNonReferenceType();
}

bool hasBeginAndEnd(QualType T) {
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition())
    return false;
  bool Begin = false, End = false;
  for (const CXXMethodDecl *M : R->methods()) {
    Begin |= nameOf(M) == "begin";
    End |= nameOf(M) == "end";
  }
  return (Begin && End) ||
         llvm::any_of(R->bases(), [](const CXXBaseSpecifier &B) { return hasBeginAndEnd(B.getType()); });
}

/// The values that a function returns; false where it is too large to say.
bool returnsIn(const Stmt *S, unsigned &Left, llvm::SmallVectorImpl<const Expr *> &Out) {
  if (!S)
    return true;
  if (Left-- == 0)
    return false;
  if (isa<LambdaExpr>(S))
    return true;
  if (const auto *Return = dyn_cast<ReturnStmt>(S))
    if (Return->getRetValue())
      Out.push_back(Return->getRetValue());
  return llvm::all_of(childrenOf(*S), [&](const Stmt *Child) { return returnsIn(Child, Left, Out); });
}

} // namespace

const ValueDecl *carrierOf(const ValueDecl *Decl) {
  if (const auto *Part = dyn_cast_or_null<BindingDecl>(Decl))
    return Part->getDecomposedDecl();
  return Decl;
}

/// One walk from an expression to its roots.
struct ReferenceFinder::Search {
  const PathResolver &Paths;
  const LibraryView &Library;
  const ASTContext &Context;
  Roots Out;
  unsigned Callees = 0;

  void add(Root R) {
    if (R.Owner.isShared() && Out.From.size() < MaxRoots)
      Out.From.push_back(std::move(R));
  }
  void carry(const ValueDecl *Var) {
    if (Out.Carriers.size() < MaxRoots &&
        llvm::none_of(Out.Carriers, [&](const Roots::Link &L) { return L.Var == Var; }))
      Out.Carriers.push_back({Var, false});
  }

  void object(const Expr *E, unsigned Depth);
  void pointee(const Expr *E, unsigned Depth);
  void view(const Expr *E, unsigned Depth);
  void container(const Expr *Object, Hold How, unsigned Depth);
  void smart(const Expr *Owner, unsigned Depth);
  void objectOfCallee(const CallExpr *Call, unsigned Depth);
  void pointeeOfCall(const CallExpr *Call, unsigned Depth);
  bool intoCallee(const CallExpr *Call, unsigned Depth);
  [[nodiscard]] AccessPath pathOf(const Expr *Object) const {
    return strip(Object)->getType()->isPointerType() ? Paths.pointee(Object) : Paths.resolve(Object);
  }
};

void ReferenceFinder::Search::object(const Expr *E, unsigned Depth) {
  E = strip(E);
  if (!E || Depth > MaxDepth)
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const ValueDecl *Var = carrierOf(Ref->getDecl());
    const auto *V = dyn_cast_or_null<VarDecl>(Var);
    if (V && V->getType()->isReferenceType() && !V->hasGlobalStorage())
      carry(Var);
    return;
  }
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field || Field->getType()->isReferenceType())
      return; // what it refers to belongs to somebody else
    return Member->isArrow() ? pointee(Member->getBase(), Depth + 1) : object(Member->getBase(), Depth + 1);
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
    return strip(Sub->getBase())->getType()->isArrayType() ? object(Sub->getBase(), Depth + 1)
                                                           : pointee(Sub->getBase(), Depth + 1);
  if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
    if (Op->getOpcode() == UO_Deref)
      pointee(Op->getSubExpr(), Depth + 1);
    return;
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E))
    return Op->isAssignmentOp() ? object(Op->getLHS(), Depth + 1)
           : Op->isCommaOp()    ? object(Op->getRHS(), Depth + 1)
                                : void();
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    object(C->getTrueExpr(), Depth + 1);
    return object(C->getFalseExpr(), Depth + 1);
  }
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return object(Cast->getSubExpr(), Depth + 1);
  if (const auto *Call = dyn_cast<CallExpr>(E))
    objectOfCallee(Call, Depth);
}

void ReferenceFinder::Search::objectOfCallee(const CallExpr *Call, unsigned Depth) {
  if (isPassThrough(Call))
    return object(Call->getArg(0), Depth + 1);
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
    switch (Op->getOperator()) {
    case OO_Star:
    case OO_Arrow:
      if (Op->getNumArgs() == 1)
        pointee(Op->getArg(0), Depth + 1);
      return;
    case OO_Subscript: return container(Op->getArg(0), Hold::Element, Depth + 1);
    case OO_Pipe: // a view over a range
      return Call->isGLValue() ? void() : container(Op->getArg(0), Hold::Iterator, Depth + 1);
    case OO_Equal:
    case OO_PlusEqual:
    case OO_PlusPlus: return object(Op->getArg(0), Depth + 1);
    default: return;
    }
  }
  if (!Call->isGLValue() || intoCallee(Call, Depth))
    return;
  const FunctionDecl *F = Call->getDirectCallee();
  const Expr *Object = objectOfCall(Call);
  StringRef Effect = Library.models().effectOfMethod(nameOf(F));
  if (Object && (Effect == "element" || Effect == "look" || Effect == "insert" || Effect == "guard")) {
    if (isOwner(objectType(Object), Library))
      return smart(Object, Depth + 1);
    return container(Object, Hold::Element, Depth + 1);
  }
  // std::get<T>(variant) and the like.
  if (F && F->isInStdNamespace() && nameOf(F) == "get" && Call->getNumArgs() == 1)
    return isOwner(Call->getArg(0)->getType(), Library) ? smart(Call->getArg(0), Depth + 1)
                                                        : object(Call->getArg(0), Depth + 1);
}

/// A function of the user's whose body tells what it returns.
bool ReferenceFinder::Search::intoCallee(const CallExpr *Call, unsigned Depth) {
  const FunctionDecl *Callee = Callees < MaxCallees ? ownDefinition(Call->getDirectCallee()) : nullptr;
  if (!Callee || isCoroutine(*Callee))
    return false;
  unsigned Left = MaxNodes;
  llvm::SmallVector<const Expr *, 4> Values;
  if (!returnsIn(Callee->getBody(), Left, Values) || Values.size() > MaxReturns)
    return true; // and nothing is known of what it returns
  const PathResolver Inside(*Callee, Library);
  const Inliner Rebase(Paths, Library);
  const bool Refers = Callee->getReturnType()->isReferenceType();
  for (const Expr *Value : Values) {
    Search In{Inside, Library, Context, {}, Callees + 1};
    if (Refers)
      In.object(Value, Depth + 1);
    else
      In.pointee(Value, Depth + 1);
    const Roots Settled = ReferenceFinder(Inside, Library, Context).settled(std::move(In.Out));
    for (const Root &Found : Settled.From) {
      Root R = Found;
      if (R.How == Hold::Iterator && !isIterator(Callee->getReturnType()))
        R.How = Hold::Element;
      R.Owner = Rebase.inCaller(Found.Owner, Call, *Callee, Inside);
      add(std::move(R));
    }
    // What comes in by reference goes out again.
    for (const Roots::Link &L : Settled.Carriers)
      if (const auto *Param = dyn_cast<ParmVarDecl>(L.Var)) {
        unsigned Index = Param->getFunctionScopeIndex() + firstArgument(Call);
        if (Index < Call->getNumArgs())
          Refers ? object(Call->getArg(Index), Depth + 1) : pointee(Call->getArg(Index), Depth + 1);
      }
  }
  // What the object itself hangs on, its members do as well.
  if (const Expr *Object = objectOfCall(Call); Object && !Out.From.empty()) {
    if (strip(Object)->getType()->isPointerType())
      pointee(Object, Depth + 1);
    else
      this->object(Object, Depth + 1);
  }
  return true;
}

void ReferenceFinder::Search::container(const Expr *Object, Hold How, unsigned Depth) {
  QualType T = objectType(Object);
  if (Depth > MaxDepth)
    return;
  if (Library.hasRole(T, "view"))
    return view(Object, Depth + 1);
  if (isIterator(T))
    return pointee(Object, Depth + 1); // it[n]
  const TypeModel *Model = Library.type(T);
  if (!T->isRecordType() || !((Model && Model->Role == "container") || hasBeginAndEnd(T)))
    return;
  if (strip(Object)->getType()->isPointerType())
    pointee(Object, Depth + 1);
  else
    object(Object, Depth + 1);
  if (Model && Model->Stable == "fixed")
    return;
  Root R{pathOf(Object), T, How, false, false};
  const Expr *From = strip(Object);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(From)) // the hidden reference of a range-for
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && Var->getType()->isReferenceType() && Var->getInit())
      From = strip(Var->getInit());
  if (!R.Owner)
    if (const auto *Call = dyn_cast<CallExpr>(From); Call && Call->isLValue() && !T.isConstQualified())
      // Whoever hands out a container for all to change keeps it.
      if (const FunctionDecl *F = Call->getDirectCallee(); F && !ownDefinition(F) && !isPassThrough(Call)) {
        R.Owner.Base = AccessPath::BaseKind::Global;
        R.Owner.Var = F;
        R.Owner.Type = T;
        R.Accessor = true;
      }
  add(std::move(R));
}

void ReferenceFinder::Search::smart(const Expr *Owner, unsigned Depth) {
  if (Depth > MaxDepth)
    return;
  QualType T = objectType(Owner);
  if (!isOwner(T, Library) || !strip(Owner)->isGLValue())
    return;
  const std::size_t Before = Out.From.size(), CarriersBefore = Out.Carriers.size();
  if (strip(Owner)->getType()->isPointerType())
    pointee(Owner, Depth + 1);
  else
    object(Owner, Depth + 1);
  // The owner may move, what it owns stays; but an optional or a variant has it inside.
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  const bool Inside = R && (R->getName() == "optional" || R->getName() == "variant");
  for (std::size_t I = Before; I < Out.From.size(); ++I)
    Out.From[I].Indirect |= !Inside;
  for (std::size_t I = CarriersBefore; I < Out.Carriers.size(); ++I)
    Out.Carriers[I].Indirect |= !Inside;
  add({pathOf(Owner), T, Hold::Owned, false, false});
}

void ReferenceFinder::Search::pointee(const Expr *E, unsigned Depth) {
  E = strip(E);
  if (!E || Depth > MaxDepth || isa<CXXThisExpr>(E))
    return;
  QualType T = E->getType();
  if (T->isArrayType())
    return object(E, Depth + 1);
  if (E->isGLValue() && isOwner(T, Library)) {
    // A pointer of this frame keeps what it points to.
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (Var && Paths.isLocal(Var) && !Var->getType()->isReferenceType())
      return;
    return smart(E, Depth + 1);
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const ValueDecl *Var = carrierOf(Ref->getDecl());
    const auto *V = dyn_cast_or_null<VarDecl>(Var);
    if (V && !V->hasGlobalStorage())
      carry(Var);
    return;
  }
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    // m.emplace(k, v).first
    if (const auto *Call = dyn_cast<CallExpr>(strip(Member->getBase())); Call && !Call->isGLValue() && isIterator(T))
      pointeeOfCall(Call, Depth);
    // An iterator in a pair that is a local.
    else if (isIterator(T) && !Member->isArrow())
      pointee(Member->getBase(), Depth + 1);
    return;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
    if (Op->getOpcode() == UO_AddrOf)
      object(Op->getSubExpr(), Depth + 1);
    else if (Op->isIncrementDecrementOp())
      pointee(Op->getSubExpr(), Depth + 1);
    return;
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->isAdditiveOp() || Op->isCommaOp() || Op->getOpcode() == BO_Assign)
      for (const Expr *Side : {Op->getLHS(), Op->getRHS()})
        if (Side->getType()->isPointerType())
          pointee(Side, Depth + 1);
    return;
  }
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    pointee(C->getTrueExpr(), Depth + 1);
    return pointee(C->getFalseExpr(), Depth + 1);
  }
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return pointee(Cast->getSubExpr(), Depth + 1);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E)) {
    if (Construct->getNumArgs() >= 1 && !isOwner(T, Library))
      pointee(Construct->getArg(0), Depth + 1);
    return;
  }
  if (const auto *Call = dyn_cast<CallExpr>(E))
    pointeeOfCall(Call, Depth);
}

void ReferenceFinder::Search::pointeeOfCall(const CallExpr *Call, unsigned Depth) {
  if (isPassThrough(Call))
    return nameOf(Call->getDirectCallee()) == "addressof" ? object(Call->getArg(0), Depth + 1)
                                                          : pointee(Call->getArg(0), Depth + 1);
  const FunctionDecl *F = Call->getDirectCallee();
  StringRef Name = nameOf(F);
  QualType T = Call->getType();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
    OverloadedOperatorKind K = Op->getOperator();
    if (K == OO_Arrow || K == OO_Plus || K == OO_Minus || K == OO_PlusPlus || K == OO_MinusMinus || K == OO_PlusEqual)
      pointee(Op->getArg(0), Depth + 1);
    else if (K == OO_Subscript && T->isPointerType())
      return; // a pointer that is an element owns nothing
    return;
  }
  if (isOwner(T, Library) && !Call->isGLValue())
    return;
  const Expr *Object = objectOfCall(Call);
  if (Object && Name == "get" && isOwner(objectType(Object), Library))
    return strip(Object)->getType()->isPointerType() ? void() : pointee(Object, Depth + 1);
  if (intoCallee(Call, Depth))
    return;
  if (Object) {
    if (Call->isGLValue())
      return; // what an element that is a pointer points to belongs to somebody else
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(F);
    StringRef Effect = Library.models().effectOfMethod(Name);
    const bool Places = Effect == "look" || Effect == "insert" || Effect == "guard" || Effect == "erase";
    if (T->isPointerType() && Method && Library.hasRole(objectType(Object), "container"))
      container(Object, Hold::Buffer, Depth + 1); // data(), c_str()
    else if ((Places || Name == "end") && (isIterator(T) || hasMemberType(T, "first_type")))
      container(Object, Hold::Iterator, Depth + 1);
    return;
  }
  // std::find, std::next, std::begin and their like.
  if (F && (isIterator(T) || T->isPointerType()) && Call->getNumArgs() > 0 &&
      (F->isInStdNamespace() || Name == "begin")) {
    const Expr *From = Call->getArg(0);
    if (isIterator(From->getType()) || From->getType()->isPointerType())
      pointee(From, Depth + 1);
    else if (From->isLValue())
      container(From, Hold::Iterator, Depth + 1);
  } else if (Call->getNumArgs() > 1 && isIterator(T) && isa<CXXOperatorCallExpr>(Call)) {
    // std::ranges::find and the like are objects that are called.
    container(Call->getArg(1), Hold::Iterator, Depth + 1);
  }
}

void ReferenceFinder::Search::view(const Expr *E, unsigned Depth) {
  E = strip(E);
  if (!E || Depth > MaxDepth)
    return;
  QualType T = E->getType().getNonReferenceType();
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E); Ref && Library.hasRole(T, "view")) {
    const ValueDecl *Var = carrierOf(Ref->getDecl());
    if (const auto *V = dyn_cast_or_null<VarDecl>(Var); V && !V->hasGlobalStorage())
      carry(Var);
    return;
  }
  if (T->isPointerType())
    return pointee(E, Depth + 1);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E))
    return Construct->getNumArgs() >= 1 ? view(Construct->getArg(0), Depth + 1) : void();
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return view(Cast->getSubExpr(), Depth + 1);
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    view(C->getTrueExpr(), Depth + 1);
    return view(C->getFalseExpr(), Depth + 1);
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  if (Call && isPassThrough(Call))
    return view(Call->getArg(0), Depth + 1);
  if (Call && !Call->isGLValue()) {
    // A string that becomes a view, and parts of views.
    const Expr *Object = objectOfCall(Call);
    if (Object &&
        (isa_and_nonnull<CXXConversionDecl>(Call->getDirectCallee()) || Library.hasRole(objectType(Object), "view")))
      view(Object, Depth + 1);
    return;
  }
  if (E->isGLValue() && Library.hasRole(T, "container"))
    container(E, Hold::Buffer, Depth + 1);
}

Carrier ReferenceFinder::carrier(QualType T) const {
  if (T.isNull() || T->isDependentType())
    return Carrier::None;
  if (T->isReferenceType())
    return Carrier::Reference;
  if (T->isPointerType())
    return T->getPointeeType()->isFunctionType() ? Carrier::None : Carrier::Pointer;
  if (!T->isRecordType())
    return Carrier::None;
  if (Library.hasRole(T, "view"))
    return Carrier::View;
  if (isIterator(T) && !Library.hasRole(T, "task") && !isSoleOwner(T))
    return Carrier::Iterator;
  // What insert() and equal_range() return.
  if (const auto *Pair = dyn_cast_or_null<ClassTemplateSpecializationDecl>(T->getAsCXXRecordDecl());
      Pair && Pair->isInStdNamespace() && Pair->getName() == "pair" && Pair->getTemplateArgs().size() > 0)
    if (const TemplateArgument &First = Pair->getTemplateArgs()[0];
        First.getKind() == TemplateArgument::Type && isIterator(First.getAsType()))
      return Carrier::Iterator;
  return Carrier::None;
}

Roots ReferenceFinder::bound(Carrier Kind, const Expr *Value) const {
  Search S{Paths, Library, Context, {}, 0};
  if (Value)
    switch (Kind) {
    case Carrier::None: break;
    case Carrier::Reference: S.object(Value, 0); break;
    case Carrier::Pointer:
    case Carrier::Iterator: S.pointee(Value, 0); break;
    case Carrier::View: S.view(Value, 0); break;
    }
  return std::move(S.Out);
}

Roots ReferenceFinder::object(const Expr *E) const { return bound(Carrier::Reference, E); }

Roots ReferenceFinder::settled(Roots R) const {
  for (unsigned I = 0; I < 4; ++I) {
    Roots Next{std::move(R.From), {}};
    bool Went = false;
    for (const Roots::Link &L : R.Carriers) {
      const auto *Var = dyn_cast<VarDecl>(L.Var);
      if (!Var || isa<ParmVarDecl>(Var) || !Var->getInit()) {
        Next.Carriers.push_back(L);
        continue;
      }
      Went = true;
      Roots Own = bound(carrier(Var->getType()), Var->getInit());
      for (Root &From : Own.From)
        From.Indirect |= L.Indirect;
      Next.From.append(Own.From.begin(), Own.From.end());
      Next.Carriers.append(Own.Carriers.begin(), Own.Carriers.end());
    }
    R = std::move(Next);
    if (!Went || R.Carriers.size() > 16)
      break;
  }
  return R;
}

} // namespace corace::checks
