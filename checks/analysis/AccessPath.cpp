// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/AccessPath.h"

#include "checks/models/Models.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ASTLambda.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/ADT/Hashing.h"
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
  for (const Stmt *Child : S->children())
    variablesIn(Child, Out);
}

} // namespace

const Expr *strip(const Expr *E) {
  for (;;) {
    if (!E)
      return nullptr;
    const Expr *Inner = E->IgnoreParenImpCasts();
    if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(Inner))
      Inner = M->getSubExpr();
    else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(Inner))
      Inner = B->getSubExpr();
    else if (const auto *F = dyn_cast<FullExpr>(Inner))
      Inner = F->getSubExpr();
    else if (const auto *O = dyn_cast<OpaqueValueExpr>(Inner); O && O->getSourceExpr())
      Inner = O->getSourceExpr();
    else if (const auto *S = dyn_cast<SubstNonTypeTemplateParmExpr>(Inner))
      Inner = S->getReplacement();
    if (Inner == E)
      return E;
    E = Inner;
  }
}

const Expr *objectOfCall(const CallExpr *Call) {
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    return Member->getImplicitObjectArgument();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call))
    if (isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()) && Op->getNumArgs() > 0)
      return Op->getArg(0);
  return nullptr;
}

unsigned firstArgument(const CallExpr *Call) {
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  return Op && isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()) ? 1 : 0;
}

bool isPassThrough(const CallExpr *Call) {
  const FunctionDecl *F = Call->getDirectCallee();
  if (!F || Call->getNumArgs() != 1 || !F->isInStdNamespace())
    return false;
  StringRef Name = methodName(F);
  return Name == "move" || Name == "forward" || Name == "as_const" || Name == "ref" || Name == "cref" ||
         Name == "addressof" || Name == "move_if_noexcept";
}

bool isStdMove(const Expr *E) {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(E));
  return Call && isPassThrough(Call) && methodName(Call->getDirectCallee()) == "move";
}

bool isPointerLike(QualType T) {
  if (T.isNull())
    return false;
  T = T.getNonReferenceType();
  if (T->isPointerType())
    return true;
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition())
    return false;
  for (const CXXMethodDecl *M : R->methods())
    if (M->getOverloadedOperator() == OO_Arrow || (M->getOverloadedOperator() == OO_Star && M->param_empty()))
      return true;
  // Operators are often templates or inherited (libstdc++'s shared_ptr has them in a base).
  for (const Decl *D : R->decls())
    if (const auto *F = dyn_cast<FunctionTemplateDecl>(D))
      if (F->getTemplatedDecl()->getOverloadedOperator() == OO_Arrow)
        return true;
  for (const CXXBaseSpecifier &Base : R->bases())
    if (isPointerLike(Base.getType()))
      return true;
  return false;
}

bool isSoleOwner(QualType T) {
  if (T.isNull() || T->isPointerType() || !isPointerLike(T))
    return false;
  const CXXRecordDecl *R = T.getNonReferenceType()->getAsCXXRecordDecl();
  if (!R)
    return false;
  // A pointer-like class that cannot be copied: nobody else can have a copy of the pointer.
  for (const CXXConstructorDecl *C : R->ctors())
    if (C->isCopyConstructor())
      return C->isDeleted();
  return R->needsImplicitCopyConstructor() ? R->defaultedCopyConstructorIsDeleted() : false;
}

bool AccessPath::isShared() const {
  if (Const || Owned)
    return false;
  switch (Base) {
  case BaseKind::None:
  case BaseKind::Local: return false;
  case BaseKind::Pointee:
  case BaseKind::Global:
  case BaseKind::This:
  case BaseKind::Param:
  case BaseKind::Capture: return true;
  }
  return false;
}

AccessPath AccessPath::plus(Step S, QualType T) const {
  AccessPath P = *this;
  if (!P || P.Steps.size() >= MaxSteps)
    return P;
  if (S.K == Step::Kind::Deref && isSoleOwner(P.Type) && P.Base == BaseKind::Local)
    P.Owned = true;
  // Behind a pointer or a reference the constness of the pointer says nothing about the target.
  if (S.K == Step::Kind::Deref)
    P.Const = false;
  else if (isConstPlace(T) && !(S.Field && S.Field->isMutable()))
    P.Const = P.Const || S.K == Step::Kind::Field;
  P.Steps.push_back(std::move(S));
  P.Type = T;
  return P;
}

std::string AccessPath::spelling() const {
  std::string Out;
  if (Base == BaseKind::This)
    Out = Steps.empty() ? "*this" : "";
  else if (Var)
    Out = Var->getNameAsString();
  bool NeedDot = Base != BaseKind::This;
  bool Arrow = false;
  for (std::size_t I = 0; I < Steps.size(); ++I) {
    const Step &S = Steps[I];
    switch (S.K) {
    case Step::Kind::Field:
      if (NeedDot)
        Out += Arrow ? "->" : ".";
      Out += S.Field->getNameAsString();
      Arrow = false;
      break;
    case Step::Kind::Constant:
    case Step::Kind::Symbol: Out += "[" + S.Spelling + "]"; break;
    case Step::Kind::Any: Out += "[...]"; break;
    case Step::Kind::Deref:
      // `p->x` when a field follows, `*p` when nothing does.
      if (I + 1 < Steps.size() && Steps[I + 1].K == Step::Kind::Field)
        Arrow = true;
      else
        Out = "*" + Out;
      break;
    }
    NeedDot = true;
  }
  if (Base == BaseKind::Pointee && Steps.empty())
    Out = "*" + Out;
  else if (Base == BaseKind::Pointee && Steps.front().K == Step::Kind::Field)
    if (auto Dot = Out.find('.'); Dot != std::string::npos)
      Out.replace(Dot, 1, "->");
  return Out;
}

