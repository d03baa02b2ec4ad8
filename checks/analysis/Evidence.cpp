// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Evidence.h"

#include "checks/analysis/Annotations.h"

#include "checks/summaries/Others.h"

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

} // namespace

const ValueDecl *stateOf(const AccessPath &P) {
  for (auto It = P.Steps.rbegin(); It != P.Steps.rend(); ++It)
    if (It->Field)
      return It->Field;
  return P.Var;
}

std::string shortName(const FunctionDecl &F) { return isLambda(&F) ? "the lambda" : "'" + F.getNameAsString() + "'"; }

Instances::SecondRun Instances::second(const FunctionDecl *F, bool OnObject, unsigned Depth) const {
  if (!F || Depth > MaxCallers)
    return {};
  std::map<const void *, llvm::DenseSet<const void *>> Starts; // by object: those that may overlap
  llvm::SmallVector<const FunctionDecl *, 4> Further;
  const ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(F);
  for (const RivalIndex::Call &C : Calls) {
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
      return {F, C.Site, 1, true};
    // What one function awaits runs one after another.
    const void *Start = C.Awaited ? static_cast<const void *>(C.Caller) : C.Site;
    if (!From.Fresh && Starts[From.Variable].insert(Start).second && Starts[From.Variable].size() > 1)
      return {F, Calls.back().Site, static_cast<unsigned>(Calls.size()), false};
    if (From.IsThis)
      Further.push_back(C.Caller);
  }
  if (isLambda(F))
    Further.push_back(functionAround(F));
  for (const FunctionDecl *Caller : Further)
    if (Caller && Caller != F)
      if (SecondRun Found = second(Caller, OnObject, Depth + 1))
        return Found;
  return {};
}

Instances::Origin Instances::originOf(const RivalIndex::Call &C) const {
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
bool Instances::isMadeIn(const Origin &From, const Stmt *Loop) const {
  return From.Fresh || (From.Variable && !isa<FieldDecl>(From.Variable) &&
                        SM.isBeforeInTranslationUnit(Loop->getBeginLoc(), From.Variable->getLocation()));
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
  const ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(F);
  return !Calls.empty() && llvm::all_of(Calls, [&](const RivalIndex::Call &C) {
    return (C.Awaited || !isCoroutine(*F)) && isPartOf(C.Caller, Task, Depth + 1);
  });
}

namespace {

/// The second access is made by this very function, a setter: that is no rival.
bool callsIt(const Window &W, const FunctionDecl &Rival) {
  const auto *Call = dyn_cast<CallExpr>(W.Second);
  return Call && Call->getDirectCallee() && Call->getDirectCallee()->getCanonicalDecl() == Rival.getCanonicalDecl();
}

/// A method that writes a member of its own object, and the window is about one object of many: a part of another.
bool isOfSomeObject(const AccessPath &Path, const ValueDecl *State, const FunctionDecl &Rival) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&Rival);
  const auto *Field = dyn_cast_or_null<FieldDecl>(State);
  return Method && Field && Path.Steps.size() > 1 && !Method->getParent()->isLambda() &&
         Method->getParent()->getCanonicalDecl() == cast<CXXRecordDecl>(Field->getParent())->getCanonicalDecl();
}

/// A function that writes the state and is neither a part of this task nor waits for it.
const RivalIndex::Write *otherWriter(const CoroutineFacts &Facts, const Instances &Runs, const Window &W,
                                     const ValueDecl *State) {
  const AccessPath &Path = Facts.Facts[W.First].Path;
  for (const RivalIndex::Write &Rival : Facts.Rivals.writesOf(State))
    if (Rival.Function && !callsIt(W, *Rival.Function) && !isOfSomeObject(Path, State, *Rival.Function) &&
        Rival.Function->getCanonicalDecl() != Facts.Function.getCanonicalDecl() &&
        !isa<CXXConstructorDecl, CXXDestructorDecl>(Rival.Function) && !Rival.Function->isMain() &&
        !Runs.isPartOf(Rival.Function, &Facts.Function) && !Runs.isPartOf(&Facts.Function, Rival.Function))
      return &Rival;
  return nullptr;
}

