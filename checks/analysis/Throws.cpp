// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Throws.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

static constexpr unsigned MaxDepth = 100; // of calls; generated code may go on for thousands

/// One walk over one body.
class ThrowWalk {
public:
  ThrowWalk(const Throws &All, const FunctionDecl &Function) : All(All), Function(Function) {}

  Escape run(const Stmt *Body) {
    walk(Body, nullptr);
    return Found;
  }

private:
  /// The handlers around a statement, from the inside to the outside.
  struct Handlers {
    const CXXTryStmt *Try;
    const Handlers *Outer;
  };

  void walk(const Stmt *S, const Handlers *Around);
  void walkChildren(const Stmt *S, const Handlers *Around) {
    for (const Stmt *Child : childrenOf(*S))
      walk(Child, Around);
  }
  void await(const CoroutineSuspendExpr &E, const Handlers *Around);
  void call(const Expr &Site, const FunctionDecl *Callee, const Handlers *Around);
  void thrown(const Stmt &Site, QualType T, const Handlers *Around);
  void unknown(const Expr &Site, const Handlers *Around);
  [[nodiscard]] bool inSight(const FunctionDecl &Callee) const;
  void callee(const Expr &Site, const Escape &Inner, bool NeverReturns, const Handlers *Around);

  const Throws &All;
  const FunctionDecl &Function;
  Escape Found;
};

namespace {

bool isStdException(QualType T) {
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  return R && R->isInStdNamespace() && R->getIdentifier() && R->getName() == "exception";
}

/// A handler of std::exception counts as one of everything: it shows that failures are dealt with.
bool catches(const CXXTryStmt &Try, QualType Thrown, const ASTContext &Context) {
  for (unsigned I = 0; I < Try.getNumHandlers(); ++I) {
    const CXXCatchStmt *Handler = Try.getHandler(I);
    if (!Handler->getExceptionDecl())
      return true;
    QualType Caught = Handler->getCaughtType().getNonReferenceType().getUnqualifiedType();
    if (isStdException(Caught))
      return true;
    if (Thrown.isNull())
      continue;
    if (Context.hasSameUnqualifiedType(Caught, Thrown))
      return true;
    const CXXRecordDecl *Base = Caught->getAsCXXRecordDecl(), *Derived = Thrown->getAsCXXRecordDecl();
    if (Base && Derived && Derived->hasDefinition() && Derived->isDerivedFrom(Base))
      return true;
  }
  return false;
}

bool isNoThrow(const FunctionDecl &F) {
  const auto *Type = F.getType()->getAs<FunctionProtoType>();
  if (!Type)
    return false;
  // Not worked out yet: only implicit members and destructors, which do not throw in practice.
  if (isUnresolvedExceptionSpec(Type->getExceptionSpecType()))
    return F.isImplicit() || F.isDefaulted() || isa<CXXDestructorDecl>(F);
  return Type->isNothrow();
}

/// The functions of the language's own library that throw what they are given.
bool rethrows(const FunctionDecl &F) {
  return F.isInStdNamespace() && F.getDeclName().isIdentifier() &&
         (F.getName() == "rethrow_exception" || F.getName() == "throw_with_nested");
}

} // namespace

void ThrowWalk::thrown(const Stmt &Site, QualType T, const Handlers *Around) {
  for (const Handlers *H = Around; H; H = H->Outer)
    if (catches(*H->Try, T, All.Context))
      return;
  if (Found.What != Escape::How::Yes)
    Found = {Escape::How::Yes, &Site, &Function, nullptr, T};
}

/// Where there is any handler, its author knows what the call may throw.
void ThrowWalk::unknown(const Expr &Site, const Handlers *Around) {
  if (!Around && Found.What == Escape::How::No)
    Found = {Escape::How::Unknown, &Site, &Function, nullptr, {}};
}

void ThrowWalk::callee(const Expr &Site, const Escape &Inner, bool NeverReturns, const Handlers *Around) {
  if (Inner.What == Escape::How::No)
    return;
  if (Inner.What == Escape::How::Unknown)
    return unknown(Site, Around);
  if (NeverReturns) // a function that is there to throw
    return thrown(Site, Inner.Thrown, Around);
  for (const Handlers *H = Around; H; H = H->Outer)
    if (catches(*H->Try, Inner.Thrown, All.Context))
      return;
  if (Found.What != Escape::How::Yes)
    Found = {Escape::How::Yes, Inner.Site, Inner.In, &Site, Inner.Thrown};
}

