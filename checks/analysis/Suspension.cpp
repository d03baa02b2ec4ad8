// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Suspension.h"

#include "checks/analysis/AccessPath.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

const Stmt *writtenBody(const FunctionDecl &F) {
  const FunctionDecl *Definition = nullptr;
  const Stmt *Body = F.getBody(Definition);
  if (const auto *Coroutine = dyn_cast_or_null<CoroutineBodyStmt>(Body))
    return Coroutine->getBody();
  return Body;
}

bool isCoroutine(const FunctionDecl &F) { return isa_and_nonnull<CoroutineBodyStmt>(F.getBody()); }

std::string nameOfOperation(const Expr *Operation) {
  const Expr *E = strip(Operation);
  if (const auto *Call = dyn_cast_or_null<CallExpr>(E)) {
    const FunctionDecl *F = Call->getDirectCallee();
    if (!F)
      return {};
    if (const auto *Method = dyn_cast<CXXMethodDecl>(F)) {
      if (Method->getParent()->isLambda())
        return "the lambda";
      if (!isa<CXXOperatorCallExpr>(Call))
        return Method->getParent()->getNameAsString() + "::" + F->getNameAsString();
    }
    return F->getNameAsString();
  }
  if (const CXXRecordDecl *R = E ? E->getType().getNonReferenceType()->getAsCXXRecordDecl() : nullptr)
    return R->getNameAsString();
  return {};
}

const Expr *Suspension::operation(const Expr *Operand) const {
  for (unsigned I = 0; I < 8; ++I) { // wrappers around wrappers
    Operand = strip(Operand);
    const auto *Call = dyn_cast_or_null<CallExpr>(Operand);
    if (Call && isPassThrough(Call)) {
      Operand = Call->getArg(0);
      continue;
    }
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Operand))
      if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
          Var && Var->getInit() && !Var->hasGlobalStorage() && !isa<ParmVarDecl>(Var))
        if (isa_and_nonnull<CallExpr>(strip(Var->getInit()))) {
          Operand = Var->getInit();
          continue;
        }
    if (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(Operand))
      if (Construct->getNumArgs() == 1 && Construct->getConstructor()->isCopyOrMoveConstructor()) {
        Operand = Construct->getArg(0);
        continue;
      }
    // A wrapper awaits what it wraps; unless the models say how the wrapper itself behaves.
    const OpModel *Op = Operand ? Library.op(Operand) : nullptr;
    if (Call && Op && !Op->Pass.empty() && !Op->Await) {
      unsigned Index = 0;
      if (Op->Pass == "this" && objectOfCall(Call))
        Operand = objectOfCall(Call);
      else if (Op->Pass == "last" && Call->getNumArgs() > 0)
        Operand = Call->getArg(Call->getNumArgs() - 1);
      else if (!StringRef(Op->Pass).getAsInteger(10, Index) && Index + firstArgument(Call) < Call->getNumArgs())
        Operand = Call->getArg(Index + firstArgument(Call));
      else
        return Operand;
      continue;
    }
    return Operand;
  }
  return Operand;
}

const FunctionDecl *surelyCalled(const CallExpr &Call) {
  const FunctionDecl *F = Call.getDirectCallee();
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(F);
  const auto *Callee = dyn_cast<MemberExpr>(strip(Call.getCallee()));
  if (!Method || !Method->isVirtual() || (Callee && Callee->hasQualifier()))
    return F;
  return Callee ? Method->getDevirtualizedMethod(Callee->getBase(), /*IsAppleKext=*/false) : nullptr;
}

const FunctionDecl *Suspension::coroutineOf(const Expr *Operation) {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(Operation));
  const FunctionDecl *F = Call ? surelyCalled(*Call) : nullptr, *Definition = nullptr;
  return F && F->isDefined(Definition) && isCoroutine(*Definition) ? Definition : nullptr;
}

