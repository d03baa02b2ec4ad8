// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/AccessPath.h"

#include "checks/analysis/Annotations.h"
#include "checks/analysis/LibraryView.h"
#include "checks/models/Models.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/Support/raw_ostream.h"

using namespace clang;
using llvm::dyn_cast;
using llvm::dyn_cast_or_null;
using llvm::isa;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 24; // of expressions and bindings; deeper ones have no path

bool isConstPlace(QualType T) { return !T.isNull() && T.getNonReferenceType().isConstQualified(); }

StringRef methodName(const FunctionDecl *F) {
  return F && F->getDeclName().isIdentifier() ? F->getName() : StringRef();
}

/// Local variables that an expression reads, so that a path which it indexes changes with them.
void variablesIn(const Stmt *S, llvm::SmallVectorImpl<const VarDecl *> &Out) {
  if (!S)
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && !Var->hasGlobalStorage())
      Out.push_back(Var);
  for (const Stmt *Child : childrenOf(*S))
    variablesIn(Child, Out);
}

/// Finds what local pointer-like variables are set to.
class BindingCollector : public RecursiveASTVisitor<BindingCollector> {
public:
  llvm::DenseMap<const VarDecl *, const Expr *> Bound;
  llvm::DenseSet<const VarDecl *> Stepped;
  llvm::DenseSet<const VarDecl *> Leaves; ///< used as a whole value, so others may hold it too

  bool shouldVisitLambdaBody() const { return true; }
  bool shouldVisitImplicitCode() const { return true; } // the iterators of range-for
  bool TraverseCoawaitExpr(CoawaitExpr *E) { return parts(*E); }
  bool TraverseCoyieldExpr(CoyieldExpr *E) { return parts(*E); }

  bool VisitVarDecl(VarDecl *Var) {
    if (Var->getInit() && isPointerLike(Var->getType()))
      bind(Var, Var->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *Op) {
    if (Op->getOpcode() == BO_Assign)
      rebind(Op->getLHS(), Op->getRHS());
    else if (Op->isAssignmentOp())
      step(Op->getLHS());
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *Op) {
    if (Op->isIncrementDecrementOp())
      step(Op->getSubExpr());
    else if (Op->getOpcode() == UO_AddrOf)
      rebind(Op->getSubExpr(), nullptr);
    return true;
  }
  bool VisitCXXOperatorCallExpr(CXXOperatorCallExpr *Call) {
    auto Kind = Call->getOperator();
    if (Kind == OO_PlusPlus || Kind == OO_MinusMinus || Kind == OO_PlusEqual || Kind == OO_MinusEqual)
      step(Call->getArg(0));
    else if (Kind == OO_Equal)
      rebind(Call->getArg(0), Call->getNumArgs() == 2 ? Call->getArg(1) : nullptr);
    else if (Kind == OO_Arrow || Kind == OO_Star)
      Dereferenced.insert(strip(Call->getArg(0)));
    return true;
  }
  bool VisitCXXMemberCallExpr(CXXMemberCallExpr *Call) {
    if (Call->getImplicitObjectArgument())
      Dereferenced.insert(strip(Call->getImplicitObjectArgument()));
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *Ref) {
    Refs.push_back(Ref);
    return true;
  }
  void finish() {
    for (const DeclRefExpr *Ref : Refs)
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()))
        if (!Dereferenced.contains(Ref))
          Leaves.insert(Var);
  }

private:
  bool parts(const Expr &E) {
    return llvm::all_of(childrenOf(E), [&](const Stmt *Part) { return TraverseStmt(const_cast<Stmt *>(Part)); });
  }
  void bind(const VarDecl *Var, const Expr *E) {
    auto [It, New] = Bound.try_emplace(Var, E);
    if (!New && It->second != E)
      It->second = nullptr;
  }
  void step(const Expr *Target) {
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(strip(Target)))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()))
        Stepped.insert(Var);
  }
  void rebind(const Expr *Target, const Expr *E) {
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(strip(Target)))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && isPointerLike(Var->getType())) {
        bind(Var, E);
      }
  }
  llvm::DenseSet<const Expr *> Dereferenced;
  std::vector<const DeclRefExpr *> Refs;
};

bool makesObject(const Expr *E) {
  E = strip(E);
  while (const auto *C = dyn_cast_or_null<CXXConstructExpr>(E)) {
    if (C->getNumArgs() < 1)
      return false;
    E = strip(C->getArg(0));
  }
  if (isa_and_nonnull<CXXNewExpr>(E))
    return true;
  const auto *Call = dyn_cast_or_null<CallExpr>(E);
  StringRef Name = Call ? methodName(Call->getDirectCallee()) : StringRef();
  return Name == "make_shared" || Name == "allocate_shared" || Name == "make_unique";
}

