// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Consumers.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/Evidence.h"
#include "checks/analysis/RivalIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

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
  StringRef Name = nameOfCallee(W.Second);
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
  if (nameOfCallee(What) == "begin" || nameOfCallee(What) == "cbegin")
    return Removal::Front;
  // With a key the path names it.
  return !W.Place.Steps.empty() && (W.Place.Steps.back().K == AccessPath::Step::Kind::Symbol ||
                                    W.Place.Steps.back().K == AccessPath::Step::Kind::Constant)
             ? Removal::Key
             : Removal::Some;
}

/// Putting this in leaves the element that will be removed where it is.
bool keepsElement(const Expr *Insertion, Removal How, QualType Container) {
  StringRef Name = nameOfCallee(Insertion);
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
  StringRef Name = nameOfCallee(strip(F.Site));
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
  StringRef Name = nameOfCallee(strip(F.Site));
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

bool suspends(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  return isa<CoroutineSuspendExpr>(S) || llvm::any_of(childrenOf(*S), suspends);
}

bool contains(const Stmt *S, const Stmt *Inner) {
  return S && (S == Inner || llvm::any_of(childrenOf(*S), [&](const Stmt *C) { return contains(C, Inner); }));
}

bool leaves(const Stmt *S) {
  const auto *Block = dyn_cast_or_null<CompoundStmt>(S);
  return isa_and_nonnull<CoreturnStmt>(Block && !Block->body_empty() ? Block->body_back() : S);
}

/// Whoever finds the queue empty when he puts something in empties it, and all others go: `bool idle = q.empty();
/// q.push_back(x); if (!idle) co_return;`, or `q.push_back(x); if (q.size() > 1) co_return;`.
class Gate {
public:
  Gate(const CoroutineFacts &Facts, const AccessPath &Queue) : Facts(Facts), Queue(Queue) {}

  /// The removal stands behind such a gate, and nobody can pass it between the last removal and the end of the loop.
  bool guards(const Expr *Insertion, const Expr *Removal) {
    const auto *Body = dyn_cast_or_null<CoroutineBodyStmt>(Facts.Function.getBody());
    const auto *Block = Body ? dyn_cast<CompoundStmt>(Body->getBody()) : nullptr;
    if (!Block || !endsTurn(Removal))
      return false;
    bool Passed = false;
    for (const Stmt *S : Block->body()) {
      if (contains(S, Removal))
        return Passed || (isa<IfStmt>(S) && contains(cast<IfStmt>(S)->getThen(), Removal) &&
                          means(cast<IfStmt>(S)->getCond()) == Idle);
      if (const auto *If = dyn_cast<IfStmt>(S); If && leaves(If->getThen()) && means(If->getCond()) == Busy)
        Passed = true;
      if (suspends(S)) // others come before the gate is reached
        Inserted = false, Flag = nullptr;
      if (const auto *D = dyn_cast<DeclStmt>(S); D && D->isSingleDecl() && !Inserted)
        if (const auto *Var = dyn_cast<VarDecl>(D->getSingleDecl()); Var && Var->getType()->isBooleanType())
          if (const Meaning M = means(Var->getInit()); M != Unknown)
            Flag = Var, FlagMeans = M;
      if (contains(S, Insertion))
        Inserted = !isa<IfStmt, WhileStmt, ForStmt, DoStmt, SwitchStmt>(S);
    }
    return false;
  }

private:
  enum Meaning { Unknown, Idle, Busy };
  static Meaning opposite(Meaning M) { return M == Unknown ? Unknown : M == Idle ? Busy : Idle; }

  bool isOfQueue(const Expr *E, StringRef Name) const {
    const auto *Call = dyn_cast_or_null<CXXMemberCallExpr>(E);
    return Call && nameOfCallee(Call) == Name && samePlace(Facts.Paths.resolve(objectOfCall(Call)), Queue);
  }

  /// Of a condition: that the queue held nothing before the insertion, or that it held something.
  Meaning means(const Expr *E) const {
    E = strip(E);
    if (const auto *Op = dyn_cast_or_null<UnaryOperator>(E); Op && Op->getOpcode() == UO_LNot)
      return opposite(means(Op->getSubExpr()));
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E))
      return Inserted && Flag && Ref->getDecl() == Flag ? FlagMeans : Unknown;
    if (!Inserted)
      return isOfQueue(E, "empty") || isOfQueue(E, "isEmpty") ? Idle : Unknown;
    const auto *Op = dyn_cast_or_null<BinaryOperator>(E);
    Expr::EvalResult Number;
    if (!Op || !Op->isComparisonOp() || !isOfQueue(strip(Op->getLHS()), "size") || Op->getRHS()->isValueDependent() ||
        !Op->getRHS()->EvaluateAsInt(Number, Facts.Function.getASTContext()))
      return Unknown;
    const std::int64_t N = Number.Val.getInt().getExtValue();
    switch (Op->getOpcode()) {
    case BO_GT:
    case BO_NE: return N == 1 ? Busy : Unknown;
    case BO_GE: return N == 2 ? Busy : Unknown;
    case BO_EQ:
    case BO_LE: return N == 1 ? Idle : Unknown;
    case BO_LT: return N == 2 ? Idle : Unknown;
    default: return Unknown;
    }
  }

  /// After the removal the loop tests at once: an await in between lets somebody pass the gate of an empty queue.
  static bool isLoop(const Stmt *S) { return isa_and_nonnull<WhileStmt, ForStmt, DoStmt>(S); }
  bool endsTurn(const Stmt *Removal) const {
    const Stmt *Child = Removal, *Parent = Facts.Parents.lookup(Removal);
    for (; Parent && !isLoop(Parent); Child = Parent, Parent = Facts.Parents.lookup(Parent))
      if (const auto *Block = dyn_cast<CompoundStmt>(Parent)) {
        bool After = false;
        for (const Stmt *S : Block->body()) {
          if (After && suspends(S))
            return false;
          After |= S == Child;
        }
      } else if (isa<Expr>(Parent) && suspends(Parent)) {
        return false;
      }
    const auto *While = dyn_cast_or_null<WhileStmt>(Parent);
    const Expr *Test = While ? strip(While->getCond()) : nullptr;
    const auto *Not = dyn_cast_or_null<UnaryOperator>(Test);
    return Not && Not->getOpcode() == UO_LNot &&
           (isOfQueue(strip(Not->getSubExpr()), "empty") || isOfQueue(strip(Not->getSubExpr()), "isEmpty"));
  }

  const CoroutineFacts &Facts;
  const AccessPath &Queue;
  const VarDecl *Flag = nullptr;
  Meaning FlagMeans = Unknown;
  bool Inserted = false;
};

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
  const Expr *Insertion = nullptr;
  unsigned Own = 0; // what the coroutine itself does to the container
  for (const RivalIndex::Change &C : Facts.Rivals.changesOf(Container)) {
    if (C.Function && C.Function->getCanonicalDecl() == Facts.Function.getCanonicalDecl()) {
      Own += C.What != RivalIndex::Change::Effect::Part;
      if (C.What == RivalIndex::Change::Effect::Grow && keepsElement(C.Site, How, T))
        Insertion = C.Site;
      continue;
    }
    if (!C.Function || isa<CXXConstructorDecl, CXXDestructorDecl>(C.Function))
      continue;
    if (C.What == RivalIndex::Change::Effect::Grow && keepsElement(C.Site, How, T))
      Filled = true;
    else if (C.What != RivalIndex::Change::Effect::Part || How == Removal::Key)
      return false;
  }
  if (How == Removal::Front && Insertion && Own == 2 && Gate(Facts, First.Path).guards(Insertion, W.Second))
    return true;
  // Without a producer in sight the users of the container are elsewhere, and among them perhaps another consumer.
  if (!Filled)
    return false;
  return !Instances(Facts.Rivals, Container, Facts.Function.getASTContext())
              .runsOf(&Facts.Function, {First.Path.Base == AccessPath::BaseKind::This, nullptr})
              .Possible;
}

} // namespace corace::checks