namespace {

constexpr unsigned MaxChain = 4;   // more does not help a reader
constexpr unsigned MaxDepth = 100; // of calls; generated code may go on for thousands

/// handle.resume(), or handle()
bool isResume(const CallExpr &Call) {
  const Expr *Object = objectOfCall(&Call);
  const CXXRecordDecl *R = Object ? strip(Object)->getType()->getAsCXXRecordDecl() : nullptr;
  return R && R->isInStdNamespace() && R->getName() == "coroutine_handle";
}

/// The future that a continuation is given is there already.
bool isAvailable(const CallExpr &Call) {
  const Expr *Object = objectOfCall(&Call);
  const auto *Ref = Object ? dyn_cast<DeclRefExpr>(strip(Object)) : nullptr;
  return Ref && isa<ParmVarDecl>(Ref->getDecl());
}

class AwaitFinder : public RecursiveASTVisitor<AwaitFinder> {
public:
  AwaitFinder(const Suspension &S) : S(S) {}
  const Expr *Found = nullptr;

  bool TraverseLambdaExpr(LambdaExpr *) { return true; } // its awaits are its own
  bool VisitCoroutineSuspendExpr(CoroutineSuspendExpr *E) {
    if (!Found && S.classify(*E).suspends())
      Found = E;
    return !Found;
  }
  bool VisitCallExpr(CallExpr *E) {
    if (!Found && S.classify(*E, /*InCoroutine=*/true).suspends())
      Found = E;
    return !Found;
  }

private:
  const Suspension &S;
};

} // namespace

bool Suspension::bodySuspends(const FunctionDecl &Body) const {
  auto [It, New] = Bodies.try_emplace(Body.getCanonicalDecl(), nullptr);
  if (!New)
    return It->second != nullptr;
  AwaitFinder Finder(*this);
  Finder.TraverseStmt(const_cast<Stmt *>(writtenBody(Body)));
  // A result that leaned on an entry in progress could be too low, but only inside a cycle in which the entry in
  // progress finds the suspension itself; that is not remembered then.
  if (Finder.Found)
    Bodies[Body.getCanonicalDecl()] = Finder.Found;
  return Finder.Found != nullptr;
}

/// What lets other tasks run when this is called: the operation itself, or with `Through` its visible body.
std::optional<Suspension::Yield> Suspension::yieldOf(const CallExpr &Call, bool InCoroutine, bool Through) const {
  if (const OpModel *Op = Library.op(&Call)) {
    // What has to be awaited does nothing when it is called.
    const bool Wakes = Op->WakesInline && !Op->Await && !Op->ReleasesWhenAwaited;
    if (Op->Reenter || Wakes || (Op->ReenterInThreads && !InCoroutine && !isAvailable(Call)))
      return Yield{&Call, nullptr};
    return std::nullopt;
  }
  const FunctionDecl *Callee = Through ? surelyCalled(Call) : nullptr, *Definition = nullptr;
  if (!Callee || !Callee->isDefined(Definition) || isCoroutine(*Definition))
    return std::nullopt;
  const SourceManager &SM = Context.getSourceManager();
  if (SM.isInSystemHeader(SM.getExpansionLoc(Definition->getLocation())))
    return std::nullopt;
  const Yield Inner = yieldIn(*Definition);
  // Who resumes a coroutine of its own, as a generator does, lets nobody else run.
  if (!Inner.Site || (!Inner.Callee && isResume(*Inner.Site)))
    return std::nullopt;
  return Yield{&Call, Definition};
}

const Suspension::Yield &Suspension::yieldIn(const FunctionDecl &Body) const {
  const FunctionDecl *Key = Body.getCanonicalDecl();
  if (auto It = Yields.find(Key); It != Yields.end())
    return It->second;
  Yield &None = Yields[Key] = {};
  if (YieldDepth >= MaxDepth)
    return None;
  ++YieldDepth;
  const bool InCoroutine = isCoroutine(Body);
  Yield Found;
  llvm::SmallVector<const Stmt *, 32> Work{writtenBody(Body)};
  while (!Work.empty()) {
    const Stmt *S = Work.pop_back_val();
    if (!S || isa<LambdaExpr>(S))
      continue;
    if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(S)) {
      const auto *Await = dyn_cast<CoawaitExpr>(Suspend);
      Work.push_back(Await ? Await->getOperand() : cast<CoyieldExpr>(Suspend)->getOperand());
      continue;
    }
    if (const auto *Call = dyn_cast<CallExpr>(S))
      if (auto Here = yieldOf(*Call, InCoroutine, /*Through=*/true))
        if (!Found.Site ||
            Context.getSourceManager().isBeforeInTranslationUnit(Call->getExprLoc(), Found.Site->getExprLoc()))
          Found = *Here;
    llvm::append_range(Work, childrenOf(*S));
  }
  --YieldDepth;
  return Yields[Key] = Found;
}

