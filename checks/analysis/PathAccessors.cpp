// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of objects: members, structured bindings, std::get. And accessors: functions of the user's own that return a
// reference or a pointer to a place which their caller knows too.
#include "checks/analysis/InlineFrame.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxLevel = 3;    // accessors that call accessors
constexpr unsigned MaxAccessor = 4; // statements

/// The value that a function returns at its end, if that is the only way out.
const Expr *onlyResult(const FunctionDecl &F) {
  const auto *Body = dyn_cast_or_null<CompoundStmt>(F.getBody());
  if (!Body || Body->body_empty() || Body->size() > MaxAccessor)
    return nullptr;
  for (const Stmt *S : llvm::drop_end(Body->body()))
    if (!isa<DeclStmt, Expr>(S))
      return nullptr;
  const auto *Return = dyn_cast<ReturnStmt>(Body->body_back());
  return Return ? Return->getRetValue() : nullptr;
}

bool isPair(const RecordDecl *R) { return R->isInStdNamespace() && R->getIdentifier() && R->getName() == "pair"; }

} // namespace

AccessPath PathResolver::member(const AccessPath &Object, const FieldDecl &Field) const {
  // An iterator of a map refers to a pair; what users call `m[key]` is the second half of it.
  if (!Object.Steps.empty() && Object.Steps.back().Mapped && isPair(Field.getParent())) {
    const CXXRecordDecl *Reached = Object.Type.isNull() ? nullptr : Object.Type->getAsCXXRecordDecl();
    if (Reached != Field.getParent()) {
      AccessPath P = Object;
      P.Type = Field.getType().getNonReferenceType();
      P.Const = P.Const || Field.getName() == "first";
      return P;
    }
  }
  return Object.plus({AccessPath::Step::Kind::Field, &Field, 0, {}, nullptr}, Field.getType().getNonReferenceType());
}

/// std::get of a pair, a tuple, an array; of a variant it is the variant.
AccessPath PathResolver::part(const AccessPath &Whole, const FunctionDecl &Get) const {
  const TemplateArgumentList *Arguments = Get.getTemplateSpecializationArgs();
  if (!Whole || !Arguments || Arguments->size() == 0 || Arguments->get(0).getKind() != TemplateArgument::Integral ||
      Get.getNumParams() == 0)
    return Whole;
  const std::uint64_t Index = Arguments->get(0).getAsIntegral().getZExtValue();
  const CXXRecordDecl *R = Get.getParamDecl(0)->getType().getNonReferenceType()->getAsCXXRecordDecl();
  if (R && R->hasDefinition() && isPair(R))
    for (const FieldDecl *Field : R->fields())
      if (Field->getFieldIndex() == Index)
        return member(Whole, *Field);
  if (!R || !R->getIdentifier() || R->getName() == "variant")
    return Whole;
  AccessPath::Step S{AccessPath::Step::Kind::Constant, nullptr, static_cast<std::int64_t>(Index), {}, nullptr};
  S.Spelling = std::to_string(Index);
  return Whole.plus(std::move(S), Get.getReturnType().getNonReferenceType());
}

/// The parts of `auto &[a, b] = x` are places in x; of `auto [a, b] = f()` they are locals.
AccessPath PathResolver::binding(const BindingDecl &B, unsigned Depth) const {
  const auto *D = dyn_cast_or_null<VarDecl>(B.getDecomposedDecl());
  if (!D || !B.getBinding())
    return {};
  AccessPath Whole = variable(D, Depth + 1);
  if (!Whole || Whole.Base == AccessPath::BaseKind::Local)
    return Whole;
  if (const auto *M = dyn_cast<MemberExpr>(strip(B.getBinding())))
    if (const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl()))
      return member(Whole, *F);
  const VarDecl *Holder = B.getHoldingVar();
  const auto *Call = Holder ? dyn_cast_or_null<CallExpr>(strip(Holder->getInit())) : nullptr;
  const FunctionDecl *Get = Call ? Call->getDirectCallee() : nullptr;
  return Get ? part(Whole, *Get) : Whole;
}

const AccessPath &PathResolver::returnedBy(const FunctionDecl &Accessor, bool Pointer) const {
  auto [It, New] = Returned.try_emplace(&Accessor);
  if (!New)
    return It->second;
  AccessPath P;
  if (const Expr *Result = onlyResult(Accessor)) {
    const PathResolver Inner(Accessor, View, Level + 1);
    P = Pointer ? Inner.pointee(Result) : Inner.resolve(Result);
  }
  return Returned[&Accessor] = std::move(P);
}

/// A call of the user's own function that returns a reference or a pointer to a place that both know.
AccessPath PathResolver::throughAccessor(const CallExpr *Call, bool Pointer, unsigned Depth) const {
  const FunctionDecl *Accessor = Level < MaxLevel ? ownDefinition(Call->getDirectCallee()) : nullptr;
  if (!Accessor || Accessor->getReturnType()->isDependentType())
    return {};
  const AccessPath P = returnedBy(*Accessor, Pointer);
  auto argument = [&](const ValueDecl *Param) -> const Expr * {
    const auto *Var = dyn_cast_or_null<ParmVarDecl>(Param);
    unsigned Index = Var ? Var->getFunctionScopeIndex() + firstArgument(Call) : ~0U;
    return Index < Call->getNumArgs() ? Call->getArg(Index) : nullptr;
  };
  AccessPath Base;
  if (P.Base == AccessPath::BaseKind::Global) {
    return P;
  } else if (P.Base == AccessPath::BaseKind::This) {
    if (const Expr *Object = objectOfCall(Call))
      Base =
          strip(Object)->getType()->isPointerType() ? pointeeImpl(Object, Depth + 1) : resolveImpl(Object, Depth + 1);
  } else if (P.Base == AccessPath::BaseKind::Param) {
    if (const Expr *Arg = argument(P.Var))
      Base = resolveImpl(Arg, Depth + 1);
  }
  if (!Base || P.Steps.empty())
    return {};
  for (const AccessPath::Step &S : P.Steps) {
    if (S.K == AccessPath::Step::Kind::Symbol) {
      // An index that is a parameter is what the caller passes; any other one is not known out here.
      const auto *Ref = dyn_cast_or_null<DeclRefExpr>(S.IndexExpr);
      Base = element(Base, Ref ? argument(Ref->getDecl()) : nullptr, QualType());
    } else {
      Base = Base.plus(S, S.Field ? S.Field->getType().getNonReferenceType() : QualType());
    }
  }
  Base.Type = P.Type;
  Base.Const = Base.Const || P.Const;
  return Base;
}

} // namespace corace::checks
