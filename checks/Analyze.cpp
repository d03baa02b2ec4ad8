// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/Analyze.h"

#include "checks/Report.h"
#include "checks/analysis/Consumers.h"
#include "checks/analysis/Evidence.h"
#include "checks/analysis/Flow.h"
#include "checks/analysis/RivalIndex.h"
#include "checks/analysis/Unit.h"
#include "checks/models/Models.h"
#include "checks/summaries/Others.h"
#include "checks/summaries/Summarize.h"
#include "vocab/finding_id.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/Support/Path.h"

#include <map>
#include <set>
#include <tuple>

using namespace clang;

namespace corace::checks {

namespace {

/// Something outside of the lambda may set the variable: it is written, bound to a reference, or captured once more.
bool isOpenBeside(const Stmt *S, const ValueDecl *Var, const FunctionDecl &Lambda) {
  if (!S)
    return false;
  if (const auto *Closure = dyn_cast<LambdaExpr>(S);
      Closure && Closure->getCallOperator()->getCanonicalDecl() == Lambda.getCanonicalDecl())
    return false;
  if (const auto *Cast = dyn_cast<ImplicitCastExpr>(S);
      Cast && Cast->getCastKind() == CK_LValueToRValue && isa<DeclRefExpr>(Cast->getSubExpr()->IgnoreParens()))
    return false;
  if (const auto *Cast = dyn_cast<CastExpr>(S); Cast && Cast->getCastKind() == CK_ToVoid)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    return Ref->getDecl() == Var;
  return llvm::any_of(childrenOf(*S), [&](const Stmt *Child) { return isOpenBeside(Child, Var, Lambda); });
}

unsigned mentions(const Stmt *S, const ValueDecl *Var) {
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(S);
  unsigned Count = Ref && Ref->getDecl() == Var;
  if (S)
    for (const Stmt *Child : childrenOf(*S))
      Count += mentions(Child, Var);
  return Count;
}

/// The lambda is called once for each of its variables, and nobody else sets the one that it captures.
bool runsOncePerVariable(const CoroutineFacts &Facts, const AccessPath &P) {
  const ArrayRef<RivalIndex::Call> Calls = Facts.Rivals.callsOf(&Facts.Function);
  const auto *Var = dyn_cast_or_null<VarDecl>(P.Var);
  if (Calls.size() != 1 || Calls.front().Loop || !Calls.front().Caller || !Var || Var->hasGlobalStorage() ||
      !P.Steps.empty() || Facts.Rivals.loopAround(Facts.Function))
    return false;
  const FunctionDecl *Around = Calls.front().Caller;
  const auto *Call = dyn_cast<CallExpr>(Calls.front().Site);
  const auto *Closure = dyn_cast_or_null<DeclRefExpr>(strip(Call ? objectOfCall(Call) : nullptr));
  if (!Closure || !Around->hasBody() || mentions(Around->getBody(), Closure->getDecl()) != 1)
    return false; // it may be called by somebody else as well
  return Var->getType()->isScalarType() && !Var->getType()->isPointerType() && !isa<ParmVarDecl>(Var) &&
         Decl::castFromDeclContext(Var->getDeclContext())->getCanonicalDecl() == Around->getCanonicalDecl() &&
         !isOpenBeside(Around->getBody(), Var, Facts.Function);
}

/// Locals that a lambda captures are shared only if two runs of it may be under way at once.
bool isPrivateCapture(const CoroutineFacts &Facts, const AccessPath &P) {
  return P.Base == AccessPath::BaseKind::Capture &&
         (!Facts.Rivals.lambdaRunsTwice(Facts.Function) || runsOncePerVariable(Facts, P));
}

/// Around a nested event loop or a wake-up, most functions set what the tasks in it shall find and look at what these
/// have left. Only an update with a rival in sight is a mistake.
bool breaksPlainFunction(const CoroutineFacts &Facts, const Window &W) {
  return (W.How == Dependence::Value || W.How == Dependence::Decided || W.How == Dependence::Condition) &&
         evidenceFor(Facts, W).Sure == Confidence::High;
}

void sortWindows(CoroutineFacts &Facts) {
  const SourceManager &SM = Facts.Function.getASTContext().getSourceManager();
  auto offset = [&](const Expr *E) { return SM.getFileOffset(SM.getExpansionLoc(E->getBeginLoc())); };
  llvm::sort(Facts.Windows, [&](const Window &A, const Window &B) {
    auto key = [&](const Window &W) {
      return std::tuple(offset(W.Second), static_cast<int>(W.How), offset(Facts.Facts[W.First].Site));
    };
    return key(A) < key(B);
  });
}

/// Findings of one translation unit, each second access once.
class Collector {
public:
  void add(Finding F, unsigned Precedence) {
    // Several acts on one test that was made before one suspension are one window: the first speaks for all.
    if (F.Kind == race_kind::check_then_act || F.Kind == race_kind::stale_read ||
        F.Kind == race_kind::invalid_reference) {
      auto Test = std::tuple(F.First.File, F.First.Offset, F.Suspension.Offset, F.Kind == race_kind::invalid_reference);
      auto [It, New] = ByTest.try_emplace(Test, F.Main.Offset);
      if (!New && It->second != F.Main.Offset)
        return;
    }
    // Instantiations of one template, and several first accesses of one window, say the same.
    auto Key = std::tuple(F.Main.File, F.Main.EndOffset, F.Object);
    auto [It, New] = BySecond.try_emplace(Key, Findings.size());
    if (New)
      Findings.push_back({std::move(F), Precedence});
    else if (Precedence < Findings[It->second].Precedence)
      Findings[It->second] = {std::move(F), Precedence};
  }