/// Moves the state away, or hands it to somebody who may.
const RivalIndex::Change *otherTaker(const CoroutineFacts &Facts, const Instances &Runs, const ValueDecl *State) {
  if (!State || !isPointerLike(State->getType()))
    return nullptr;
  for (const RivalIndex::Change &C : Facts.Rivals.changesOf(State))
    if (C.What == RivalIndex::Change::Effect::Other && C.Function &&
        C.Function->getCanonicalDecl() != Facts.Function.getCanonicalDecl() &&
        !isa<CXXConstructorDecl, CXXDestructorDecl>(C.Function) && !C.Function->isMain() &&
        !Runs.isPartOf(C.Function, &Facts.Function) && !Runs.isPartOf(&Facts.Function, C.Function))
      return &C;
  return nullptr;
}

/// Every caller in sight waits for the coroutine and gives it an object of its own.
bool worksOnLocals(const CoroutineFacts &Facts, const ValueDecl *Param) {
  const auto *P = dyn_cast_or_null<ParmVarDecl>(Param);
  const ArrayRef<RivalIndex::Call> Calls = Facts.Rivals.callsOf(&Facts.Function);
  return P && !Calls.empty() && llvm::all_of(Calls, [&](const RivalIndex::Call &C) {
           const auto *Call = dyn_cast<CallExpr>(C.Site);
           unsigned Index = Call ? P->getFunctionScopeIndex() + firstArgument(Call) : 0;
           if (!Call || !C.Awaited || Index >= Call->getNumArgs())
             return false;
           const auto *Ref = dyn_cast<DeclRefExpr>(strip(Call->getArg(Index)));
           const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
           return Var && !Var->hasGlobalStorage() && !Var->getType()->isReferenceType() &&
                  !Var->getType()->isPointerType() && Var->getDeclContext() == C.Caller;
         });
}

/// The last part of a qualified name, for messages.
std::string shortName(StringRef Name) {
  Name = Name.drop_front(Name.find_last_of(':') + 1);
  return Name == "lambda" ? "the lambda" : "'" + Name.str() + "'";
}

/// The second access is made by this very function, a setter: that is no rival.
bool callsIt(const Window &W, const WriteSummary &Rival) {
  const auto *Call = dyn_cast<CallExpr>(W.Second);
  return Call && Call->getDirectCallee() && usrOf(*Call->getDirectCallee()) == Rival.Function;
}

/// Calls in other translation units that let two runs be under way at once: on one object, where that matters.
std::optional<Evidence> secondRunElsewhere(const CoroutineFacts &Facts, bool OnObject, const std::string &Another) {
  const Others *Elsewhere = Facts.Library.others();
  if (!Elsewhere)
    return std::nullopt;
  std::map<StringRef, unsigned> Starts; // by object
  const unsigned Here = OnObject ? 0 : static_cast<unsigned>(Facts.Rivals.callsOf(&Facts.Function).size());
  for (const CallSummary *C : Elsewhere->callsOf(&Facts.Function)) {
    if (OnObject && C->Object.empty())
      continue;
    const bool Loop = C->InLoop && !C->Awaited;
    const unsigned Count = ++Starts[OnObject ? C->Object : StringRef()] + Here;
    if (Loop || Count > 1)
      return Evidence{Confidence::High,
                      Another + " may run meanwhile and write it: " +
                          (Loop ? "it is called in a loop here"
                                : "there are " + std::to_string(Count) + " calls, the last one here"),
                      {},
                      C->Where};
  }
  return std::nullopt;
}