std::string Suspension::lineOf(const Stmt &S, const Stmt &From) const {
  const SourceManager &SM = Context.getSourceManager();
  const PresumedLoc There = SM.getPresumedLoc(SM.getExpansionLoc(S.getBeginLoc()), false);
  const PresumedLoc Here = SM.getPresumedLoc(SM.getExpansionLoc(From.getBeginLoc()), false);
  if (There.isInvalid() || Here.isInvalid())
    return "a line that cannot be shown";
  return There.getFileID() == Here.getFileID() ? "line " + std::to_string(There.getLine())
                                               : There.getFilename() + (":" + std::to_string(There.getLine()));
}

std::string Suspension::because(const CallExpr &Call, const Yield &Y) const {
  std::string Name = nameOfOperation(&Call), Why = "'" + (Name.empty() ? std::string("the call") : Name) + "'";
  const Yield *At = &Y;
  for (unsigned I = 0; At->Callee && I < MaxChain; ++I) {
    At = &yieldIn(*At->Callee);
    Why += (I == 0 ? " calls '" : ", which calls '") + nameOfOperation(At->Site) + "' on " + lineOf(*At->Site, Call);
  }
  const OpModel *Op = At->Callee ? nullptr : Library.op(At->Site);
  if (At != &Y)
    Why += ", which";
  return Why + (Op && Op->WakesInline ? " resumes who waits before it returns" : " runs other tasks before it returns");
}

SuspensionClass Suspension::classify(const CallExpr &Call, bool InCoroutine) const {
  SuspensionClass Class{AwaitEffect::Never, {}};
  if (auto Y = yieldOf(Call, InCoroutine, /*Through=*/true))
    Class = {AwaitEffect::May, because(Call, *Y)};
  return Class;
}

/// From await to await down to the one that lets go.
std::string Suspension::chain(const FunctionDecl &Body, const Stmt &From) const {
  std::string Why;
  const FunctionDecl *At = &Body;
  for (unsigned I = 0; At && I < MaxChain; ++I) {
    const Expr *Site = Bodies.lookup(At->getCanonicalDecl());
    const auto *Await = dyn_cast_or_null<CoawaitExpr>(Site);
    const Expr *Inner = Await ? operation(Await->getOperand()) : Site;
    if (!Inner)
      break;
    std::string Name = nameOfOperation(Inner);
    Why += (I == 0 ? ": " : ", and in it ") + (Name.empty() ? std::string("the one") : "'" + Name + "'") + " on " +
           lineOf(*Site, From);
    At = Await ? coroutineOf(Inner) : nullptr;
  }
  return Why;
}

std::optional<AwaitEffect> Suspension::fromModels(const Expr *Operation, QualType T) const {
  if (const OpModel *Op = Library.op(Operation)) {
    if (Op->Await)
      return Op->Await;
    if (Op->Acquire && !Op->AcquiresWhenCalled)
      return AwaitEffect::May; // the lock may be taken
  }
  if (const OpModel *Op = Library.awaitOn(T)) {
    if (Op->Await)
      return Op->Await;
    if (Op->Acquire)
      return AwaitEffect::May;
  }
  if (const TypeModel *Model = Library.type(T))
    return Model->Await;
  return std::nullopt;
}

namespace {

/// All that the body of a function returns; nothing where it is not visible, or another may run in its place.
std::vector<const Expr *> returnsOf(const FunctionDecl *F) {
  const FunctionDecl *Definition = nullptr;
  std::vector<const Expr *> Values;
  if (!F || !F->isDefined(Definition))
    return Values;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F); Method && Method->isVirtual())
    return Values;
  llvm::SmallVector<const Stmt *, 16> Work{Definition->getBody()};
  while (!Work.empty()) {
    const Stmt *S = Work.pop_back_val();
    if (!S || isa<LambdaExpr>(S))
      continue;
    if (const auto *Return = dyn_cast<ReturnStmt>(S))
      Values.push_back(Return->getRetValue());
    llvm::append_range(Work, childrenOf(*S));
  }
  return Values;
}

