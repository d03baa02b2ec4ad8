// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ScopeExit.h"

#include "checks/analysis/LibraryView.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxNodes = 400; // of a destructor and the methods that it calls
constexpr unsigned MaxDepth = 3;

/// Looks through what only passes an object on.
const Expr *inner(const Expr *E) {
  for (E = strip(E); E; E = strip(E)) {
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
      E = Cast->getSubExpr();
    else if (const auto *Call = dyn_cast<CallExpr>(E); Call && isPassThrough(Call))
      E = Call->getArg(0);
    else if (const auto *Construct = dyn_cast<CXXConstructExpr>(E);
             Construct && Construct->getNumArgs() == 1 && Construct->getConstructor()->isCopyOrMoveConstructor())
      E = Construct->getArg(0);
    else
      return E;
  }
  return E;
}

/// What the variable was made from: the arguments of its constructor, its parts, or those of the call that makes it.
struct Origin {
  const CXXConstructorDecl *Constructor = nullptr;
  const InitListExpr *List = nullptr;
  llvm::SmallVector<const Expr *, 4> Arguments;
};

Origin originOf(const VarDecl &Var) {
  Origin O;
  const Expr *E = inner(Var.getInit());
  if (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(E)) {
    const FunctionDecl *Definition = nullptr;
    if (Construct->getConstructor()->isDefined(Definition))
      O.Constructor = cast<CXXConstructorDecl>(Definition);
    O.Arguments.append(Construct->arg_begin(), Construct->arg_end());
  } else if (const auto *List = dyn_cast_or_null<InitListExpr>(E)) {
    O.List = List->isSemanticForm() || !List->getSemanticForm() ? List : List->getSemanticForm();
    for (const Expr *Part : O.List->inits())
      O.Arguments.push_back(Part);
  } else if (const auto *Call = dyn_cast_or_null<CallExpr>(E)) { // make_guard(...)
    O.Arguments.append(Call->arg_begin(), Call->arg_end());
  }
  return O;
}

const LambdaExpr *lambdaOf(const Expr *E) {
  E = inner(E);
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && !Var->hasGlobalStorage() && Var->getInit())
      E = inner(Var->getInit());
  if (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(E); Construct && Construct->getNumArgs() == 1)
    E = inner(Construct->getArg(0)); // std::function
  return dyn_cast_or_null<LambdaExpr>(E);
}

/// A call of what a member holds, in the destructor or in a method that it calls.
class CallableFinder {
public:
  bool runs(const FunctionDecl *F, unsigned Depth = 0) {
    const FunctionDecl *Definition = nullptr;
    return F && Depth < MaxDepth && F->isDefined(Definition) && find(Definition->getBody(), Depth);
  }

private:
  static bool isMember(const Expr *E) {
    for (E = inner(E); E; E = inner(E)) {
      if (const auto *Member = dyn_cast<MemberExpr>(E))
        return isa<FieldDecl>(Member->getMemberDecl());
      const auto *Op = dyn_cast<CXXOperatorCallExpr>(E); // *optional
      if (!Op || Op->getOperator() != OO_Star || Op->getNumArgs() != 1)
        return false;
      E = Op->getArg(0);
    }
    return false;
  }
  bool find(const Stmt *S, unsigned Depth) {
    if (!S || Left == 0)
      return false;
    --Left;
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(S)) {
      if (Op->getOperator() == OO_Call && isMember(Op->getArg(0)))
        return true;
    } else if (const auto *Member = dyn_cast<CXXMemberCallExpr>(S)) {
      if (isa<CXXThisExpr>(inner(Member->getImplicitObjectArgument())) && runs(Member->getMethodDecl(), Depth + 1))
        return true;
    } else if (const auto *Call = dyn_cast<CallExpr>(S)) {
      if (!Call->getDirectCallee() && isMember(Call->getCallee()))
        return true;
      const FunctionDecl *F = Call->getDirectCallee();
      if (F && F->getDeclName().isIdentifier() && F->getName() == "invoke" && Call->getNumArgs() > 0 &&
          isMember(Call->getArg(0)))
        return true;
    }
    return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return find(Child, Depth); });
  }
  unsigned Left = MaxNodes;
};

class ExitFinder {
public:
  ExitFinder(const VarDecl &Var, const PathResolver &Paths, const LibraryView &Library)
      : Paths(Paths), Library(Library), From(originOf(Var)) {}

