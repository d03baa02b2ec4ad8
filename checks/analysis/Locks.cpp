// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Locks.h"

#include "checks/analysis/Suspension.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace corace::checks {

LockSet Locks::acquire(const Expr *Site, const AccessPath &Lock, bool IsClaim) {
  for (std::size_t I = 0; I < All.size(); ++I)
    if (All[I].Site == Site)
      return LockSet(1) << std::min<std::size_t>(I, 63);
  All.push_back({Site, Lock, IsClaim, {}});
  // The last bit stands for all acquisitions from the 64th on, and is not given back if there are several: at worst a
  // window is missed in a function with more than 63 critical sections.
  return LockSet(1) << std::min<std::size_t>(All.size() - 1, 63);
}

LockSet Locks::of(const AccessPath &Lock, LockSet Held) const {
  LockSet Found = 0;
  for (std::size_t I = 0; I < All.size(); ++I) {
    LockSet Bit = LockSet(1) << std::min<std::size_t>(I, 63);
    if ((Held & Bit) && overlap(All[I].Lock, Lock))
      Found |= Bit;
  }
  return Found;
}

void Locks::released(LockSet Which, SourceLocation Where) {
  for (std::size_t I = 0; I < All.size(); ++I)
    if (Which & (LockSet(1) << std::min<std::size_t>(I, 63)))
      All[I].Released = Where;
}

void Locks::useless(SourceRange Where, std::string Why) {
  for (const UselessLock &U : Useless)
    if (U.Where == Where)
      return;
  Useless.push_back({Where, std::move(Why)});
}

const Expr *Locks::lockExpr(const Expr *Operation, const OpModel &Op) {
  const auto *Call = dyn_cast_or_null<CallExpr>(strip(Operation));
  if (!Call)
    return Operation; // `co_await mutex`
  unsigned Index = 0;
  if (!Op.Lock.empty() && Op.Lock != "this" && !StringRef(Op.Lock).getAsInteger(10, Index))
    return Index + firstArgument(Call) < Call->getNumArgs() ? Call->getArg(Index + firstArgument(Call)) : nullptr;
  return objectOfCall(Call);
}

AccessPath Locks::lockOf(const Expr *Operation, const OpModel &Op) const {
  const Expr *Lock = lockExpr(Operation, Op);
  if (!Lock)
    return {};
  return strip(Lock)->getType()->isPointerType() ? Paths.pointee(Lock) : Paths.resolve(Lock);
}

std::optional<std::int64_t> Locks::constant(const Expr *E) const {
  Expr::EvalResult Result;
  if (!E || E->isValueDependent() || !E->EvaluateAsInt(Result, Context))
    return std::nullopt;
  return Result.Val.getInt().getExtValue();
}

namespace {

/// Argument `Index` of the construction of an object.
const Expr *constructorArgument(const Expr *Init, unsigned Index) {
  Init = Init ? strip(Init) : nullptr;
  if (const auto *List = dyn_cast_or_null<InitListExpr>(Init))
    return Index < List->getNumInits() ? List->getInit(Index) : nullptr;
  if (const auto *Cast = dyn_cast_or_null<CXXFunctionalCastExpr>(Init))
    return constructorArgument(Cast->getSubExpr(), Index);
  const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(Init);
  return Construct && Index < Construct->getNumArgs() ? Construct->getArg(Index) : nullptr;
}

/// How a member is initialised: in the class, or by every constructor that is visible, if these agree on one.
const Expr *initializerOf(const FieldDecl &Field) {
  const Expr *Init = Field.getInClassInitializer();
  const auto *Record = dyn_cast<CXXRecordDecl>(Field.getParent());
  if (!Record)
    return Init;
  unsigned Found = 0;
  for (const CXXConstructorDecl *Constructor : Record->ctors())
    if (const FunctionDecl *Definition = nullptr; Constructor->isDefined(Definition))
      for (const CXXCtorInitializer *I : cast<CXXConstructorDecl>(Definition)->inits())
        if (I->getAnyMember() == &Field && I->isWritten()) {
          Init = I->getInit();
          ++Found;
        }
  return Found > 1 ? nullptr : Init;
}

} // namespace

std::optional<std::int64_t> Locks::countOf(const Expr *Lock, const AccessPath &Path) const {
  const TypeModel *Model = Library.type(Lock->getType());
  if (!Model || Model->Count.empty())
    return std::nullopt;
  if (Model->Count == "one")
    return 1;
  StringRef Count = Model->Count;
  unsigned Index = 0;
  if (Count.consume_front("tmpl") && !Count.getAsInteger(10, Index)) {
    const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(Lock->getType()->getAsCXXRecordDecl());
    if (!Spec || Index >= Spec->getTemplateArgs().size() ||
        Spec->getTemplateArgs()[Index].getKind() != TemplateArgument::Integral)
      return std::nullopt;
    return Spec->getTemplateArgs()[Index].getAsIntegral().getExtValue();
  }
  if (!Count.consume_front("ctor") || Count.getAsInteger(10, Index))
    return std::nullopt;
  const Expr *Init = nullptr;
  if (!Path.Steps.empty()) {
    if (const FieldDecl *Field = Path.Steps.back().Field)
      Init = initializerOf(*Field);
  } else if (const auto *Var = dyn_cast_or_null<VarDecl>(Path.Var)) {
    Init = Var->getAnyInitializer();
  }
  const Expr *Argument = constructorArgument(Init, Index);
  return Argument ? constant(Argument) : std::nullopt;
}

