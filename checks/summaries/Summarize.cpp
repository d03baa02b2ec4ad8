// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/summaries/Summarize.h"

#include "checks/Report.h"
#include "checks/analysis/Inline.h"
#include "checks/analysis/LateUses.h"
#include "checks/analysis/TaskFate.h"
#include "checks/analysis/TaskTypes.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/Support/Path.h"

using namespace clang;

namespace corace::checks {

static std::string absolute(const SourceManager &SM, StringRef File) {
  llvm::SmallString<256> Path(File);
  if (!Path.empty())
    SM.getFileManager().makeAbsolutePath(Path);
  llvm::sys::path::remove_dots(Path);
  return std::string(Path);
}

Spot spotOf(const ASTContext &Context, SourceRange Range) {
  const Place P = placeOf(Context, Range);
  return {absolute(Context.getSourceManager(), P.File), P.Line, P.Column, P.EndLine, P.EndColumn};
}

std::string mainFileOf(const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  const OptionalFileEntryRef Main = SM.getFileEntryRefForID(SM.getMainFileID());
  return Main ? absolute(SM, Main->getName()) : std::string();
}

namespace {

/// The function as its author sees it: for the body of a lambda the one around it.
const FunctionDecl *outermost(const FunctionDecl *F) {
  for (const DeclContext *C = F; C; C = C->getParent())
    if (const auto *Around = dyn_cast<FunctionDecl>(C))
      F = Around;
  return F;
}

/// Finds the awaits of one function.
class Awaits : public RecursiveASTVisitor<Awaits> {
public:
  std::vector<const CoroutineSuspendExpr *> Found;
  bool TraverseLambdaExpr(LambdaExpr *) { return true; }
  bool VisitCoroutineSuspendExpr(CoroutineSuspendExpr *E) {
    Found.push_back(E);
    return true;
  }
};

std::vector<const CoroutineSuspendExpr *> awaitsIn(const FunctionDecl &F) {
  Awaits All;
  All.TraverseStmt(const_cast<Stmt *>(writtenBody(F)));
  return std::move(All.Found);
}

class Summarizer {
public:
  explicit Summarizer(const UnitFacts &Unit)
      : Unit(Unit), SM(Unit.Context.getSourceManager()), Tasks(Unit.Library), Late(Unit) {}

  UnitSummary run() {
    Out.File = mainFileOf(Unit.Context);
    for (const FunctionDecl *F : Unit.Rivals.functions())
      function(*F);
    Unit.Rivals.forEachWrite(
        [&](const ValueDecl *Place, ArrayRef<RivalIndex::Write> Writes) { writes(Place, Writes); });
    Unit.Rivals.forEachChange(
        [&](const ValueDecl *Place, ArrayRef<RivalIndex::Change> Changes) { changes(Place, Changes); });
    Unit.Rivals.forEachDisturbance([&](const ValueDecl *Place, ArrayRef<RivalIndex::Disturbance> Disturbances) {
      disturbances(Place, Disturbances);
    });
    Unit.Rivals.forEachCall(
        [&](const FunctionDecl *Callee, ArrayRef<RivalIndex::Call> Calls) { calls(Callee, Calls); });
    Out.sort();
    return std::move(Out);
  }

private:
  /// What a function does is this translation unit's to tell: inline functions of headers speak for themselves in each
  /// that includes them.
  bool isOurs(const FunctionDecl *F) const {
    if (!F)
      return false;
    const FunctionDecl *Whole = outermost(F);
    const bool Shared = Whole->isInlined() || Whole->isTemplateInstantiation();
    return !Shared || SM.isInMainFile(SM.getExpansionLoc(Whole->getLocation()));
  }

  /// Other translation units may call it without seeing its body.
  static bool isCalledFromElsewhere(const FunctionDecl &F) {
    const auto *Method = dyn_cast<CXXMethodDecl>(&F);
    // Who calls a virtual function sees its base.
    return !F.isInvalidDecl() && F.isExternallyVisible() && (!F.isInlined() || (Method && Method->isVirtual())) &&
           !F.isDependentContext() && !F.isMain() && F.getTemplateSpecializationKind() != TSK_ImplicitInstantiation &&
           !isa<CXXConstructorDecl, CXXDestructorDecl>(F);
  }