  void findEntries() {
    if (!From.Constructor || !From.Constructor->getBody())
      return;
    const PathResolver Inner(*From.Constructor, Library);
    for (const CXXCtorInitializer *I : From.Constructor->inits())
      if (const Expr *Init = I->getInit())
        effect(inner(Init), Inner);
    statements(From.Constructor->getBody(), Inner);
    Out.Entries = std::move(Out.Writes);
    Out.Writes.clear();
  }

  ScopeExit find() { return std::move(Out); }
  ScopeExit find(const CXXDestructorDecl &Destructor) {
    if (CallableFinder().runs(&Destructor))
      for (const Expr *Arg : From.Arguments)
        if (const LambdaExpr *Lambda = lambdaOf(Arg))
          if (const CXXMethodDecl *Body = Lambda->getCallOperator(); Body && !Body->isDependentContext()) {
            const PathResolver Inner(*Body, Library);
            InLambda = true;
            statements(Body->getBody(), Inner);
            InLambda = false;
          }
    if (const Stmt *Body = Destructor.getBody(); Body && (From.Constructor || From.List)) {
      const PathResolver Inner(Destructor, Library);
      statements(Body, Inner);
    }
    if (!Out.Writes.empty() && From.Constructor)
      for (const CXXCtorInitializer *I : From.Constructor->inits())
        if (const auto *Cast = dyn_cast<ImplicitCastExpr>(I->getInit()->IgnoreParens());
            Cast && Cast->getCastKind() == CK_LValueToRValue && I->isAnyMemberInitializer()) {
          const auto *Deref = dyn_cast<UnaryOperator>(inner(Cast));
          const bool Pointee = Deref && Deref->getOpcode() == UO_Deref;
          if (const Expr *Arg = argumentOf(Pointee ? Deref->getSubExpr() : Cast))
            Out.Saved.push_back({Arg, Pointee});
        }
    return std::move(Out);
  }

private:
  /// The argument that a parameter of the constructor stands for.
  const Expr *argumentOf(const Expr *E) const {
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(inner(E));
    const auto *Param = Ref ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr;
    unsigned Index = Param ? Param->getFunctionScopeIndex() : ~0U;
    return Index < From.Arguments.size() ? From.Arguments[Index] : nullptr;
  }

  /// What a member of the variable refers to.
  AccessPath targetOf(const FieldDecl &Field, bool Pointer) const {
    const Expr *Init = nullptr;
    if (From.List && !From.List->isTransparent() && Field.getFieldIndex() < From.List->getNumInits())
      Init = From.List->getInit(Field.getFieldIndex());
    else if (From.Constructor)
      for (const CXXCtorInitializer *I : From.Constructor->inits())
        if (I->getMember() == &Field) {
          const Expr *Value = inner(I->getInit());
          const auto *Address = dyn_cast_or_null<UnaryOperator>(Value);
          if (Address && Address->getOpcode() == UO_AddrOf) {
            const Expr *Arg = argumentOf(Address->getSubExpr());
            return Arg && Pointer ? Paths.resolve(Arg) : AccessPath();
          }
          Init = argumentOf(Value);
        }
    return !Init ? AccessPath() : Pointer ? Paths.pointee(Init) : Paths.resolve(Init);
  }

  /// A path of the destructor or of the lambda as one of the function around the variable.
  AccessPath outside(const AccessPath &P) const {
    if (P.Base == AccessPath::BaseKind::Global)
      return P;
    if (InLambda) {
      if (P.Base == AccessPath::BaseKind::This)
        return P;
      if (P.Base != AccessPath::BaseKind::Capture || cast<VarDecl>(P.Var)->isInitCapture())
        return {};
      AccessPath Base = Paths.ofVariable(P.Var, nullptr);
      for (const AccessPath::Step &S : P.Steps)
        Base = Base.plus(S, S.Field ? S.Field->getType().getNonReferenceType() : QualType());
      return Base;
    }
    if (P.Base == AccessPath::BaseKind::Param || P.Base == AccessPath::BaseKind::Pointee) { // of the constructor
      const auto *Param = dyn_cast_or_null<ParmVarDecl>(P.Var);
      const unsigned Index = Param ? Param->getFunctionScopeIndex() : ~0U;
      if (Index >= From.Arguments.size())
        return {};
      const Expr *Arg = From.Arguments[Index];
      AccessPath Base = P.Base == AccessPath::BaseKind::Param ? Paths.resolve(Arg) : Paths.pointee(Arg);
      for (const AccessPath::Step &S : P.Steps)
        Base = Base.plus(S, S.Field ? S.Field->getType().getNonReferenceType() : QualType());
      return Base;
    }
    if (P.Base != AccessPath::BaseKind::This || P.Steps.empty() || !P.Steps[0].Field)
      return {};
    const FieldDecl &Field = *P.Steps[0].Field;
    const bool Pointer = P.Steps.size() > 1 && P.Steps[1].K == AccessPath::Step::Kind::Deref;
    if (!Pointer && !Field.getType()->isReferenceType())
      return {};
    AccessPath Base = targetOf(Field, Pointer);
    for (const AccessPath::Step &S : llvm::drop_begin(P.Steps, Pointer ? 2 : 1))
      Base = Base.plus(S, S.Field ? S.Field->getType().getNonReferenceType() : QualType());
    return Base;
  }