  void emit(llvm::function_ref<void(Finding)> Sink) {
    dropExplained();
    dropParts();
    llvm::sort(Findings, [](const Ranked &A, const Ranked &B) {
      return std::tie(A.F.Main.File, A.F.Main.Offset, A.Precedence, A.F.Object) <
             std::tie(B.F.Main.File, B.F.Main.Offset, B.Precedence, B.F.Object);
    });
    dropReferences();
    std::map<std::string, std::uint64_t> Ordinals;
    for (Ranked &R : Findings) {
      std::string File = llvm::sys::path::filename(R.F.Main.File).str();
      // The id without an ordinal tells which findings are otherwise alike.
      std::string Plain = finding_id(R.F.Kind, File, R.F.Function, R.F.Object, 0);
      R.F.Id = finding_id(R.F.Kind, File, R.F.Function, R.F.Object, Ordinals[Plain]++);
      Sink(std::move(R.F));
    }
  }

private:
  struct Ranked {
    Finding F;
    unsigned Precedence;
  };

  /// An act on an object and on parts of it is told of the whole.
  void dropParts() {
    auto act = [](const Ranked &R) { return std::tuple(R.F.Kind, R.F.Main.File, R.F.Main.EndOffset); };
    std::map<decltype(act(Findings.front())), std::vector<std::string>> Wholes;
    for (const Ranked &R : Findings)
      Wholes[act(R)].push_back(R.F.Object);
    llvm::erase_if(Findings, [&](const Ranked &R) {
      return llvm::any_of(Wholes[act(R)], [&](StringRef Whole) {
        StringRef Part = R.F.Object;
        return Part.consume_front(Whole) && (Part.starts_with(".") || Part.starts_with("[") || Part.starts_with("->"));
      });
    });
  }