void ThrowWalk::call(const Expr &Site, const FunctionDecl *Callee, const Handlers *Around) {
  if (!Callee)
    return unknown(Site, Around);
  if (rethrows(*Callee))
    return thrown(Site, {}, Around);
  if (Callee->getBuiltinID() != 0 || isNoThrow(*Callee))
    return;
  const FunctionDecl *Definition = nullptr;
  if (!Callee->isDefined(Definition))
    return unknown(Site, Around);
  if (isCoroutine(*Definition))
    return; // what it throws is its task's, and comes out where that is awaited
  const auto *Method = dyn_cast<CXXMethodDecl>(Definition);
  if (!inSight(*Definition) || (Method && Method->isVirtual()))
    return unknown(Site, Around);
  callee(Site, All.of(*Definition), Callee->isNoReturn(), Around);
}

/// What libraries throw when memory is short or a call was wrong is in most of what they inline, and says nothing of
/// the code that uses them. So only the code around is looked at: the same file, and the one that is compiled.
bool ThrowWalk::inSight(const FunctionDecl &Callee) const {
  const SourceManager &SM = All.Context.getSourceManager();
  const FileID There = SM.getFileID(SM.getExpansionLoc(Callee.getLocation()));
  return There == SM.getMainFileID() || There == SM.getFileID(SM.getExpansionLoc(Function.getLocation()));
}

void ThrowWalk::await(const CoroutineSuspendExpr &E, const Handlers *Around) {
  const auto *Await = dyn_cast<CoawaitExpr>(&E);
  const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(E).getOperand();
  walk(Operand, Around);
  if (!Await)
    return;
  if (const FunctionDecl *Body = Suspension::coroutineOf(All.Suspensions.operation(Operand)))
    return inSight(*Body) ? callee(E, All.of(*Body), false, Around) : unknown(E, Around);
  const auto *Resume = E.getResumeExpr() ? dyn_cast_or_null<CallExpr>(strip(E.getResumeExpr())) : nullptr;
  const FunctionDecl *Callee = Resume ? Resume->getDirectCallee() : nullptr;
  if (!Callee || !isNoThrow(*Callee))
    unknown(E, Around);
}

void ThrowWalk::walk(const Stmt *S, const Handlers *Around) {
  if (!S || isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr, CXXTypeidExpr>(S))
    return;
  if (const auto *Try = dyn_cast<CXXTryStmt>(S)) {
    const Handlers Here{Try, Around};
    walk(Try->getTryBlock(), &Here);
    for (unsigned I = 0; I < Try->getNumHandlers(); ++I)
      walk(Try->getHandler(I)->getHandlerBlock(), Around);
    return;
  }
  if (const auto *Throw = dyn_cast<CXXThrowExpr>(S)) {
    walk(Throw->getSubExpr(), Around);
    return thrown(*Throw, Throw->getSubExpr() ? Throw->getSubExpr()->getType() : QualType(), Around);
  }
  if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : Lambda->capture_inits())
      walk(Init, Around);
    return;
  }
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S))
    return await(*Suspend, Around);
  if (const auto *Return = dyn_cast<CoreturnStmt>(S))
    return walk(Return->getOperand(), Around);
  walkChildren(S, Around);
  if (const auto *Call = dyn_cast<CallExpr>(S)) {
    call(*Call, Call->getDirectCallee(), Around);
  } else if (const auto *Construct = dyn_cast<CXXConstructExpr>(S)) {
    // Constructors throw when memory is short; only those count that have a throw in sight.
    const Escape Before = Found;
    call(*Construct, Construct->getConstructor(), Around);
    if (Found.What == Escape::How::Unknown)
      Found = Before;
  }
}

Escape Throws::of(const FunctionDecl &Function) const {
  const FunctionDecl *Key = Function.getCanonicalDecl();
  // Within a cycle the entry in progress says No: whatever throws on the way is found anyway.
  auto [It, New] = Known.try_emplace(Key);
  if (!New)
    return It->second;
  const Stmt *Body = writtenBody(Function);
  Escape Result;
  Result.What = Escape::How::Unknown;
  if (Body && Depth < MaxDepth) {
    ++Depth;
    Result = ThrowWalk(*this, Function).run(Body);
    --Depth;
  }
  return Known[Key] = Result;
}

FailingAwait Throws::awaitIn(const Stmt *S) const {
  if (!S || isa<LambdaExpr, CXXTryStmt>(S))
    return {};
  if (const auto *Await = dyn_cast<CoawaitExpr>(S)) {
    const Expr *Operation = Suspensions.operation(Await->getOperand());
    const FunctionDecl *Task = Operation ? Suspension::coroutineOf(strip(Operation)) : nullptr;
    if (Task)
      if (Escape Why = of(*Task); Why.What == Escape::How::Yes)
        return {Await, Task, Why};
    return awaitIn(Await->getOperand());
  }
  for (const Stmt *Child : childrenOf(*S))
    if (FailingAwait Found = awaitIn(Child); Found.Await)
      return Found;
  return {};
}

} // namespace corace::checks