bool isMap(QualType T, ASTContext &Context) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  return R && R->hasDefinition() && !R->lookup(&Context.Idents.get("mapped_type")).empty();
}

bool isNull(const Expr *E, ASTContext &Context) {
  return !E->isValueDependent() &&
         E->isNullPointerConstant(Context, Expr::NPC_NeverValueDependent) != Expr::NPCK_NotNull;
}

} // namespace

LocalBindings localBindings(const FunctionDecl &Function) {
  BindingCollector Collector;
  Collector.TraverseStmt(Function.getBody());
  Collector.finish();
  LocalBindings Locals{std::move(Collector.Bound), std::move(Collector.Stepped), {}};
  for (const auto &[Var, Init] : Locals.Bound)
    if (Init && makesObject(Init) && !Collector.Leaves.contains(Var))
      Locals.Fresh.insert(Var);
  return Locals;
}

PathResolver::PathResolver(const FunctionDecl &Function, const LibraryView &Library, unsigned Level)
    : Function(Function), View(Library), Library(Library.models()), Context(Function.getASTContext()),
      Locals(Library.bindingsOf(Function)), Level(Level) {}

bool PathResolver::isLocal(const ValueDecl *Var) const {
  const auto *V = dyn_cast_or_null<VarDecl>(Var);
  return V && !V->hasGlobalStorage() && V->getDeclContext() &&
         Decl::castFromDeclContext(V->getDeclContext())->getCanonicalDecl() == Function.getCanonicalDecl();
}

/// What the user says is used by one task at a time is as good as owned.
AccessPath PathResolver::confine(AccessPath P) const {
  if (!P || P.Owned)
    return P;
  const auto *Method = dyn_cast<CXXMethodDecl>(&Function);
  P.Owned = (P.Var && (isConfined(*P.Var, Library) || isConfined(P.Var->getType(), Library))) ||
            (P.Base == AccessPath::BaseKind::This && Method &&
             isConfined(QualType(Method->getParent()->getTypeForDecl(), 0), Library)) ||
            llvm::any_of(P.Steps, [&](const AccessPath::Step &S) {
              return S.Field && (isConfined(*S.Field, Library) || isConfined(S.Field->getType(), Library));
            });
  return P;
}

AccessPath PathResolver::resolve(const Expr *E) const { return confine(resolveImpl(E, 0)); }
AccessPath PathResolver::pointee(const Expr *E) const { return confine(pointeeImpl(E, 0)); }
AccessPath PathResolver::ofVariable(const ValueDecl *Var, const Expr *) const { return variable(Var, 0); }

AccessPath PathResolver::variable(const ValueDecl *Decl, unsigned Depth) const {
  AccessPath P;
  if (Depth > MaxDepth)
    return P;
  if (const auto *B = dyn_cast_or_null<BindingDecl>(Decl))
    return binding(*B, Depth + 1);
  const auto *Var = dyn_cast_or_null<VarDecl>(Decl);
  if (!Var)
    return P;
  QualType T = Var->getType();
  P.Var = Var->getCanonicalDecl();
  P.Type = T.getNonReferenceType();
  P.Const = isConstPlace(T) && !T->isReferenceType();
  if (Var->hasGlobalStorage()) {
    // A thread_local is each thread's own; what a suspension does to it is another check's.
    if (Var->getTLSKind() != VarDecl::TLS_None || Var->isConstexpr())
      return {};
    P.Base = AccessPath::BaseKind::Global;
    return P;
  }
  if (!isLocal(Var) || Var->isInitCapture()) {
    P.Base = AccessPath::BaseKind::Capture;
    return P;
  }
  if (isa<ParmVarDecl>(Var)) {
    // T&& hands the object over; it is the coroutine's own as far as other tasks go.
    P.Base = T->isLValueReferenceType() ? AccessPath::BaseKind::Param : AccessPath::BaseKind::Local;
    return P;
  }
  if (T->isReferenceType() && Var->getInit()) {
    AccessPath Target = resolveImpl(Var->getInit(), Depth + 1);
    if (Target)
      return Target;
    const Expr *Init = Var->getInit()->IgnoreParenImpCasts();
    if (const auto *F = dyn_cast<FullExpr>(Init))
      Init = F->getSubExpr()->IgnoreParenImpCasts();
    // A temporary whose life the reference extends is a local; any other unknown target is no place at all.
    if (!isa<MaterializeTemporaryExpr>(Init))
      return {};
  }
  P.Base = AccessPath::BaseKind::Local;
  return P;
}