  void statements(const Stmt *S, const PathResolver &Inner) {
    if (!S || Left == 0)
      return;
    --Left;
    if (const auto *E = dyn_cast<Expr>(S))
      return effect(inner(E), Inner);
    if (const auto *If = dyn_cast<IfStmt>(S); If && mentionsShared(If->getCond(), Inner))
      return; // looks again
    if (isa<LambdaExpr>(S))
      return;
    for (const Stmt *Child : childrenOf(*S))
      statements(Child, Inner);
  }

  bool mentionsShared(const Stmt *S, const PathResolver &Inner) const {
    if (!S)
      return false;
    if (const auto *E = dyn_cast<Expr>(S); E && isa<DeclRefExpr, MemberExpr>(E))
      if (outside(Inner.resolve(E)).isShared())
        return true;
    return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentionsShared(Child, Inner); });
  }

  void effect(const Expr *E, const PathResolver &Inner) {
    if (const auto *Op = dyn_cast_or_null<BinaryOperator>(E); Op && Op->isAssignmentOp())
      return add(Op, Inner.resolve(Op->getLHS()), Op->isCompoundAssignmentOp() ? Act::Modify : Act::Assign,
                 Op->getRHS(), Inner);
    if (const auto *Op = dyn_cast_or_null<UnaryOperator>(E); Op && Op->isIncrementDecrementOp())
      return add(Op, Inner.resolve(Op->getSubExpr()), Act::Modify, nullptr, Inner);
    if (const auto *Op = dyn_cast_or_null<CXXOperatorCallExpr>(E); Op && Op->isAssignmentOp() && Op->getNumArgs() == 2)
      return add(Op, Inner.resolve(Op->getArg(0)), Op->getOperator() == OO_Equal ? Act::Assign : Act::Modify,
                 Op->getArg(1), Inner);
  }

  void add(const Expr *Site, const AccessPath &Target, Act What, const Expr *Value, const PathResolver &Inner) {
    ExitWrite W{outside(Target), What, Site, InLambda, false, {}};
    if (!W.Place.isShared())
      return;
    value(Value, W, Inner);
    Out.Writes.push_back(std::move(W));
  }

  void value(const Stmt *S, ExitWrite &W, const PathResolver &Inner) {
    if (!S)
      return;
    if (const auto *Member = dyn_cast<MemberExpr>(S))
      W.FromVariable = W.FromVariable || (!InLambda && isa<CXXThisExpr>(inner(Member->getBase())));
    if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && InLambda && !Var->hasGlobalStorage()) {
        if (Var->isInitCapture())
          W.FromVariable = true;
        else if (!Inner.isLocal(Var))
          W.Locals.push_back(cast<ValueDecl>(Var->getCanonicalDecl()));
      }
    for (const Stmt *Child : childrenOf(*S))
      value(Child, W, Inner);
  }

  const PathResolver &Paths;
  const LibraryView &Library;
  const Origin From;
  ScopeExit Out;
  bool InLambda = false;
  unsigned Left = MaxNodes;
};

} // namespace

ScopeExit scopeExitOf(const VarDecl &Var, const PathResolver &Paths, const LibraryView &Library) {
  const CXXRecordDecl *Class = Var.getType()->getAsCXXRecordDecl();
  if (!Class || !Class->hasDefinition() || !Var.getInit())
    return {};
  ExitFinder Finder(Var, Paths, Library);
  Finder.findEntries();
  const CXXDestructorDecl *Destructor = Class->hasTrivialDestructor() ? nullptr : Class->getDestructor();
  const FunctionDecl *Definition = nullptr;
  if (!Destructor || Destructor->isImplicit() || !Destructor->isDefined(Definition) || !Definition->getBody())
    return Finder.find();
  return Finder.find(*cast<CXXDestructorDecl>(Definition));
}

} // namespace corace::checks