bool Locks::excludes(const Expr *Operation, const OpModel &Op, std::string &WhyNot) const {
  if (!Op.Acquire)
    return false;
  switch (*Op.Acquire) {
  case LockMode::Exclusive:
  case LockMode::Upgrade: return true;
  case LockMode::Shared:
    WhyNot = "a lock that is taken for reading is shared with others who read it and then write";
    return false;
  case LockMode::Counted: break;
  }
  if (!lockExpr(Operation, Op))
    return false;
  const auto [Taken, Count] = unitsOf(Operation, Op);
  // A count that is not visible may well be one (binary semaphores are the usual lock of some libraries): stay silent.
  if (!Count || Taken >= *Count)
    return true;
  WhyNot = "a semaphore that lets " + std::to_string(*Count) + " tasks in is not a lock";
  return false;
}

Locks::Units Locks::unitsOf(const Expr *Operation, const OpModel &Op) const {
  Units Result;
  if (const Expr *Lock = lockExpr(Operation, Op))
    Result.Count = countOf(strip(Lock), lockOf(Operation, Op));
  const auto *Call = dyn_cast<CallExpr>(strip(Operation));
  if (Call && Op.Units && *Op.Units + firstArgument(Call) < Call->getNumArgs())
    Result.Taken = constant(Call->getArg(*Op.Units + firstArgument(Call))).value_or(1);
  return Result;
}

namespace {

/// Looks for a mention of a lock that is not an operation on it.
class MentionFinder : public RecursiveASTVisitor<MentionFinder> {
public:
  MentionFinder(const VarDecl *Lock, const LibraryView &Library) : Lock(Lock), Library(Library) {}
  bool Found = false;

  bool VisitCallExpr(CallExpr *Call) {
    operation(Call, Library.op(Call));
    return true;
  }
  bool VisitCoawaitExpr(CoawaitExpr *E) {
    operation(E->getOperand(), Library.awaitOn(strip(E->getOperand())->getType()));
    return true;
  }
  bool VisitLambdaExpr(LambdaExpr *Lambda) {
    for (const LambdaCapture &C : Lambda->captures())
      Found = Found || (C.capturesVariable() && C.getCapturedVar()->getCanonicalDecl() == Lock);
    return !Found;
  }
  bool VisitDeclRefExpr(DeclRefExpr *Ref) {
    if (Ref->getDecl()->getCanonicalDecl() == Lock && !Operations.contains(Ref))
      Found = true;
    return !Found;
  }

private:
  void operation(const Expr *Operation, const OpModel *Op) {
    if (!Op || (!Op->Acquire && !Op->Release))
      return;
    const Expr *On = Locks::lockExpr(Operation, *Op);
    On = On ? strip(On) : nullptr;
    if (const auto *Through = dyn_cast_or_null<CXXOperatorCallExpr>(On);
        Through && (Through->getOperator() == OO_Arrow || Through->getOperator() == OO_Star))
      On = strip(Through->getArg(0));
    else if (const auto *Deref = dyn_cast_or_null<UnaryOperator>(On); Deref && Deref->getOpcode() == UO_Deref)
      On = strip(Deref->getSubExpr());
    if (On)
      Operations.insert(On);
  }

  const VarDecl *Lock;
  const LibraryView &Library;
  llvm::DenseSet<const Expr *> Operations;
};

} // namespace

namespace {

/// `new mutex`, `std::make_shared<mutex>()`: nobody else has it yet.
bool isMadeHere(const Expr *Init) {
  Init = Init ? strip(Init) : nullptr;
  while (const auto *Construct = dyn_cast_or_null<CXXConstructExpr>(Init)) {
    if (Construct->getNumArgs() != 1)
      return false;
    Init = strip(Construct->getArg(0));
  }
  const auto *Call = dyn_cast_or_null<CallExpr>(Init);
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  return isa_and_nonnull<CXXNewExpr>(Init) ||
         (F && F->getIdentifier() && (F->getName() == "make_shared" || F->getName() == "make_unique"));
}

} // namespace

bool Locks::isPrivate(const AccessPath &Lock) const {
  const auto *Var = dyn_cast_or_null<VarDecl>(Lock.Var);
  if ((Lock.Base != AccessPath::BaseKind::Local && Lock.Base != AccessPath::BaseKind::Pointee) || !Var ||
      Var->getType()->isReferenceType())
    return false;
  const bool Through = isPointerLike(Var->getType());
  if (Through ? !isMadeHere(Var->getInit()) ||
                    llvm::any_of(Lock.Steps, [](const auto &S) { return S.K != AccessPath::Step::Kind::Deref; })
              : !Lock.Steps.empty())
    return false;
  const TypeModel *Model = Through ? nullptr : Library.type(Var->getType());
  if (!Through && (!Model || (Model->Role != "lock" && Model->Role != "counted")))
    return false;
  auto [It, New] = Private.try_emplace(Var, false);
  if (!New)
    return It->second;
  const auto *Function = dyn_cast_or_null<FunctionDecl>(Var->getParentFunctionOrMethod());
  const Stmt *Body = Function ? writtenBody(*Function) : nullptr;
  if (!Body)
    return false;
  MentionFinder Finder(Var->getCanonicalDecl(), Library);
  Finder.TraverseStmt(const_cast<Stmt *>(Body));
  return Private[Var] = !Finder.Found;
}

} // namespace corace::checks