/// A private method that only a constructor in sight starts, and no other method can: one run for each object.
bool startedByConstructor(const CoroutineFacts &Facts) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&Facts.Function);
  if (!Method || Method->getAccess() != AS_private || Method->isVirtual() || Facts.Rivals.isMentioned(*Method))
    return false;
  const ArrayRef<RivalIndex::Call> Calls = Facts.Rivals.callsOf(Method);
  if (Calls.size() != 1 || Calls.front().Loop || !isa_and_nonnull<CXXConstructorDecl>(Calls.front().Caller) ||
      cast<CXXConstructorDecl>(Calls.front().Caller)->getParent() != Method->getParent())
    return false;
  if (!llvm::all_of(Method->getParent()->methods(), [](const CXXMethodDecl *M) {
        return M->isImplicit() || M->isDeleted() || M->isPureVirtual() || M->isDefined();
      }))
    return false;
  const Others *Elsewhere = Facts.Library.others();
  return !Elsewhere || Elsewhere->callsOf(Method).empty();
}

} // namespace

Evidence evidenceFor(const CoroutineFacts &Facts, const Window &W) {
  const AccessPath &Path = Facts.Facts[W.First].Path;
  const ValueDecl *State = stateOf(Path);
  if (const std::string Lock = State ? guardOf(*State, Facts.Library.models()) : std::string(); !Lock.empty())
    return {Confidence::High,
            "'" + State->getNameAsString() + "' is declared to be guarded by '" + Lock +
                "', which is not held all the way",
            State->getLocation()};
  const Instances Runs(Facts.Rivals, State, Facts.Function.getASTContext());
  if (Path.Base == AccessPath::BaseKind::Param && worksOnLocals(Facts, Path.Var))
    return {Confidence::Low, "every caller in sight waits for it and passes an object of its own",
            SourceRange(Facts.Function.getLocation())};
  if (const RivalIndex::Write *Rival = otherWriter(Facts, Runs, W, State))
    return {Confidence::High, shortName(*Rival->Function) + " writes it here and may run meanwhile",
            Rival->Site->getSourceRange()};
  if (const Others *Elsewhere = Facts.Library.others())
    for (const WriteSummary *Rival : Elsewhere->writesOf(State))
      if (Rival->Name != "main" && !callsIt(W, *Rival))
        return {Confidence::High, shortName(Rival->Name) + " writes it here and may run meanwhile", {}, Rival->Where};
  if (const RivalIndex::Change *Rival = otherTaker(Facts, Runs, State))
    return {Confidence::High, shortName(*Rival->Function) + " takes it here and may run meanwhile",
            Rival->Site->getSourceRange()};
  const auto *Method = dyn_cast<CXXMethodDecl>(&Facts.Function);
  const bool Lambda = isLambda(Method);
  const bool OnObject = Path.Base == AccessPath::BaseKind::This && Method && !Lambda;
  const std::string Another = Lambda ? std::string("another call of the lambda")
                                     : "another " + shortName(Facts.Function) + (OnObject ? " on the same object" : "");
  if (const Instances::SecondRun Run = Runs.second(&Facts.Function, OnObject)) {
    const bool Self = Run.Started->getCanonicalDecl() == Facts.Function.getCanonicalDecl();
    std::string Who = Self ? (Run.Loop ? "it is" : "there are") : shortName(*Run.Started) + " is";
    std::string Often = Run.Loop ? " called in a loop here"
                        : Self   ? " " + std::to_string(Run.Calls) + " calls, the last one here"
                                 : " called " + std::to_string(Run.Calls) + " times, the last time here";
    return {Confidence::High, Another + " may run meanwhile and write it: " + Who + Often, Run.Site->getSourceRange()};
  }
  if (std::optional<Evidence> Run = secondRunElsewhere(Facts, OnObject, Another))
    return *Run;
  if (OnObject && startedByConstructor(Facts))
    return {Confidence::Low, "only the constructor starts it, once for each object",
            SourceRange(Facts.Function.getLocation())};
  if (Runs.runsOnce(&Facts.Function))
    return {Confidence::Low, "it runs once, as far as can be seen", SourceRange(Facts.Function.getLocation())};
  return {Confidence::Medium, "no rival is in sight, but " + Another + " may run meanwhile",
          SourceRange(Facts.Function.getLocation())};
}

} // namespace corace::checks