template <typename Predicate> bool allReturn(const FunctionDecl *F, Predicate P) {
  const std::vector<const Expr *> Values = returnsOf(F);
  return !Values.empty() && llvm::all_of(Values, [&](const Expr *Value) { return Value && P(Value); });
}

/// Looks through copies and conversions of handles.
const Expr *handle(const Expr *E) {
  for (E = strip(E); E;) {
    const auto *Construct = dyn_cast<CXXConstructExpr>(E);
    const auto *Convert = dyn_cast<CXXMemberCallExpr>(E);
    if (Construct && Construct->getNumArgs() == 1)
      E = strip(Construct->getArg(0));
    else if (Convert && isa_and_nonnull<CXXConversionDecl>(Convert->getMethodDecl()))
      E = strip(Convert->getImplicitObjectArgument());
    else
      break;
  }
  return E;
}

/// The awaiting coroutine itself, which goes on at once.
bool returnsItsParameter(const FunctionDecl *F) {
  return allReturn(F, [](const Expr *Value) {
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(handle(Value));
    return Ref && isa<ParmVarDecl>(Ref->getDecl());
  });
}

bool returnsNoop(const FunctionDecl *F) {
  return allReturn(F, [](const Expr *Value) {
    const auto *Call = dyn_cast_or_null<CallExpr>(handle(Value));
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    return Callee && Callee->isInStdNamespace() && Callee->getDeclName().isIdentifier() &&
           Callee->getName() == "noop_coroutine";
  });
}

/// `void await_suspend(handle h) { h.resume(); }`
bool resumesAtOnce(const FunctionDecl *F) {
  const FunctionDecl *Definition = nullptr;
  if (!F || !F->isDefined(Definition))
    return false;
  const auto *Block = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  const auto *Only = Block && Block->size() == 1 ? dyn_cast<Expr>(Block->body_front()) : nullptr;
  const auto *Call = Only ? dyn_cast<CallExpr>(strip(Only)) : nullptr;
  return Call && isResume(*Call) && isAvailable(*Call);
}

} // namespace

bool Suspension::alwaysReturns(const FunctionDecl *F, bool Value) const {
  return allReturn(F, [&](const Expr *Result) {
    bool Is = false;
    return !Result->isValueDependent() && Result->EvaluateAsBooleanCondition(Is, Context) && Is == Value;
  });
}

AwaitEffect Suspension::fromStructure(const CoroutineSuspendExpr &E) const {
  auto calleeOf = [](const Expr *Machinery) -> const FunctionDecl * {
    const Expr *Stripped = Machinery ? strip(Machinery) : nullptr;
    const auto *Call = dyn_cast_or_null<CallExpr>(Stripped);
    return Call ? Call->getDirectCallee() : nullptr;
  };
  const FunctionDecl *Ready = calleeOf(E.getReadyExpr());
  if (alwaysReturns(Ready, true))
    return AwaitEffect::Never;
  // The call is wrapped for symmetric transfer: look inside for await_suspend.
  const FunctionDecl *Suspend = nullptr;
  llvm::SmallVector<const Stmt *, 8> Work{E.getSuspendExpr()};
  while (!Work.empty() && !Suspend) {
    const Stmt *S = Work.pop_back_val();
    if (!S)
      continue;
    if (const auto *Call = dyn_cast<CallExpr>(S))
      if (const FunctionDecl *F = Call->getDirectCallee();
          F && F->getDeclName().isIdentifier() && F->getName() == "await_suspend")
        Suspend = F;
    for (const Stmt *Child : childrenOf(*S))
      Work.push_back(Child);
  }
  if (!Suspend)
    return AwaitEffect::May;
  QualType Result = Suspend->getReturnType();
  if (Result->isBooleanType())
    return alwaysReturns(Suspend, false) ? AwaitEffect::Never : AwaitEffect::May;
  if (Result->isRecordType()) {
    if (returnsItsParameter(Suspend))
      return AwaitEffect::Never;
    return returnsNoop(Suspend) ? (alwaysReturns(Ready, false) ? AwaitEffect::Always : AwaitEffect::May)
                                : AwaitEffect::Transfer;
  }
  if (resumesAtOnce(Suspend))
    return AwaitEffect::Never;
  return alwaysReturns(Ready, false) ? AwaitEffect::Always : AwaitEffect::May;
}

