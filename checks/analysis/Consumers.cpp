// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Consumers.h"

#include "checks/analysis/RivalIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"

#include <map>

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxCallers = 5; // how far up the chain of callers evidence is looked for

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

bool isLambda(const FunctionDecl *F) {
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(F);
  return Method && Method->getParent()->isLambda();
}

const FunctionDecl *functionAround(const FunctionDecl *Lambda) {
  const DeclContext *C = cast<CXXMethodDecl>(Lambda)->getParent()->getDeclContext();
  while (C && !isa<FunctionDecl>(C))
    C = C->getParent();
  return cast_or_null<FunctionDecl>(C);
}

bool mentions(const Stmt *S, llvm::function_ref<bool(const ValueDecl *)> P) {
  if (!S)
    return false;
  if (const auto *Member = dyn_cast<MemberExpr>(S); Member && P(Member->getMemberDecl()))
    return true;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S); Ref && P(Ref->getDecl()))
    return true;
  return llvm::any_of(S->children(), [&](const Stmt *Child) { return mentions(Child, P); });
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

/// Looks for signs that two runs of a function may be under way at once.
class Instances {
public:
  Instances(const RivalIndex &Rivals, const ValueDecl *Container, const ASTContext &Context)
      : Rivals(Rivals), Container(Container), SM(Context.getSourceManager()) {}

  /// `OnObject`: only runs on the same object count.
  bool several(const FunctionDecl *F, bool OnObject, unsigned Depth = 0) const {
    if (!F || Depth > MaxCallers)
      return false;
    std::map<const void *, llvm::DenseSet<const void *>> Starts; // by object: those that may overlap
    llvm::SmallVector<const FunctionDecl *, 4> Further;
    for (const RivalIndex::Call &C : Rivals.callsOf(F)) {
      if (isLambda(F) &&
          SM.getFileID(SM.getExpansionLoc(C.Site->getExprLoc())) != SM.getFileID(SM.getExpansionLoc(F->getLocation())))
        continue; // inside the library that the lambda was given to
      if (isGuarded(C))
        continue;
      const Origin From = OnObject ? originOf(C) : Origin();
      const Stmt *Loop = C.Loop && !C.Awaited ? C.Loop : nullptr;
      if (!Loop && isLambda(C.Caller))
        Loop = Rivals.loopAround(*C.Caller);
      if (Loop && !isMadeIn(From, Loop))
        return true;
      // What one function awaits runs one after another.
      const void *Start = C.Awaited ? static_cast<const void *>(C.Caller) : C.Site;
      if (!From.Fresh && Starts[From.Variable].insert(Start).second && Starts[From.Variable].size() > 1)
        return true;
      if (From.IsThis)
        Further.push_back(C.Caller);
    }
    if (isLambda(F))
      Further.push_back(functionAround(F));
    return llvm::any_of(Further, [&](const FunctionDecl *Caller) { return several(Caller, OnObject, Depth + 1); });
  }

private:
  /// The object that a function is called on.
  struct Origin {
    const ValueDecl *Variable = nullptr; ///< a local or member; null when it may be any
    bool Fresh = false;                  ///< made on the spot
    bool IsThis = true;                  ///< the caller's own, so its runs count
  };

  Origin originOf(const RivalIndex::Call &C) const {
    const auto *Call = dyn_cast<CallExpr>(C.Site);
    const Expr *E = Call ? objectOfCall(Call) : nullptr;
    for (E = strip(E); E;) {
      const auto *Inner = dyn_cast<CallExpr>(E);
      if (const auto *Member = dyn_cast<MemberExpr>(E))
        return {Member->getMemberDecl(), false, false};
      if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E); Op && Op->getNumArgs() == 1)
        E = strip(Op->getArg(0));
      else if (const auto *Deref = dyn_cast<UnaryOperator>(E))
        E = strip(Deref->getSubExpr());
      else if (Inner && (nameOf(Inner) == "make_shared" || nameOf(Inner) == "make_unique"))
        return {nullptr, true, false};
      else
        break;
    }
    if (isa_and_nonnull<CXXNewExpr>(E))
      return {nullptr, true, false};
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (!Var) // this, or something unknown
      return {nullptr, false, isa_and_nonnull<CXXThisExpr>(E)};
    // `[self = shared_from_this()]`: the object whose method makes the lambda.
    if (Var->isInitCapture())
      return {nullptr, false, nameOf(strip(Var->getInit())) == "shared_from_this"};
    bool Own = !isa<ParmVarDecl>(Var) && !Var->hasGlobalStorage();
    return {Own ? Var : nullptr, false, false};
  }

  /// Every turn of the loop has an object of its own.
  bool isMadeIn(const Origin &From, const Stmt *Loop) const {
    return From.Fresh || (From.Variable && !isa<FieldDecl>(From.Variable) &&
                          SM.isBeforeInTranslationUnit(Loop->getBeginLoc(), From.Variable->getLocation()));
  }

  /// Started only if a flag or the container says so: `if (!writing) co_spawn(...)`.
  bool isGuarded(const RivalIndex::Call &C) const {
    return mentions(C.Guard, [&](const ValueDecl *D) {
      return D->getCanonicalDecl() == Container->getCanonicalDecl() ||
             (D->getType().getNonReferenceType()->isBooleanType() && !isa<ParmVarDecl, FunctionDecl>(D));
    });
  }

  const RivalIndex &Rivals;
  const ValueDecl *Container;
  const SourceManager &SM;
};

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
              .several(&Facts.Function, First.Path.Base == AccessPath::BaseKind::This);
}

} // namespace corace::checks
