// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Instances.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"
#include "checks/analysis/Suspension.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"

#include <map>

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxCallers = 8; // how far up the chain of callers is looked
constexpr unsigned MaxSteps = 8;   // from a name to where its object was made

bool mentions(const Stmt *S, llvm::function_ref<bool(const ValueDecl *)> P) {
  if (!S)
    return false;
  if (const auto *Member = dyn_cast<MemberExpr>(S); Member && P(Member->getMemberDecl()))
    return true;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S); Ref && P(Ref->getDecl()))
    return true;
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return mentions(Child, P); });
}

/// One for all instantiations of a template.
const FunctionDecl *patternOf(const FunctionDecl *F) {
  const FunctionDecl *Pattern = F ? F->getTemplateInstantiationPattern() : nullptr;
  return Pattern ? Pattern : F;
}

bool isIn(const VarDecl &Var, const FunctionDecl *F) {
  const auto *Owner = dyn_cast<FunctionDecl>(Var.getDeclContext());
  return Owner && F && Owner->getCanonicalDecl() == F->getCanonicalDecl();
}

bool refersElsewhere(QualType T) { return T->isReferenceType() || (isPointerLike(T) && !isSoleOwner(T)); }

/// What the function itself returns.
class Results : public RecursiveASTVisitor<Results> {
public:
  bool VisitReturnStmt(ReturnStmt *S) { return Found.push_back(S->getRetValue()), true; }
  bool TraverseLambdaExpr(LambdaExpr *) { return true; }
  std::vector<const Expr *> Found;
};

} // namespace

Instances::Instances(const RivalIndex &Rivals, const ValueDecl *State, const ASTContext &Context)
    : Rivals(Rivals), State(State), SM(Context.getSourceManager()) {}

Instances::Runs Instances::runsOf(const FunctionDecl *F, Subject On) const {
  Seen Before;
  return runsOf(F, On, 0, Before);
}

Instances::Runs Instances::runsOf(const FunctionDecl *F, Subject On, unsigned Depth, Seen &Before) const {
  if (!F || Depth > MaxCallers)
    return {};
  if (!Before.insert({F->getCanonicalDecl(), On.This ? F : static_cast<const void *>(On.Variable)}).second)
    return {{}, false, true}; // its callers are being looked at
  const auto *Method = dyn_cast<CXXMethodDecl>(F);
  const bool Lambda = isLambda(F);
  const ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(F);
  const bool StartedOnce = Lambda && Rivals.isStartedOnce(*F);
  bool Apart = On && (!Calls.empty() || StartedOnce) && !Rivals.isMentioned(*F) && !(Method && Method->isVirtual());
  std::map<const void *, llvm::DenseSet<const void *>> Starts; // by object: those that may overlap
  llvm::DenseSet<const void *> Any;
  llvm::SmallVector<std::pair<const FunctionDecl *, Subject>, 4> Further;
  for (const RivalIndex::Call &C : Calls) {
    if (Lambda && isInOtherFile(C, F)) {
      Apart = Apart && StartedOnce;
      continue;
    }
    if (isGuarded(C))
      continue;
    const Origin From = subjectOf(C, F, On);
    // What one function awaits runs one after another.
    const void *Start = C.Awaited ? static_cast<const void *>(patternOf(C.Caller)) : C.Site;
    if (!From.Own)
      Any.insert(Start);
    if (On && !From.isKnown()) {
      Apart = false;
      continue;
    }
    if (const Stmt *Loop = loopOf(C); Loop && !isMadeIn(From, Loop))
      return {{F, C.Site, 1, true}, true, false};
    if (llvm::DenseSet<const void *> &Same = Starts[From.Variable];
        (From.Variable || !From.Own) && Same.insert(Start).second && Same.size() > 1)
      return {{F, Calls.back().Site, static_cast<unsigned>(Calls.size()), false}, true, false};
    Apart = Apart && (From.Own || (From.From && !From.Shared));
    const auto *Made = dyn_cast_or_null<CXXConstructorDecl>(C.Caller);
    if (!From.Own && !(Made && From.From.This) && (!On || From.From) && !Lambda)
      Further.push_back({C.Caller, From.From});
  }
  if (Lambda) {
    const FunctionDecl *Around = functionAround(*F);
    const auto *Var = dyn_cast_or_null<VarDecl>(On.Variable);
    const bool Made = Var && isIn(*Var, Around) && !isa<ParmVarDecl>(Var);
    if (!Made)
      Further.push_back({Around, On});
    else
      Apart = Apart && ofVariable(*Var, Around, 0).Own;
  }
  bool Possible = Any.size() > 1;
  for (const auto &[Caller, From] : Further)
    if (Caller && Caller != F) {
      const Runs Found = runsOf(Caller, From, Depth + 1, Before);
      if (Found.Second)
        return Found;
      Possible = Possible || Found.Possible;
      Apart = Apart && Found.Apart;
    }
  return {{}, Possible, Apart};
}

