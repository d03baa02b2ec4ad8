// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LockMisuse.h"

#include "checks/analysis/TaskTypes.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 500; // of statements in one another

bool hasMethod(const CXXRecordDecl *R, llvm::function_ref<bool(const CXXMethodDecl &)> Is, unsigned Depth = 0) {
  if (!R || !R->hasDefinition() || Depth > 8)
    return false;
  for (const CXXMethodDecl *M : R->methods())
    if (Is(*M))
      return true;
  for (const CXXBaseSpecifier &Base : R->bases())
    if (hasMethod(Base.getType()->getAsCXXRecordDecl(), Is, Depth + 1))
      return true;
  return false;
}

bool isNamed(const FunctionDecl &F, StringRef Name) { return F.getDeclName().isIdentifier() && F.getName() == Name; }

/// Something that does nothing before it is awaited.
bool isAwaitable(QualType T) {
  return hasMethod(T->getAsCXXRecordDecl(), [](const CXXMethodDecl &M) {
    return M.getOverloadedOperator() == OO_Coawait || isNamed(M, "await_ready");
  });
}

/// A class of std that calls lock() of what it is made for.
bool isThreadGuard(const CXXRecordDecl *R) {
  if (!R || !R->isInStdNamespace() || !R->getIdentifier())
    return false;
  return llvm::is_contained({"lock_guard", "unique_lock", "scoped_lock"}, R->getName());
}

/// Walks the statements of one function; expressions only where their values are dropped or kept in a variable.
class MisuseFinder {
public:
  MisuseFinder(const FunctionDecl &Function, const UnitFacts &Unit, const TaskTypes &Tasks,
               llvm::function_ref<void(LockMisuse)> Sink)
      : Function(Function), Library(Unit.Library), Suspensions(Unit.Suspensions), Tasks(Tasks), Sink(Sink) {}

  void walk(const Stmt *S, bool Last, unsigned Depth = 0);

private:
  void dropped(const Expr *E, bool Last);
  void declared(const VarDecl *Var);
  void threadGuard(const Expr *Init, const VarDecl *Var);
  [[nodiscard]] bool isGuard(QualType T, unsigned Depth = 0) const;
  [[nodiscard]] bool awaitsLock(const CXXRecordDecl *Lock) const;
  void report(LockMisuse::How What, const Expr *Site, const Expr *Lock, const VarDecl *Var = nullptr);

  const FunctionDecl &Function;
  const LibraryView &Library;
  const Suspension &Suspensions;
  const TaskTypes &Tasks;
  llvm::function_ref<void(LockMisuse)> Sink;
};

std::string spelled(const Expr *Lock, const FunctionDecl &Function, const LibraryView &Library) {
  if (!Lock)
    return {};
  const PathResolver Paths(Function, Library);
  const AccessPath P = strip(Lock)->getType()->isPointerType() ? Paths.pointee(Lock) : Paths.resolve(Lock);
  return P ? P.spelling() : std::string();
}

void MisuseFinder::report(LockMisuse::How What, const Expr *Site, const Expr *Lock, const VarDecl *Var) {
  LockMisuse M{What, &Function, Site, Var};
  M.Lock = spelled(Lock, Function, Library);
  Sink(std::move(M));
}

/// A guard of an asynchronous lock, or something that has one in it: an optional, a tuple with an error code.
bool MisuseFinder::isGuard(QualType T, unsigned Depth) const {
  if (T.isNull() || T->isReferenceType() || T->isPointerType())
    return false;
  if (Library.isAsyncGuard(T))
    return true;
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(T->getAsCXXRecordDecl());
  if (!Spec || Depth >= 2 || Tasks.of(T) || isAwaitable(T))
    return false;
  for (const TemplateArgument &Arg : Spec->getTemplateArgs().asArray()) {
    if (Arg.getKind() == TemplateArgument::Type && isGuard(Arg.getAsType(), Depth + 1))
      return true;
    if (Arg.getKind() == TemplateArgument::Pack)
      for (const TemplateArgument &Part : Arg.pack_elements())
        if (Part.getKind() == TemplateArgument::Type && isGuard(Part.getAsType(), Depth + 1))
          return true;
  }
  return false;
}

/// The end of a block: what a momentary lock waits for there has passed when the function is over.
bool isTrivial(const Stmt *S) {
  if (const auto *Return = dyn_cast_or_null<CoreturnStmt>(S))
    return !Return->getOperand() || !isa<CallExpr>(strip(Return->getOperand()));
  return !S || isa<ReturnStmt, NullStmt, BreakStmt>(S);
}