  std::optional<PathSummary> path(const AccessPath &P) const {
    PathSummary Result;
    Result.Const = P.Const;
    switch (P.Base) {
    case AccessPath::BaseKind::This: break;
    case AccessPath::BaseKind::Param:
      Result.From = PathSummary::Root::Param;
      Result.Param = cast<ParmVarDecl>(P.Var)->getFunctionScopeIndex();
      break;
    case AccessPath::BaseKind::Global:
      Result.From = PathSummary::Root::Global;
      Result.Var = usrOf(*P.Var);
      if (Result.Var.empty() || !cast<VarDecl>(P.Var)->hasGlobalStorage() || cast<VarDecl>(P.Var)->isStaticLocal())
        return std::nullopt;
      break;
    case AccessPath::BaseKind::None:
    case AccessPath::BaseKind::Local:
    case AccessPath::BaseKind::Capture:
    case AccessPath::BaseKind::Pointee: return std::nullopt;
    }
    for (const AccessPath::Step &S : P.Steps) {
      PathSummary::Step To;
      switch (S.K) {
      case AccessPath::Step::Kind::Field:
        To.Kind = PathSummary::StepKind::Field;
        To.Field = usrOf(*S.Field);
        if (To.Field.empty())
          return std::nullopt;
        break;
      case AccessPath::Step::Kind::Constant:
        To.Kind = PathSummary::StepKind::Constant;
        To.Index = S.Index;
        break;
      case AccessPath::Step::Kind::Symbol: {
        const auto *Ref = dyn_cast_or_null<DeclRefExpr>(S.IndexExpr);
        if (const auto *Param = Ref ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr) {
          To.Kind = PathSummary::StepKind::Param;
          To.Index = Param->getFunctionScopeIndex();
        }
        break;
      }
      case AccessPath::Step::Kind::Any: break;
      case AccessPath::Step::Kind::Deref: To.Kind = PathSummary::StepKind::Deref; break;
      }
      Result.Steps.push_back(std::move(To));
    }
    return Result;
  }

  void overrides(const CXXMethodDecl &Method, const std::string &Runs, const CXXMethodDecl &Base) {
    if (std::string Usr = usrOf(Base); !Usr.empty())
      Out.Overrides.push_back({std::move(Usr), Runs});
    for (const CXXMethodDecl *Overridden : Base.overridden_methods())
      overrides(Method, Runs, *Overridden);
  }

  void function(const FunctionDecl &F) {
    if (!isCalledFromElsewhere(F))
      return;
    if (const auto *Method = dyn_cast<CXXMethodDecl>(&F); Method && Method->isVirtual())
      if (const std::string Runs = usrOf(F); !Runs.empty())
        overrides(*Method, Runs, *Method);
    FunctionSummary S;
    S.Usr = usrOf(F);
    if (S.Usr.empty())
      return;
    const PathResolver Paths(F, Unit.Library);
    const Inliner Body(Paths, Unit.Library);
    S.Coroutine = isCoroutine(F);
    if (S.Coroutine)
      suspensions(F, S);
    else if (const std::optional<InlinedCall> Call = Body.summarized(F))
      accesses(*Call, S);
    for (const ArgumentStore &Store : Body.argumentStores(F, Unit.Suspensions))
      if (std::optional<PathSummary> P = path(Store.Place))
        S.Stores.push_back(
            {std::move(*P), Store.Param, Store.AfterSuspension, spotOf(Unit.Context, Store.Site->getSourceRange())});
    const CalleeLockPaths Locks = Body.locks(F, Unit.Suspensions);
    for (const AccessPath &P : Locks.Takes)
      if (std::optional<PathSummary> Lock = path(P))
        S.Takes.push_back(std::move(*Lock));
    for (const AccessPath &P : Locks.Releases)
      if (std::optional<PathSummary> Lock = path(P))
        S.Releases.push_back(std::move(*Lock));
    for (const ParmVarDecl *Param : F.parameters())
      if (handsOn(&F, Param->getFunctionScopeIndex(), Unit.Library) == HandsOn::Itself)
        S.Starts.push_back(Param->getFunctionScopeIndex());
    if (!S.Coroutine && !S.Simple && S.Starts.empty() && S.Stores.empty() && S.Takes.empty() && S.Releases.empty())
      return; // not more than its declaration tells
    S.Name = nameOfFunction(F);
    S.Where = spotOf(Unit.Context, SourceRange(F.getLocation()));
    Out.Functions.push_back(std::move(S));
  }