AccessPath PathResolver::pointeeOfVariable(const VarDecl *Var, unsigned Depth) const {
  AccessPath P = variable(Var, Depth + 1);
  QualType Target = Var->getType()->getPointeeType();
  if (P && P.Base != AccessPath::BaseKind::Local)
    return P.plus({AccessPath::Step::Kind::Deref, nullptr, 0, {}, nullptr}, Target);
  if (isSoleOwner(Var->getType()) || Locals.Fresh.contains(Var))
    return P.plus({AccessPath::Step::Kind::Deref, nullptr, 0, {}, nullptr}, Target);
  auto It = Locals.Bound.find(Var);
  if (It != Locals.Bound.end() && It->second && Depth < MaxDepth)
    if (AccessPath Bound = pointeeImpl(It->second, Depth + 1)) {
      // A pointer that moves along stays in its array, at an element that is not known.
      if (Locals.Stepped.contains(Var) && !Bound.Steps.empty())
        if (AccessPath::Step &Last = Bound.Steps.back();
            Last.K == AccessPath::Step::Kind::Constant || Last.K == AccessPath::Step::Kind::Symbol)
          Last = {AccessPath::Step::Kind::Any, nullptr, 0, {}, nullptr};
      return Bound;
    }
  if (!P || Var->isImplicit()) // the iterator of a range-for over something unknown
    return {};
  // A pointer that is re-bound, a pointer parameter, or one from somewhere unknown.
  P.Base = AccessPath::BaseKind::Pointee;
  P.Type = Target;
  P.Const = false;
  P.DependsOn.push_back(Var);
  return P;
}

AccessPath PathResolver::element(const AccessPath &Object, const Expr *Index, QualType T) const {
  if (!Object)
    return Object;
  AccessPath::Step S{AccessPath::Step::Kind::Any, nullptr, 0, {}, nullptr};
  S.Mapped = isMap(Object.Type, Context);
  llvm::SmallVector<const VarDecl *, 2> Used;
  if (Index) {
    const Expr *I = strip(Index);
    // A key is often converted on its way (int to long, literal to string): what the user wrote identifies it.
    while (const auto *C = dyn_cast_or_null<CXXConstructExpr>(I)) {
      if (C->getNumArgs() != 1)
        break;
      I = strip(C->getArg(0));
    }
    Expr::EvalResult Result;
    llvm::raw_string_ostream Out(S.Spelling);
    I->printPretty(Out, nullptr, PrintingPolicy(Context.getLangOpts()));
    if (!I->isValueDependent() && I->getType()->isIntegralOrEnumerationType() && I->EvaluateAsInt(Result, Context)) {
      S.K = AccessPath::Step::Kind::Constant;
      S.Index = Result.Val.getInt().getExtValue();
    } else if (!I->HasSideEffects(Context) || isa<CallExpr>(I)) {
      llvm::FoldingSetNodeID Id;
      I->Profile(Id, Context, /*Canonical=*/true);
      S.K = AccessPath::Step::Kind::Symbol;
      S.IndexExpr = I;
      S.Index = static_cast<std::int64_t>(Id.ComputeHash());
      variablesIn(I, Used);
    }
  }
  AccessPath P = Object.plus(std::move(S), T);
  P.DependsOn.append(Used.begin(), Used.end());
  return P;
}

AccessPath PathResolver::resolveImpl(const Expr *E, unsigned Depth) const {
  E = strip(E);
  if (!E || Depth > MaxDepth)
    return {};
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return Cast->isGLValue() || Cast->getType()->isRecordType() ? resolveImpl(Cast->getSubExpr(), Depth + 1)
                                                                : AccessPath();
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return variable(Ref->getDecl(), Depth + 1);
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    if (const auto *Var = dyn_cast<VarDecl>(Member->getMemberDecl())) // a static member
      return variable(Var, Depth + 1);
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field)
      return {};
    AccessPath Object =
        Member->isArrow() ? pointeeImpl(Member->getBase(), Depth + 1) : resolveImpl(Member->getBase(), Depth + 1);
    return member(Object, *Field);
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
    AccessPath Array = strip(Sub->getBase())->getType()->isArrayType() ? resolveImpl(Sub->getBase(), Depth + 1)
                                                                       : pointeeImpl(Sub->getBase(), Depth + 1);
    return element(Array, Sub->getIdx(), Sub->getType());
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
    if (Op->getOpcode() == UO_Deref)
      return pointeeImpl(Op->getSubExpr(), Depth + 1);
    if (Op->isIncrementDecrementOp() && Op->isPrefix())
      return resolveImpl(Op->getSubExpr(), Depth + 1);
    return {};
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->isAssignmentOp())
      return resolveImpl(Op->getLHS(), Depth + 1);
    return Op->getOpcode() == BO_Comma ? resolveImpl(Op->getRHS(), Depth + 1) : AccessPath();
  }
  if (const auto *Call = dyn_cast<CallExpr>(E))
    return call(Call, Depth + 1);
  return {};
}