void MisuseFinder::walk(const Stmt *S, bool Last, unsigned Depth) {
  if (!S || Depth > MaxDepth)
    return;
  ++Depth;
  if (const auto *Block = dyn_cast<CompoundStmt>(S)) {
    const llvm::SmallVector<const Stmt *, 16> Parts(Block->body_begin(), Block->body_end());
    std::size_t Tail = Parts.size(); // from here on nothing happens
    while (Tail > 0 && isTrivial(Parts[Tail - 1]))
      --Tail;
    const bool Leaves =
        Tail < Parts.size() && llvm::any_of(
                                   llvm::ArrayRef(Parts).drop_front(Tail),
                                   [](const Stmt *Part) { return isa<ReturnStmt, CoreturnStmt>(Part); });
    for (std::size_t I = 0; I < Parts.size(); ++I)
      walk(Parts[I], (Last || Leaves) && I + 1 >= Tail, Depth);
  } else if (const auto *If = dyn_cast<IfStmt>(S)) {
    walk(If->getInit(), false, Depth);
    walk(If->getConditionVariableDeclStmt(), false, Depth);
    walk(If->getThen(), Last, Depth);
    walk(If->getElse(), Last, Depth);
  } else if (const auto *Try = dyn_cast<CXXTryStmt>(S)) {
    walk(Try->getTryBlock(), Last, Depth);
    for (unsigned I = 0; I < Try->getNumHandlers(); ++I)
      walk(Try->getHandler(I)->getHandlerBlock(), Last, Depth);
  } else if (const auto *For = dyn_cast<ForStmt>(S)) {
    walk(For->getInit(), false, Depth);
    walk(For->getInc(), false, Depth);
    walk(For->getBody(), false, Depth);
  } else if (const auto *Range = dyn_cast<CXXForRangeStmt>(S)) {
    walk(Range->getBody(), false, Depth);
  } else if (const auto *While = dyn_cast<WhileStmt>(S)) {
    walk(While->getBody(), false, Depth);
  } else if (const auto *Do = dyn_cast<DoStmt>(S)) {
    walk(Do->getBody(), false, Depth);
  } else if (const auto *Switch = dyn_cast<SwitchStmt>(S)) {
    walk(Switch->getBody(), false, Depth);
  } else if (const auto *Case = dyn_cast<SwitchCase>(S)) {
    walk(Case->getSubStmt(), Last, Depth);
  } else if (const auto *Label = dyn_cast<LabelStmt>(S)) {
    walk(Label->getSubStmt(), false, Depth);
  } else if (const auto *Attributed = dyn_cast<AttributedStmt>(S)) {
    walk(Attributed->getSubStmt(), Last, Depth);
  } else if (const auto *D = dyn_cast<DeclStmt>(S)) {
    for (const Decl *Each : D->decls())
      if (const auto *Var = dyn_cast<VarDecl>(Each); Var && Var->getInit())
        declared(Var);
  } else if (const auto *E = dyn_cast<Expr>(S)) {
    dropped(E, Last);
  }
}

/// The value of a statement, which nobody keeps.
void MisuseFinder::dropped(const Expr *Statement, bool Last) {
  const Expr *E = strip(Statement);
  if (const auto *Await = dyn_cast<CoawaitExpr>(E)) {
    if (!isGuard(Await->getType()) || Last)
      return;
    const Expr *Operation = Suspensions.operation(Await->getOperand());
    const auto *Call = dyn_cast<CallExpr>(strip(Operation));
    if (Call && llvm::any_of(Call->arguments(), [&](const Expr *Arg) { return isGuard(Arg->getType()); }))
      return; // one guard becomes another
    const OpModel *Op = Library.op(Operation);
    // All units of a semaphore at once, and only for a moment: until the others have finished.
    if (Op && Op->Acquire == LockMode::Counted && Op->Units && Call &&
        *Op->Units + firstArgument(Call) < Call->getNumArgs() &&
        !isa<CXXDefaultArgExpr>(Call->getArg(*Op->Units + firstArgument(Call)))) {
      const Expr *Units = Call->getArg(*Op->Units + firstArgument(Call));
      Expr::EvalResult Result;
      if (!Units->EvaluateAsInt(Result, Function.getASTContext()) || Result.Val.getInt().getExtValue() != 1)
        return;
    }
    // A semaphore that starts with nothing is a signal: what counts is that somebody has given it.
    if (Op && Op->Acquire == LockMode::Counted) {
      const PathResolver Paths(Function, Library);
      if (Locks(Paths, Library, Function.getASTContext()).unitsOf(Operation, *Op).Count.value_or(1) <= 0)
        return;
    }
    return report(LockMisuse::How::GuardDropped, Await, Op && Op->Acquire ? Locks::lockExpr(Operation, *Op) : nullptr);
  }
  if (const auto *Construct = dyn_cast<CXXTemporaryObjectExpr>(E))
    return threadGuard(Construct, nullptr);
  const auto *Call = dyn_cast<CallExpr>(E);
  const OpModel *Op = Call ? Library.op(Call) : nullptr;
  if (!Op || Call->getType()->isVoidType())
    return;
  if (Op->Release && Op->ReleasesWhenAwaited)
    return report(LockMisuse::How::NeverReleased, Call, Locks::lockExpr(Call, *Op));
  if (Op->Acquire && !Op->AcquiresWhenCalled && isAwaitable(Call->getType()) && !Tasks.madeBy(Call))
    return report(LockMisuse::How::NeverTaken, Call, Locks::lockExpr(Call, *Op));
  if (Op->Acquire && Op->AcquiresWhenCalled && isGuard(Call->getType()) && !Last)
    report(LockMisuse::How::GuardDropped, Call, Locks::lockExpr(Call, *Op));
}

