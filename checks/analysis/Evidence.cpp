// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Evidence.h"

#include "checks/analysis/Annotations.h"
#include "checks/analysis/Ast.h"

#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"

#include <map>

using namespace clang;

namespace corace::checks {

const ValueDecl *stateOf(const AccessPath &P) {
  for (auto It = P.Steps.rbegin(); It != P.Steps.rend(); ++It)
    if (It->Field)
      return It->Field;
  return P.Var;
}

std::string shortName(const FunctionDecl &F) { return isLambda(&F) ? "the lambda" : "'" + F.getNameAsString() + "'"; }

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

/// Makes, ends or sets the object as a whole: that is the owner's doing.
bool isOwners(const FunctionDecl *F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(F);
  return isa<CXXConstructorDecl, CXXDestructorDecl>(F) ||
         (Method && (Method->isCopyAssignmentOperator() || Method->isMoveAssignmentOperator()));
}

/// A function that writes the state and is neither a part of this task nor waits for it.
const RivalIndex::Write *otherWriter(const CoroutineFacts &Facts, const Instances &Runs, const Window &W,
                                     const ValueDecl *State) {
  const AccessPath &Path = Facts.Facts[W.First].Path;
  for (const RivalIndex::Write &Rival : Facts.Rivals.writersOf(State))
    if (Rival.Function && !callsIt(W, *Rival.Function) && !isOfSomeObject(Path, State, *Rival.Function) &&
        Rival.Function->getCanonicalDecl() != Facts.Function.getCanonicalDecl() && !isOwners(Rival.Function) &&
        !Rival.Function->isMain() && !Runs.isPartOf(Rival.Function, &Facts.Function) &&
        !Runs.isPartOf(&Facts.Function, Rival.Function))
      return &Rival;
  return nullptr;
}

/// Moves the state away, or hands it to somebody who may.
const RivalIndex::Change *otherTaker(const CoroutineFacts &Facts, const Instances &Runs, const ValueDecl *State) {
  if (!State || !isPointerLike(State->getType()))
    return nullptr;
  for (const RivalIndex::Change &C : Facts.Rivals.changesOf(State))
    if (C.What == RivalIndex::Change::Effect::Other && C.Function &&
        C.Function->getCanonicalDecl() != Facts.Function.getCanonicalDecl() && !isOwners(C.Function) &&
        !C.Function->isMain() && !Runs.isPartOf(C.Function, &Facts.Function) &&
        !Runs.isPartOf(&Facts.Function, C.Function))
      return &C;
  return nullptr;
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

/// The object that the path leads to, as the function sees it.
Instances::Subject subjectOf(const FunctionDecl &F, const AccessPath &Path) {
  if (Path.Base == AccessPath::BaseKind::This)
    return {isa<CXXMethodDecl>(F), nullptr};
  return {false, Path.Base == AccessPath::BaseKind::Param ? dyn_cast_or_null<ParmVarDecl>(Path.Var) : nullptr};
}

} // namespace

static Evidence find(const CoroutineFacts &Facts, const Window &W) {
  const AccessPath &Path = Facts.Facts[W.First].Path;
  const ValueDecl *State = stateOf(Path);
  if (const std::string Lock = State ? guardOf(*State, Facts.Library.models()) : std::string(); !Lock.empty())
    return {Confidence::High,
            "'" + State->getNameAsString() + "' is declared to be guarded by '" + Lock +
                "', which is not held all the way",
            State->getLocation()};
  const Instances Runs(Facts.Rivals, State, Facts.Function.getASTContext());
  const Instances::Subject On = subjectOf(Facts.Function, Path);
  const Instances::Runs Found = Runs.runsOf(&Facts.Function, On);
  if (On.Variable && Found.Apart)
    return {Confidence::Low, "every caller in sight passes an object of its own",
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
  const std::string Another = isLambda(&Facts.Function)
                                  ? std::string("another call of the lambda")
                                  : "another " + shortName(Facts.Function) + (On.This ? " on the same object" : "");
  // A plain function comes between itself only if it is called from what it lets run.
  if (const Instances::SecondRun &Run = Found.Second; Run && isCoroutine(Facts.Function)) {
    const bool Self = Run.Started->getCanonicalDecl() == Facts.Function.getCanonicalDecl();
    std::string Who = Self ? (Run.Loop ? "it is" : "there are") : shortName(*Run.Started) + " is";
    std::string Often = Run.Loop ? " called in a loop here"
                        : Self   ? " " + std::to_string(Run.Calls) + " calls, the last one here"
                                 : " called " + std::to_string(Run.Calls) + " times, the last time here";
    return {Confidence::High, Another + " may run meanwhile and write it: " + Who + Often, Run.Site->getSourceRange()};
  }
  if (std::optional<Evidence> Run = secondRunElsewhere(Facts, On.This, Another))
    return *Run;
  const Others *Elsewhere = Facts.Library.others();
  if (Found.Apart && (!Elsewhere || Elsewhere->callsOf(&Facts.Function).empty()))
    return {Confidence::Low, "every run in sight has an object of its own", SourceRange(Facts.Function.getLocation())};
  if (Runs.runsOnce(&Facts.Function))
    return {Confidence::Low, "it runs once, as far as can be seen", SourceRange(Facts.Function.getLocation())};
  return {Confidence::Medium, "no rival is in sight, but " + Another + " may run meanwhile",
          SourceRange(Facts.Function.getLocation())};
}

const Evidence &evidenceFor(const CoroutineFacts &Facts, const Window &W) {
  // All that the answer depends on.
  const AccessPath &Path = Facts.Facts[W.First].Path;
  const auto *Call = dyn_cast<CallExpr>(W.Second);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  std::shared_ptr<const Evidence> &Known = Facts.Known[{
      stateOf(Path), Path.Var, Callee ? Callee->getCanonicalDecl() : nullptr, Path.Base, Path.Steps.size() > 1}];
  if (!Known)
    Known = std::make_shared<const Evidence>(find(Facts, W));
  return *Known;
}

} // namespace corace::checks
