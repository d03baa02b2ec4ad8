// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Consumers.h"

#include "checks/analysis/Evidence.h"
#include "checks/analysis/RivalIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

StringRef nameOf(const Expr *E) {
  const auto *Call = dyn_cast_or_null<CallExpr>(E);
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  return F && F->getDeclName().isIdentifier() ? F->getName() : StringRef();
}

bool hasMethod(QualType T, StringRef Name) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  return R && R->hasDefinition() && llvm::any_of(R->methods(), [&](const CXXMethodDecl *M) {
           return M->getDeclName().isIdentifier() && M->getName() == Name;
         });
}

/// Which elements leave.
enum class Removal {
  None,
  Front, ///< what was put in first
  Back,  ///< what was put in last
  Key,   ///< the one with this key
  Some,  ///< by priority, by position, ...
};

Removal removalOf(const Window &W, QualType Container) {
  StringRef Name = nameOf(W.Second);
  if (Name == "pop_front" || Name == "dequeue" || Name == "removeFirst")
    return Removal::Front;
  if (Name == "pop_back" || Name == "removeLast")
    return Removal::Back;
  if (Name == "pop") // a stack or a priority queue shows its top, a queue its front
    return hasMethod(Container, "top") ? Removal::Some : Removal::Front;
  const auto *Call = dyn_cast<CallExpr>(W.Second);
  if (Name != "erase" || Call->getNumArgs() != 1)
    return Removal::Some;
  const Expr *What = strip(Call->getArg(0));
  while (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(What)) { // an iterator becomes a const_iterator
    if (Construct->getNumArgs() == 0)
      break;
    What = strip(Construct->getArg(0));
  }
  if (nameOf(What) == "begin" || nameOf(What) == "cbegin")
    return Removal::Front;
  // With a key the path names it.
  return !W.Place.Steps.empty() && (W.Place.Steps.back().K == AccessPath::Step::Kind::Symbol ||
                                    W.Place.Steps.back().K == AccessPath::Step::Kind::Constant)
             ? Removal::Key
             : Removal::Some;
}

/// Putting this in leaves the element that will be removed where it is.
bool keepsElement(const Expr *Insertion, Removal How, QualType Container) {
  StringRef Name = nameOf(Insertion);
  switch (How) {
  case Removal::Front:
    return Name == "push_back" || Name == "emplace_back" || Name == "append" || Name == "append_range" ||
           Name == "enqueue" || ((Name == "push" || Name == "emplace") && hasMethod(Container, "pop"));
  case Removal::Back: return Name == "push_front" || Name == "emplace_front" || Name == "prepend";
  case Removal::Key: return Name != "insert_or_assign";
  case Removal::None:
  case Removal::Some: return false;
  }
  return false;
}

/// The variable or member that is the container which was tested; null if the test was of something else.
const ValueDecl *testedContainer(const Fact &F) {
  StringRef Name = nameOf(strip(F.Site));
  if (!llvm::is_contained({"empty", "isEmpty", "size", "length", "contains", "count", "find"}, Name))
    return nullptr;
  AccessPath P = F.Path;
  if (!P.Steps.empty() && P.Steps.back().K != AccessPath::Step::Kind::Field)
    P.Steps.pop_back(); // the key
  if (P.Steps.empty())
    return P.Var;
  return P.Steps.back().Field;
}

/// `size() == 3` is broken by those who add, too.
bool testsExactSize(const CoroutineFacts &Facts, const Fact &F) {
  StringRef Name = nameOf(strip(F.Site));
  if (Name != "size" && Name != "length")
    return false;
  for (const Stmt *S = F.Site; S && isa<Expr>(S); S = Facts.Parents.lookup(S))
    if (const auto *Op = dyn_cast<BinaryOperator>(S); Op && Op->isEqualityOp()) {
      Expr::EvalResult Result;
      const Expr *Other = Op->getRHS();
      return Other->isValueDependent() || !Other->EvaluateAsInt(Result, Facts.Function.getASTContext()) ||
             Result.Val.getInt() != 0;
    }
  return false;
}

} // namespace

bool hasOneConsumer(const CoroutineFacts &Facts, const Window &W) {
  if (W.How != Dependence::Condition || W.What != Act::Erase)
    return false;
  const Fact &First = Facts.Facts[W.First];
  const ValueDecl *Container = testedContainer(First);
  if (!Container || testsExactSize(Facts, First))
    return false;
  const QualType T = Container->getType();
  const Removal How = removalOf(W, T);
  bool Filled = false;
  for (const RivalIndex::Change &C : Facts.Rivals.changesOf(Container)) {
    if (!C.Function || C.Function->getCanonicalDecl() == Facts.Function.getCanonicalDecl() ||
        isa<CXXConstructorDecl, CXXDestructorDecl>(C.Function))
      continue;
    if (C.What == RivalIndex::Change::Effect::Grow && keepsElement(C.Site, How, T))
      Filled = true;
    else if (C.What != RivalIndex::Change::Effect::Part || How == Removal::Key)
      return false;
  }
  // Without a producer in sight the users of the container are elsewhere, and among them perhaps another consumer.
  if (!Filled)
    return false;
  return !Instances(Facts.Rivals, Container, Facts.Function.getASTContext())
              .second(&Facts.Function, First.Path.Base == AccessPath::BaseKind::This);
}

} // namespace corace::checks