/// The object that `On` means to the callee, as the caller sees it.
Instances::Origin Instances::subjectOf(const RivalIndex::Call &C, const FunctionDecl *F, Subject On) const {
  if (!On)
    return {};
  if (isLambda(F) && (On.This || !isIn(*cast<VarDecl>(On.Variable), F)))
    return {On.Variable, On};
  const auto *Call = dyn_cast<CallExpr>(C.Site);
  if (!Call)
    return {};
  if (On.This)
    return originOf(objectOfCall(Call), C.Caller);
  const auto *Param = dyn_cast<ParmVarDecl>(On.Variable);
  const unsigned Index = Param ? Param->getFunctionScopeIndex() + firstArgument(Call) : 0;
  return Param && Index < Call->getNumArgs() ? originOf(Call->getArg(Index), C.Caller) : Origin();
}

Instances::Origin Instances::originOf(const Expr *E, const FunctionDecl *Caller, unsigned Depth) const {
  E = E ? strip(E) : nullptr;
  if (!E || Depth > MaxSteps)
    return {};
  if (isa<CXXThisExpr>(E))
    return {nullptr, {true, nullptr}};
  if (isa<CXXNewExpr, InitListExpr, LambdaExpr>(E))
    return {nullptr, {}, true};
  if (const auto *Member = dyn_cast<MemberExpr>(E))
    return ofMember(*Member, Caller, Depth);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
    return Var ? ofVariable(*Var, Caller, Depth + 1) : Origin();
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E); Op && (Op->getOpcode() == UO_Deref || Op->getOpcode() == UO_AddrOf))
    return originOf(Op->getSubExpr(), Caller, Depth + 1);
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return originOf(Cast->getSubExpr(), Caller, Depth + 1);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E)) {
    if (Construct->getNumArgs() == 1 &&
        (isPointerLike(Construct->getType()) || Construct->getConstructor()->isCopyOrMoveConstructor()))
      return originOf(Construct->getArg(0), Caller, Depth + 1);
    return {nullptr, {}, !isPointerLike(Construct->getType()) || Construct->getNumArgs() != 0};
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  return Call ? ofResult(*Call, Caller, Depth + 1) : Origin();
}

Instances::Origin Instances::ofResult(const CallExpr &Call, const FunctionDecl *Caller, unsigned Depth) const {
  const StringRef Name = nameOfCallee(&Call);
  const Expr *Object = objectOfCall(&Call);
  if (Name.starts_with("make_shared") || Name.starts_with("make_unique") || Name == "allocate_shared")
    return {nullptr, {}, true};
  if (isPassThrough(&Call))
    return originOf(Call.getArg(0), Caller, Depth);
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(&Call))
    return Op->getNumArgs() == 1 ? originOf(Op->getArg(0), Caller, Depth) : Origin();
  if (Object && Name == "shared_from_this")
    return originOf(Object, Caller, Depth);
  if (Object && Name == "get" && isPointerLike(strip(Object)->getType()))
    return originOf(Object, Caller, Depth);
  // A function that makes one anew for each call.
  const FunctionDecl *F = Call.getDirectCallee();
  const Stmt *Body = F ? F->getBody() : nullptr;
  if (!Body || Call.isGLValue() || isCoroutine(*F))
    return {};
  Results Of;
  Of.TraverseStmt(const_cast<Stmt *>(Body));
  const bool Fresh = !Of.Found.empty() && llvm::all_of(Of.Found, [&](const Expr *Result) {
    return Result && originOf(Result, F, Depth + 1).Own;
  });
  return {nullptr, {}, Fresh};
}

Instances::Origin Instances::ofMember(const MemberExpr &E, const FunctionDecl *Caller, unsigned Depth) const {
  const auto *Field = dyn_cast<FieldDecl>(E.getMemberDecl());
  Origin Whole = Field ? originOf(E.getBase(), Caller, Depth + 1) : Origin();
  if (!Whole.isKnown())
    return {};
  // A pointer or reference in there may lead to what others know of too.
  const bool Shared = refersElsewhere(Field->getType());
  return {Field, Whole.From, Whole.Own && !Shared, Whole.Shared || Shared};
}