  void accesses(const InlinedCall &Call, FunctionSummary &S) const {
    for (const AccessPath &P : Call.Reads)
      if (std::optional<PathSummary> Place = path(P))
        S.Reads.push_back(std::move(*Place));
    for (const InlinedCall::Write &W : Call.Writes)
      if (std::optional<PathSummary> Place = path(W.Place))
        S.Writes.push_back({std::move(*Place), static_cast<unsigned>(W.What), W.TakesArguments});
    for (const InlinedCall::Forward &By : Call.Forwards) {
      FunctionSummary::Forward To;
      To.Usr = usrOf(*By.Callee->getCanonicalDecl());
      To.Name = By.Callee->getDeclName().isIdentifier() ? By.Callee->getName().str() : "operator";
      if (const auto *Record = dyn_cast<CXXRecordDecl>(By.Callee->getDeclContext()))
        To.Scope = Record->getName().str();
      if (By.Object)
        To.Object = path(By.Object);
      for (const ParmVarDecl *Param : By.Args)
        To.Params.push_back(Param ? Param->getFunctionScopeIndex() + 1 : 0);
      To.Result = By.Result;
      if (!To.Usr.empty())
        S.Forwards.push_back(std::move(To));
    }
    S.Simple = true;
  }

  void suspensions(const FunctionDecl &F, FunctionSummary &S) const {
    if (std::optional<TaskTraits> Task = Tasks.of(F.getReturnType()))
      S.Eager = !Task->Lazy;
    for (const ParmVarDecl *Param : F.parameters())
      if (refersElsewhere(Param->getType(), Unit.Library) && Late.ofParam(F, *Param))
        S.LateReferences.push_back(Param->getFunctionScopeIndex());
    S.LateObject = isa<CXXMethodDecl>(F) && Late.ofObject(F);
    llvm::DenseSet<const FunctionDecl *> Seen{F.getCanonicalDecl()};
    std::vector<const FunctionDecl *> Work{&F};
    while (!Work.empty()) {
      const FunctionDecl *Body = Work.back();
      Work.pop_back();
      for (const CoroutineSuspendExpr *E : awaitsIn(*Body)) {
        const SuspensionClass Class = Unit.Suspensions.classify(*E);
        if (!Class.suspends())
          continue;
        const FunctionDecl *Definition = nullptr;
        if (Class.Callee && Class.Callee->isDefined(Definition) && isCoroutine(*Definition)) {
          if (Seen.insert(Definition->getCanonicalDecl()).second)
            Work.push_back(Definition);
        } else if (std::string Usr;
                   Class.Callee && isElsewhere(*Class.Callee) && !(Usr = usrOf(*Class.Callee)).empty()) {
          S.Callees.push_back(std::move(Usr));
        } else {
          S.May = FunctionSummary::Suspends::Yes;
          S.Why = Class.Why;
          S.Callees.clear();
          return;
        }
      }
    }
    llvm::sort(S.Callees);
    S.Callees.erase(llvm::unique(S.Callees), S.Callees.end());
    if (!S.Callees.empty())
      S.May = FunctionSummary::Suspends::IfCallees;
  }

  static bool isReachable(const ValueDecl *Place) {
    const auto *Var = dyn_cast<VarDecl>(Place);
    return isa<FieldDecl>(Place) || (Var && Var->hasGlobalStorage() && !Var->isStaticLocal());
  }

  void writes(const ValueDecl *Place, ArrayRef<RivalIndex::Write> Writes) {
    const std::string Usr = isReachable(Place) ? usrOf(*Place) : std::string();
    for (const RivalIndex::Write &W : Writes) {
      if (Usr.empty() || !isOurs(W.Function) || isa<CXXConstructorDecl, CXXDestructorDecl>(W.Function))
        continue;
      Out.Writes.push_back({Usr, usrOf(*outermost(W.Function)), nameOfFunction(*W.Function),
                            spotOf(Unit.Context, W.Site->getSourceRange())});
    }
  }