  /// A use of a stale reference in an access that is reported for itself says nothing new; but what may no longer be
  /// valid is worse than a test that may no longer hold, where the act goes through what the test has found.
  void dropReferences() {
    const auto IsReference = [](const Ranked &R) { return R.F.Kind == race_kind::invalid_reference; };
    std::set<const Ranked *> Drop;
    for (const Ranked &R : llvm::make_filter_range(Findings, IsReference))
      for (const Ranked &P : Findings) {
        if (IsReference(P) || P.F.Main.File != R.F.Main.File)
          continue;
        const bool Inside = P.F.Main.Offset <= R.F.Main.Offset && R.F.Main.EndOffset <= P.F.Main.EndOffset;
        const bool IsTest = (P.F.Kind == race_kind::check_then_act || P.F.Kind == race_kind::stale_read) &&
                            P.F.Suspension.Offset == R.F.Suspension.Offset;
        const bool SameTest = IsTest && P.F.First.Offset == R.F.First.Offset;
        const bool Overlap = P.F.Main.Offset < R.F.Main.EndOffset && R.F.Main.Offset < P.F.Main.EndOffset;
        const bool Through = IsTest && Overlap && StringRef(P.F.Object).starts_with(R.F.Object);
        if (Inside || SameTest || Through)
          Drop.insert(Through ? &P : &R);
      }
    std::vector<Ranked> Left;
    for (Ranked &R : Findings)
      if (!Drop.contains(&R))
        Left.push_back(std::move(R));
    Findings = std::move(Left);
  }

  /// A lock that does not help is told once: with the window that is open in spite of it, where there is one.
  void dropExplained() {
    std::set<std::pair<std::string, unsigned>> Explained, Windows;
    for (const Ranked &R : Findings)
      if (R.F.Kind != race_kind::ineffective_lock && R.F.Suspension.isValid()) {
        Windows.emplace(R.F.Main.File, R.F.Main.Offset);
        for (const Note &N : R.F.Notes)
          if (N.Role == NoteRole::Lock)
            Explained.emplace(N.Where.File, N.Where.Offset);
      }
    llvm::erase_if(Findings, [&](const Ranked &R) {
      return R.F.Kind == race_kind::ineffective_lock &&
             (Explained.contains({R.F.Main.File, R.F.Main.Offset}) || llvm::any_of(R.F.Notes, [&](const Note &N) {
                return N.Role == NoteRole::Rival && Windows.contains({N.Where.File, N.Where.Offset});
              }));
    });
  }

  std::vector<Ranked> Findings;
  std::map<std::tuple<std::string, unsigned, std::string>, std::size_t> BySecond;
  std::map<std::tuple<std::string, unsigned, unsigned, bool>, unsigned> ByTest;
};

} // namespace

/// The files that define containers of known libraries are the libraries', also where the user's flags do not say so:
/// what is in there is known from the models, and its members mean nothing to the user.
static ASTContext &withLibraryHeaders(ASTContext &Context, const Models &Library) {
  SourceManager &SM = Context.getSourceManager();
  llvm::DenseSet<FileID> Seen;
  llvm::SmallVector<const DeclContext *, 8> Work{Context.getTranslationUnitDecl()};
  while (!Work.empty())
    for (const Decl *D : Work.pop_back_val()->decls()) {
      if (D->getLocation().isValid() && SM.isInSystemHeader(SM.getExpansionLoc(D->getLocation())))
        continue;
      if (const auto *Inner = dyn_cast<DeclContext>(D); isa<NamespaceDecl, LinkageSpecDecl>(D))
        Work.push_back(Inner);
      const auto *Template = dyn_cast<ClassTemplateDecl>(D);
      const auto *Class = Template ? Template->getTemplatedDecl() : dyn_cast<CXXRecordDecl>(D);
      if (!Class || !Class->isThisDeclarationADefinition() || !Class->getIdentifier())
        continue;
      const SourceLocation Where = SM.getExpansionLoc(Class->getLocation());
      const FileID File = SM.getFileID(Where);
      if (Where.isInvalid() || File == SM.getMainFileID() || Seen.contains(File) ||
          SM.getSLocEntry(File).getFile().hasLineDirectives())
        continue;
      const TypeModel *Model = Library.type(modelName(*Class));
      if (!Model || Model->Role != "container")
        continue;
      Seen.insert(File);
      // As a line marker of a preprocessed file says it. The lines stay what they are.
      SM.AddLineNote(SM.getLocForStartOfFile(File), 2, -1, /*IsFileEntry=*/false, /*IsFileExit=*/false,
                     SrcMgr::C_System);
    }
  return Context;
}

struct UnitAnalysis::Parts {
  Parts(ASTContext &Context, const Models &Library)
      : Context(withLibraryHeaders(Context, Library)), View(Library, Context), Rivals(Context, View) {}