Instances::Origin Instances::ofVariable(const VarDecl &Var, const FunctionDecl *Caller, unsigned Depth) const {
  const QualType T = Var.getType();
  if (Var.hasGlobalStorage())
    return {&Var};
  // `[self = shared_from_this()]`: the object whose method makes the lambda.
  if (Var.isInitCapture()) {
    const Origin Init = originOf(Var.getInit(), isLambda(Caller) ? functionAround(*Caller) : Caller, Depth + 1);
    return Init.From.This ? Origin{nullptr, {true, nullptr}, false, Init.Shared} : Origin{&Var};
  }
  if (!isIn(Var, Caller))
    return {&Var, {false, &Var}};
  if (isa<ParmVarDecl>(Var))
    return refersElsewhere(T) ? Origin{&Var, {false, &Var}} : Origin{&Var, {}, true};
  if (!T->isReferenceType() && (!isPointerLike(T) || isSoleOwner(T)))
    return {&Var, {}, true};
  Origin Init = Var.getInit() ? originOf(Var.getInit(), Caller, Depth + 1) : Origin();
  Init.Variable = Init.Variable && T->isReferenceType() ? Init.Variable : &Var;
  return Init;
}

const Stmt *Instances::loopOf(const RivalIndex::Call &C) const {
  const Stmt *Loop = C.Loop && !C.Awaited ? C.Loop : nullptr;
  return !Loop && isLambda(C.Caller) ? Rivals.loopAround(*C.Caller) : Loop;
}

/// Every turn of the loop has an object of its own.
bool Instances::isMadeIn(const Origin &From, const Stmt *Loop) const {
  if (From.Own && !From.Variable)
    return true;
  return From.Variable && !isa<FieldDecl>(From.Variable) &&
         SM.isBeforeInTranslationUnit(Loop->getBeginLoc(), From.Variable->getLocation()) &&
         SM.isBeforeInTranslationUnit(From.Variable->getLocation(), Loop->getEndLoc());
}

/// Inside the library that the lambda was given to.
bool Instances::isInOtherFile(const RivalIndex::Call &C, const FunctionDecl *F) const {
  return SM.getFileID(SM.getExpansionLoc(C.Site->getExprLoc())) != SM.getFileID(SM.getExpansionLoc(F->getLocation()));
}

/// Started only if a flag or the state says so: `if (!writing) co_spawn(...)`.
bool Instances::isGuarded(const RivalIndex::Call &C) const {
  return mentions(C.Guard, [&](const ValueDecl *D) {
    return (State && D->getCanonicalDecl() == State->getCanonicalDecl()) ||
           (D->getType().getNonReferenceType()->isBooleanType() && !isa<ParmVarDecl, FunctionDecl>(D));
  });
}

bool Instances::seesAllCalls(const FunctionDecl *F) const {
  if (!F || isLambda(F) || Rivals.isMentioned(*F))
    return false;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F); Method && Method->isVirtual())
    return false;
  return llvm::all_of(F->redecls(),
                      [&](const FunctionDecl *D) { return SM.isInMainFile(SM.getExpansionLoc(D->getLocation())); });
}

bool Instances::runsOnce(const FunctionDecl *F, unsigned Depth) const {
  if (!F || Depth > MaxCallers)
    return false;
  if (F->isMain())
    return true;
  if (!seesAllCalls(F))
    return false;
  const ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(F);
  return Calls.size() == 1 && !Calls.front().Loop && runsOnce(Calls.front().Caller, Depth + 1);
}

bool Instances::isPartOf(const FunctionDecl *F, const FunctionDecl *Task, unsigned Depth) const {
  if (!F || !Task)
    return false;
  if (F->getCanonicalDecl() == Task->getCanonicalDecl())
    return true;
  if (Depth > MaxCallers || !seesAllCalls(F))
    return false;
  if (const auto It = Parts.find({F, Task, Depth}); It != Parts.end())
    return It->second;
  const ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(F);
  const bool Is = !Calls.empty() && llvm::all_of(Calls, [&](const RivalIndex::Call &C) {
    return (C.Awaited || !isCoroutine(*F)) && isPartOf(C.Caller, Task, Depth + 1);
  });
  Parts[{F, Task, Depth}] = Is;
  return Is;
}

} // namespace corace::checks