  /// Only containers: whoever asks has seen that the place can be empty.
  bool isContainer(QualType T) const {
    const CXXRecordDecl *R = T.getNonReferenceType()->getAsCXXRecordDecl();
    return R && R->hasDefinition() && R->hasMemberName(&Unit.Context.Idents.get("empty"));
  }

  void changes(const ValueDecl *Place, ArrayRef<RivalIndex::Change> Changes) {
    const std::string Usr = isReachable(Place) && isContainer(Place->getType()) ? usrOf(*Place) : std::string();
    if (Usr.empty())
      return;
    for (const RivalIndex::Change &C : Changes) {
      if (!isOurs(C.Function) || isa<CXXConstructorDecl, CXXDestructorDecl>(C.Function))
        continue;
      const auto *Call = dyn_cast<CallExpr>(C.Site);
      const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
      Out.Changes.push_back({Usr, static_cast<unsigned>(C.What), Callee ? Callee->getNameAsString() : std::string()});
    }
  }

  void disturbances(const ValueDecl *Place, ArrayRef<RivalIndex::Disturbance> Disturbances) {
    using Kind = RivalIndex::Disturbance::Kind;
    const std::string Usr = isReachable(Place) ? usrOf(*Place) : std::string();
    if (Usr.empty())
      return;
    const auto hasReserved = [&](const RivalIndex::Disturbance &D) {
      return llvm::any_of(Disturbances, [&](const RivalIndex::Disturbance &Other) {
        return Other.What == Kind::Reserve && Other.Function == D.Function && Other.Level == D.Level;
      });
    };
    for (const RivalIndex::Disturbance &D : Disturbances) {
      if (!isOurs(D.Function) || isa<CXXConstructorDecl, CXXDestructorDecl>(D.Function) || D.Function->isMain() ||
          D.IfEmpty || D.What == Kind::Reserve ||
          ((D.What == Kind::Insert || D.What == Kind::InsertAtEnd) && hasReserved(D)))
        continue;
      const bool Running =
          isCoroutine(*D.Function) || !Unit.Rivals.callsOf(D.Function).empty() || Unit.Rivals.isMentioned(*D.Function);
      Out.Disturbances.push_back({Usr, usrOf(*outermost(D.Function)), nameOfFunction(*D.Function),
                                  static_cast<unsigned>(D.What), D.Level, Running,
                                  spotOf(Unit.Context, D.Site->getSourceRange())});
    }
  }

  /// The member or global that a method is called on, through pointers.
  static std::string objectOf(const Expr *Site) {
    const auto *Call = dyn_cast<CallExpr>(Site);
    const Expr *Object = Call ? strip(objectOfCall(Call)) : nullptr;
    while (const auto *Op = dyn_cast_or_null<CXXOperatorCallExpr>(Object))
      Object = strip(Op->getArg(0));
    if (const auto *Member = dyn_cast_or_null<MemberExpr>(Object))
      return usrOf(*Member->getMemberDecl());
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Object);
    return Ref && isReachable(Ref->getDecl()) ? usrOf(*Ref->getDecl()) : std::string();
  }

  void calls(const FunctionDecl *Callee, ArrayRef<RivalIndex::Call> Calls) {
    if (!Callee->isExternallyVisible() || SM.isInSystemHeader(SM.getExpansionLoc(Callee->getLocation())) ||
        !(isCoroutine(*Callee) || Tasks.of(Callee->getReturnType())))
      return;
    const std::string Usr = usrOf(*Callee);
    for (const RivalIndex::Call &C : Calls)
      if (!Usr.empty() && isOurs(C.Caller))
        Out.Calls.push_back({Usr, usrOf(*outermost(C.Caller)), objectOf(C.Site), C.InLoop, C.Awaited,
                             spotOf(Unit.Context, C.Site->getSourceRange())});
  }

  const UnitFacts &Unit;
  const SourceManager &SM;
  const TaskTypes Tasks;
  const LateUses Late;
  UnitSummary Out;
};

} // namespace

UnitSummary summarize(const UnitFacts &Unit) { return Summarizer(Unit).run(); }

} // namespace corace::checks
