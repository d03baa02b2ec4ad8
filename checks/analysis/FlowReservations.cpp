// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a task has counted as its own: `++active` until the `--active` that gives it back. What was tested in between
// decides when it is given back, and not whether: `if (++active > limit) { --active; co_return; }`.
#include "checks/analysis/Flow.h"

#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr std::size_t MaxReserved = 16; // at the same time

bool mentions(const Stmt *S, const ValueDecl *Var) {
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(S);
  return S && ((Ref && Ref->getDecl()->getCanonicalDecl() == Var->getCanonicalDecl()) ||
               llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentions(Child, Var); }));
}

/// The step that an operation takes, and the amount if it is written out; null for one.
std::optional<std::pair<bool, const Expr *>> stepOf(const Expr *E) {
  if (const auto *Op = dyn_cast<UnaryOperator>(E); Op && Op->isIncrementDecrementOp())
    return {{Op->isIncrementOp(), nullptr}};
  if (const auto *Op = dyn_cast<BinaryOperator>(E);
      Op && (Op->getOpcode() == BO_AddAssign || Op->getOpcode() == BO_SubAssign))
    return {{Op->getOpcode() == BO_AddAssign, Op->getRHS()}};
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E)) {
    if (Op->getOperator() == OO_PlusPlus || Op->getOperator() == OO_MinusMinus)
      return {{Op->getOperator() == OO_PlusPlus, nullptr}};
    if ((Op->getOperator() == OO_PlusEqual || Op->getOperator() == OO_MinusEqual) && Op->getNumArgs() == 2)
      return {{Op->getOperator() == OO_PlusEqual, Op->getArg(1)}};
    return std::nullopt;
  }
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E); Call && Call->getNumArgs() > 0)
    if (const CXXMethodDecl *Method = Call->getMethodDecl(); Method && Method->getDeclName().isIdentifier())
      if (Method->getName() == "fetch_add" || Method->getName() == "fetch_sub")
        return {{Method->getName() == "fetch_add", Call->getArg(0)}};
  return std::nullopt;
}

} // namespace

/// By how much an operation changes its place. An amount that stands in a callee has to be a constant: its variables
/// are not those of this function.
std::optional<Flow::Change> Flow::changeOf(const Expr *Operation, bool Inside) const {
  const auto Step = stepOf(Operation);
  if (!Step)
    return std::nullopt;
  Change C{Step->first, 1, nullptr};
  if (!Step->second)
    return C;
  const Expr *Amount = strip(Step->second);
  if (Amount->isValueDependent())
    return std::nullopt;
  if (Expr::EvalResult Result; Amount->getType()->isIntegralOrEnumerationType() &&
                               Amount->EvaluateAsInt(Result, Context) && Result.Val.getInt().isRepresentableByInt64()) {
    C.Amount = Result.Val.getInt().getExtValue();
    return C;
  }
  if (Inside || Amount->HasSideEffects(Context, /*IncludePossibleEffects=*/false))
    return std::nullopt;
  llvm::FoldingSetNodeID Id;
  Amount->Profile(Id, Context, /*Canonical=*/true);
  C.Amount = static_cast<std::int64_t>(Id.ComputeHash());
  C.Written = Amount;
  return C;
}

/// What an operation gives back of what this task has taken on every way to here.
std::optional<unsigned> Flow::givenBack(const Expr *Operation, bool Inside, const AccessPath &P, const State &S) const {
  if (S.Reserved.empty())
    return std::nullopt;
  const std::optional<Change> C = changeOf(Operation, Inside);
  if (!C)
    return std::nullopt;
  for (unsigned Number : llvm::reverse(S.Reserved)) {
    const Change &Taken = Changes.find(Number)->second;
    if (Taken.Up != C->Up && Taken.Amount == C->Amount && !Taken.Written == !C->Written &&
        samePlace(Out.Facts[Number].Path, P))
      return Number;
  }
  return std::nullopt;
}

/// A shared place is written. True if that gives back what this task has taken.
bool Flow::reserve(const Expr *Site, const Expr *Inside, const AccessPath &P, Act What, State &S) {
  const Expr *Operation = Inside ? Inside : Site;
  if (const auto Number = What == Act::Modify ? givenBack(Operation, Inside, P, S) : std::nullopt) {
    llvm::erase(S.Reserved, *Number);
    return true;
  }
  const std::optional<Change> C = What == Act::Modify ? changeOf(Operation, Inside) : std::nullopt;
  if (!C) { // set to something else
    llvm::erase_if(S.Reserved, [&](unsigned Number) { return overlap(Out.Facts[Number].Path, P); });
    return false;
  }
  const unsigned Number = fact(Site, P, S.Held, /*WholeCopy=*/false);
  Changes.insert_or_assign(Number, *C);
  auto At = llvm::lower_bound(S.Reserved, Number);
  if (At != S.Reserved.end() && *At == Number)
    return false; // again in a loop: what comes after it gives back one of them
  S.Reserved.insert(At, Number);
  if (S.Reserved.size() > MaxReserved)
    S.Reserved.erase(S.Reserved.begin());
  return false;
}

/// The amount, or the place, is another one from now on.
void Flow::forgetReserved(const ValueDecl *Var, State &S) {
  llvm::erase_if(S.Reserved, [&](unsigned Number) {
    return mentions(Changes.find(Number)->second.Written, Var) ||
           llvm::any_of(Out.Facts[Number].Path.DependsOn, [&](const VarDecl *V) { return V == Var; });
  });
}

} // namespace corace::checks