bool overlap(const AccessPath &A, const AccessPath &B) {
  using K = AccessPath::Step::Kind;
  if (!A || !B || A.Base != B.Base || A.Var != B.Var)
    return false;
  for (std::size_t I = 0; I < std::min(A.Steps.size(), B.Steps.size()); ++I) {
    const auto &X = A.Steps[I], &Y = B.Steps[I];
    if (X == Y || X.K == K::Any || Y.K == K::Any)
      continue;
    return false;
  }
  return true;
}

bool samePlace(const AccessPath &A, const AccessPath &B) {
  return A.Base == B.Base && A.Var == B.Var && A.Steps == B.Steps;
}

namespace {

/// Finds what local pointer-like variables are set to.
class BindingCollector : public RecursiveASTVisitor<BindingCollector> {
public:
  llvm::DenseMap<const VarDecl *, const Expr *> Bound;
  llvm::DenseSet<const VarDecl *> Stepped;
  llvm::DenseSet<const VarDecl *> Leaves; ///< used as a whole value, so others may hold it too

  bool shouldVisitLambdaBody() const { return true; }
  bool shouldVisitImplicitCode() const { return true; } // the iterators of range-for

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

} // namespace

PathResolver::PathResolver(const FunctionDecl &Function, const Models &Library)
    : Function(Function), Library(Library), Context(Function.getASTContext()) {
  if (const Stmt *Body = Function.getBody())
    collectBindings(Body);
}

void PathResolver::collectBindings(const Stmt *Body) {
  BindingCollector Collector;
  Collector.TraverseStmt(const_cast<Stmt *>(Body));
  Collector.finish();
  Bindings = std::move(Collector.Bound);
  Stepped = std::move(Collector.Stepped);
  for (const auto &[Var, Init] : Bindings)
    if (Init && makesObject(Init) && !Collector.Leaves.contains(Var))
      Fresh.insert(Var);
}

bool PathResolver::isLocal(const ValueDecl *Var) const {
  const auto *V = dyn_cast_or_null<VarDecl>(Var);
  return V && !V->hasGlobalStorage() && V->getDeclContext() &&
         Decl::castFromDeclContext(V->getDeclContext())->getCanonicalDecl() == Function.getCanonicalDecl();
}

AccessPath PathResolver::resolve(const Expr *E) const { return resolveImpl(E, 0); }
AccessPath PathResolver::pointee(const Expr *E) const { return pointeeImpl(E, 0); }
AccessPath PathResolver::ofVariable(const ValueDecl *Var, const Expr *) const { return variable(Var, 0); }

AccessPath PathResolver::variable(const ValueDecl *Decl, unsigned Depth) const {
  AccessPath P;
  if (Depth > MaxDepth)
    return P;
  if (const auto *B = dyn_cast_or_null<BindingDecl>(Decl)) {
    // The parts of `auto &[a, b] = x` are places in x; of `auto [a, b] = f()` they are locals.
    if (const auto *D = dyn_cast_or_null<VarDecl>(B->getDecomposedDecl())) {
      AccessPath Whole = variable(D, Depth + 1);
      if (Whole && Whole.Base != AccessPath::BaseKind::Local)
        if (const auto *M = dyn_cast_or_null<MemberExpr>(B->getBinding() ? strip(B->getBinding()) : nullptr))
          if (const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl()))
            return Whole.plus({AccessPath::Step::Kind::Field, F, 0, {}, nullptr}, F->getType());
      return Whole;
    }
    return P;
  }
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
  if (isSoleOwner(Var->getType()) || Fresh.contains(Var))
    return P.plus({AccessPath::Step::Kind::Deref, nullptr, 0, {}, nullptr}, Target);
  auto It = Bindings.find(Var);
  if (It != Bindings.end() && It->second && Depth < MaxDepth)
    if (AccessPath Bound = pointeeImpl(It->second, Depth + 1)) {
      // A pointer that moves along stays in its array, at an element that is not known.
      if (Stepped.contains(Var) && !Bound.Steps.empty())
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
    AccessPath Object = Member->isArrow() ? pointeeImpl(Member->getBase(), Depth + 1)
                                          : resolveImpl(Member->getBase(), Depth + 1);
    return Object.plus({AccessPath::Step::Kind::Field, Field, 0, {}, nullptr}, Field->getType().getNonReferenceType());
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
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && !Var->hasGlobalStorage() && isLocal(Var) &&
                                                             !Var->getType()->isReferenceType())
      return pointeeOfVariable(Var, Depth + 1);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E); Construct && Construct->getNumArgs() >= 1)
    return pointeeImpl(Construct->getArg(0), Depth + 1); // a copy of a smart pointer or iterator
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return pointeeImpl(Cast->getSubExpr(), Depth + 1);
  if (E->getType()->isArrayType())
    return element(resolveImpl(E, Depth + 1), nullptr, Context.getBaseElementType(E->getType()));
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    StringRef Name = methodName(Call->getDirectCallee());
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
  unsigned First = firstArgument(Call);
  const Expr *Key = Call->getNumArgs() > First && !isa<CXXDefaultArgExpr>(Call->getArg(First)) ? Call->getArg(First)
                                                                                               : nullptr;
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
  // value() of an optional is what it holds.
  if (const Expr *Object = objectOfCall(Call))
    if (methodName(Call->getDirectCallee()) == "value" && isPointerLike(Object->getType()))
      return pointeeImpl(Object, Depth + 1);
  return elementOfCall(Call);
}

} // namespace corace::checks