void MisuseFinder::declared(const VarDecl *Var) {
  const Expr *Init = strip(Var->getInit());
  if (isa<CXXConstructExpr>(Init))
    return threadGuard(Init, Var);
  const auto *Call = dyn_cast<CallExpr>(Init);
  const OpModel *Op = Call ? Library.op(Call) : nullptr;
  if (!Op || Var->isReferenced() || !isAwaitable(Call->getType()))
    return;
  if (Op->Acquire && !Op->AcquiresWhenCalled && !Tasks.madeBy(Call))
    report(LockMisuse::How::NeverTaken, Call, Locks::lockExpr(Call, *Op), Var);
  else if (Op->Release && Op->ReleasesWhenAwaited)
    report(LockMisuse::How::NeverReleased, Call, Locks::lockExpr(Call, *Op), Var);
}

/// lock() of the class has to be awaited: the models say so, or what it returns does.
bool MisuseFinder::awaitsLock(const CXXRecordDecl *Lock) const {
  if (!Lock)
    return false;
  const OpModel *Op = nullptr;
  forEachNameOfType(Function.getASTContext(), Function.getASTContext().getRecordType(Lock),
                    [&](StringRef Class) { return (Op = Library.models().op((Class + "::lock").str())) != nullptr; });
  if (Op && (!Op->Acquire || Op->AcquiresWhenCalled))
    return false;
  return hasMethod(Lock, [&](const CXXMethodDecl &M) {
    return isNamed(M, "lock") && M.param_empty() && (isAwaitable(M.getReturnType()) || Tasks.of(M.getReturnType()));
  });
}

void MisuseFinder::threadGuard(const Expr *Init, const VarDecl *Var) {
  const auto *Construct = cast<CXXConstructExpr>(Init);
  const CXXRecordDecl *Class = Construct->getType()->getAsCXXRecordDecl();
  if (!isThreadGuard(Class) || Construct->getNumArgs() == 0)
    return;
  // A second argument that is no lock says that lock() is not called: adopt_lock, defer_lock, try_to_lock.
  for (const Expr *Arg : Construct->arguments()) {
    const CXXRecordDecl *Tag = Arg->getType()->getAsCXXRecordDecl();
    if (!Tag || (Tag->isInStdNamespace() && Tag->isEmpty()) || isThreadGuard(Tag))
      return;
  }
  for (const Expr *Arg : Construct->arguments())
    if (Arg->isGLValue() && awaitsLock(Arg->getType()->getAsCXXRecordDecl()))
      return report(LockMisuse::How::ThreadGuard, Construct, Arg, Var);
}

/// Locks that every run has for itself, over writes of what all share.
void privateLocks(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink) {
  const LockIndex &Index = locksOf(Unit);
  for (const FunctionDecl *F : Index.lockers()) {
    if (!isCoroutine(*F))
      continue;
    const LockFacts &Facts = Index.of(*F);
    for (std::size_t I = 0; I < Facts.Uses.size() && I < 64; ++I) {
      const LockUse &Use = Facts.Uses[I];
      if (!Use.Site || !Use.Waits || !Facts.Table.isPrivate(Use.Lock))
        continue;
      const bool Writes = llvm::any_of(Facts.Writes, [&](const auto &W) {
        return (W.second.Must & (LockSet(1) << I)) && Facts.Paths.resolve(W.second.Target).isShared();
      });
      if (!Writes)
        continue;
      LockMisuse M{LockMisuse::How::Private, F, Use.Site, nullptr};
      M.Lock = Use.Lock.spelling();
      Sink(std::move(M));
      break; // one lock, one report
    }
  }
}

} // namespace

void findLockMisuse(const UnitFacts &Unit, llvm::function_ref<void(LockMisuse)> Sink) {
  const TaskTypes Tasks(Unit.Library);
  for (const FunctionDecl *F : Unit.Rivals.functions())
    if (!F->isInvalidDecl())
      if (const Stmt *Body = writtenBody(*F))
        MisuseFinder(*F, Unit, Tasks, Sink).walk(Body, /*Last=*/true);
  privateLocks(Unit, Sink);
  findIgnoredLocks(Unit, Sink);
  findLockGaps(Unit, Sink);
}

} // namespace corace::checks