AccessPath PathResolver::pointeeImpl(const Expr *E, unsigned Depth) const {
  E = strip(E);
  if (!E || Depth > MaxDepth)
    return {};
  if (isa<CXXThisExpr>(E)) {
    AccessPath P;
    P.Base = AccessPath::BaseKind::This;
    P.Type = E->getType()->getPointeeType();
    return P;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E); Op && Op->getOpcode() == UO_AddrOf)
    return resolveImpl(Op->getSubExpr(), Depth + 1);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
        Var && !Var->hasGlobalStorage() && isLocal(Var) && !Var->getType()->isReferenceType())
      return pointeeOfVariable(Var, Depth + 1);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E); Construct && Construct->getNumArgs() >= 1)
    return pointeeImpl(Construct->getArg(0), Depth + 1); // a copy of a smart pointer or iterator
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return pointeeImpl(Cast->getSubExpr(), Depth + 1);
  if (const auto *Choice = dyn_cast<ConditionalOperator>(E)) { // `it == end() ? nullptr : &it->second`
    const bool Left = isNull(Choice->getTrueExpr(), Context), Right = isNull(Choice->getFalseExpr(), Context);
    return Left == Right ? AccessPath() : pointeeImpl(Left ? Choice->getFalseExpr() : Choice->getTrueExpr(), Depth + 1);
  }
  if (E->getType()->isArrayType())
    return element(resolveImpl(E, Depth + 1), nullptr, Context.getBaseElementType(E->getType()));
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    StringRef Name = methodName(Call->getDirectCallee());
    if (E->getType()->isPointerType())
      if (AccessPath P = throughAccessor(Call, /*Pointer=*/true, Depth))
        return P;
    if (const Expr *Object = objectOfCall(Call)) {
      // p.get(), and the operator-> of a smart pointer.
      const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
      if ((Name == "get" && isPointerLike(Object->getType())) || (Op && Op->getOperator() == OO_Arrow))
        return pointeeImpl(Object, Depth + 1);
      // begin(), find(), data(): they point to elements.
      if (isPointerLike(Call->getType()))
        if (AccessPath P = elementOfCall(Call))
          return P;
    }
    if (isPassThrough(Call))
      return methodName(Call->getDirectCallee()) == "addressof" ? resolveImpl(Call->getArg(0), Depth + 1)
                                                                : pointeeImpl(Call->getArg(0), Depth + 1);
  }
  AccessPath P = resolveImpl(E, Depth + 1);
  QualType T = E->getType()->getPointeeType();
  return P.plus({AccessPath::Step::Kind::Deref, nullptr, 0, {}, nullptr}, T);
}

AccessPath PathResolver::elementOfCall(const Expr *E) const {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(E));
  const Expr *Object = Call ? objectOfCall(Call) : nullptr;
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  if (!Object || !F)
    return {};
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  bool Subscript = Op && Op->getOperator() == OO_Subscript;
  StringRef Effect = Subscript ? StringRef("element") : Library.effectOfMethod(methodName(F));
  if (Effect != "element" && Effect != "look" && !(Effect == "insert" && F->getReturnType()->isReferenceType()))
    return {};
  AccessPath Container = strip(Object)->getType()->isPointerType() ? pointee(Object) : resolve(Object);
  if (Container.Base == AccessPath::BaseKind::This && Container.Steps.empty())
    return {}; // a method of our own that happens to be called `find`
  unsigned First = firstArgument(Call);
  const Expr *Key =
      Call->getNumArgs() > First && !isa<CXXDefaultArgExpr>(Call->getArg(First)) ? Call->getArg(First) : nullptr;
  return element(Container, Key, Call->getType().getNonReferenceType());
}

AccessPath PathResolver::call(const CallExpr *Call, unsigned Depth) const {
  if (isPassThrough(Call))
    return resolveImpl(Call->getArg(0), Depth + 1);
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
    switch (Op->getOperator()) {
    case OO_Star:
    case OO_Arrow:
      if (Op->getNumArgs() == 1)
        return pointeeImpl(Op->getArg(0), Depth + 1);
      break;
    case OO_Equal:
    case OO_PlusEqual:
    case OO_MinusEqual:
    case OO_PlusPlus: return resolveImpl(Op->getArg(0), Depth + 1);
    default: break;
    }
  }
  if (!Call->isGLValue())
    return {};
  if (const FunctionDecl *Get = Call->getDirectCallee();
      Get && Get->isInStdNamespace() && methodName(Get) == "get" && Call->getNumArgs() == 1)
    return part(resolveImpl(Call->getArg(0), Depth + 1), *Get);
  if (AccessPath P = throughAccessor(Call, /*Pointer=*/false, Depth))
    return P;
  // value() of an optional is what it holds.
  if (const Expr *Object = objectOfCall(Call))
    if (methodName(Call->getDirectCallee()) == "value" && isPointerLike(Object->getType()))
      return pointeeImpl(Object, Depth + 1);
  return elementOfCall(Call);
}

} // namespace corace::checks