  void check(const CheckOptions &Options, llvm::function_ref<void(Finding)> Sink);

  ASTContext &Context;
  LibraryView View;
  RivalIndex Rivals;
  Graphs ControlFlow;
};

UnitAnalysis::UnitAnalysis(ASTContext &Context, const Models &Library)
    : Has(std::make_unique<Parts>(Context, Library)) {}

UnitAnalysis::~UnitAnalysis() = default;

UnitSummary UnitAnalysis::summary() const {
  const Suspension Suspensions(Has->View, Has->Context);
  return summarize({Has->Context, Has->View, Has->Rivals, Suspensions, Has->ControlFlow});
}

std::set<SummaryQuery> UnitAnalysis::check(const CheckOptions &Options, const Summaries &All,
                                           llvm::function_ref<void(Finding)> Sink) {
  const Others Elsewhere(Has->Context, All, mainFileOf(Has->Context));
  Has->View.setOthers(&Elsewhere);
  Has->check(Options, Sink);
  Has->View.setOthers(nullptr);
  return Elsewhere.asked();
}

std::string UnitAnalysis::remarks() const {
  std::string Lines;
  for (const FunctionDecl *F : Has->ControlFlow.tooLarge()) {
    const Place P = placeOf(Has->Context, F->getSourceRange());
    Lines += P.File + ":" + std::to_string(P.Line) + ": " + nameOfFunction(*F) +
             " is too large to be followed; some checks saw nothing of it\n";
  }
  return Lines;
}

void analyzeTranslationUnit(ASTContext &Context, const Models &Library, const CheckOptions &Options,
                            llvm::function_ref<void(Finding)> Sink) {
  if (Context.getLangOpts().Coroutines)
    UnitAnalysis::Parts(Context, Library).check(Options, Sink);
}

void UnitAnalysis::Parts::check(const CheckOptions &Options, llvm::function_ref<void(Finding)> Sink) {
  const Suspension Suspensions(View, Context);
  Collector All;
  std::vector<GuardedWindow> Guarded;
  // Plain functions too, where a call in them lets other tasks run.
  for (const FunctionDecl *Function : Rivals.functions()) {
    if (Function->isInvalidDecl() || (!isCoroutine(*Function) && !Suspensions.bodyYields(*Function)))
      continue;
    CoroutineFacts Facts(*Function, View, Rivals);
    if (!Flow(Facts, Suspensions).run(ControlFlow))
      continue;
    llvm::erase_if(Facts.Windows, [&](const Window &W) {
      return isPrivateCapture(Facts, W.Place) || hasOneConsumer(Facts, W) ||
             (!isCoroutine(*Function) && !breaksPlainFunction(Facts, W));
    });
    llvm::append_range(Guarded, Facts.Guarded);
    sortWindows(Facts);
    unsigned Precedence = 0;
    // All checks run, so that which one speaks for a window does not depend on which are enabled.
    for (const Check *C : allChecks())
      C->check(Facts, [&, Rank = Precedence++](Finding F) { All.add(std::move(F), Rank); });
  }
  const UnitFacts Unit{Context, View, Rivals, Suspensions, ControlFlow, std::move(Guarded)};
  unsigned Precedence = 0;
  for (const Check *C : allChecks())
    C->checkUnit(Unit, [&, Rank = Precedence++](Finding F) { All.add(std::move(F), Rank); });
  All.emit([&](Finding F) {
    if ((Options.Pedantic || F.Sure != Confidence::Low) && (!Options.Enabled || Options.Enabled(F.Check)))
      Sink(std::move(F));
  });
}

} // namespace corace::checks