/// A coroutine that runs when it is called: its initial suspension is none.
bool Suspension::startsAtOnce(const FunctionDecl &Coroutine) const {
  const auto *Body = dyn_cast_or_null<CoroutineBodyStmt>(Coroutine.getBody());
  const auto *Initial = Body ? dyn_cast_or_null<Expr>(Body->getInitSuspendStmt()) : nullptr;
  const auto *Await = Initial ? dyn_cast<CoawaitExpr>(strip(Initial)) : nullptr;
  return Await && fromStructure(*Await) == AwaitEffect::Never;
}

SuspensionClass Suspension::classify(const CoroutineSuspendExpr &E) const {
  SuspensionClass Class;
  const auto *Await = dyn_cast<CoawaitExpr>(&E);
  const Expr *Operand = Await ? Await->getOperand() : cast<CoyieldExpr>(E).getOperand();
  if (!Await) {
    Class.Effect = fromStructure(E);
    Class.Why = "'co_yield' hands the value over and suspends";
    return Class;
  }
  const Expr *Operation = operation(Operand);
  std::string Name = nameOfOperation(Operation);
  std::string Quoted = Name.empty() ? "the awaited object" : "'" + Name + "'";
  auto Modelled = fromModels(Operation, strip(Operation)->getType());
  if (!Modelled && Operation != Operand) // a wrapper that is not known, around an operation that is not known
    Modelled = fromModels(Operand, strip(Operand)->getType());
  Class.Effect = Modelled ? *Modelled : fromStructure(E);

  if (const OpModel *Op = Library.op(Operation); Op && Op->Await == AwaitEffect::Never)
    return Class; // whatever its body does
  // An eager task whose body never suspends has finished when it is awaited; a lazy one runs through in one go. Other
  // tasks are posted to an executor, whatever their body does.
  const TypeModel *Task = Library.type(strip(Operation)->getType());
  const FunctionDecl *Body = coroutineOf(Operation);
  bool RunsThrough =
      Class.Effect == AwaitEffect::Transfer || (Task ? Task->Start == "eager" : Body && startsAtOnce(*Body));
  if (const auto *Call = dyn_cast_or_null<CallExpr>(strip(Operation)); Call && RunsThrough)
    Class.Callee = Call->getDirectCallee();
  if (Body && RunsThrough) {
    Class.Effect = bodySuspends(*Body) ? AwaitEffect::May : AwaitEffect::Never;
    const bool Awaits = isa_and_nonnull<CoroutineSuspendExpr>(Bodies.lookup(Body->getCanonicalDecl()));
    Class.Why =
        Quoted +
        (Awaits ? " has an await in its body that may suspend" : " has a call in its body that lets other tasks run") +
        chain(*Body, E);
    return Class;
  }
  const FunctionSummary *Summary =
      Class.Callee && Library.others() ? Library.others()->function(Class.Callee) : nullptr;
  if (Summary && Summary->Coroutine) {
    Class.Effect = Library.others()->suspends(*Summary) ? AwaitEffect::May : AwaitEffect::Never;
    Class.Why = Quoted + " has an await in its body that may suspend";
    return Class;
  }
  switch (Class.Effect) {
  case AwaitEffect::Never: break;
  case AwaitEffect::Always: Class.Why = Quoted + " always suspends"; break;
  case AwaitEffect::Transfer: Class.Why = "the body of " + Quoted + " is not visible here and may suspend"; break;
  case AwaitEffect::May: {
    const OpModel *Op = Library.op(Operation);
    Class.Why = Op && Op->Acquire ? Quoted + " waits while another task holds the lock" : Quoted + " may suspend";
    break;
  }
  }
  return Class;
}

} // namespace corace::checks
