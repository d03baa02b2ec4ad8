// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The clang-tidy module: clang-tidy --load=libcorace-tidy.so -checks='-*,corace-*'
//
// One generic adapter stands for every registered check. The first adapter that is called for a translation unit runs
// the engine; the others take their share of its findings. Options: corace.ModelFiles, a list of models files parted by
// ';'; corace.Pedantic, findings of low confidence too.
#include "checks/Analyze.h"
#include "checks/models/Models.h"

#include "clang-tidy/ClangTidy.h"
#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"
#include "clang-tidy/ClangTidyModuleRegistry.h"
#include "clang/AST/ASTContext.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/YAMLParser.h"

#include <mutex>
#include <optional>

using namespace clang;
using namespace clang::tidy;

namespace corace::checks {

namespace {

/// What the adapters of one translation unit share. clang-tidy makes a set of checks for each.
struct SharedResult {
  std::vector<Finding> Findings;
  std::vector<std::string> Errors;
  bool Ready = false;
};

class CoraceAdapter : public ClangTidyCheck {
public:
  CoraceAdapter(StringRef Name, ClangTidyContext *Context, const Check &C, std::shared_ptr<SharedResult> Shared)
      : ClangTidyCheck(Name, Context), C(C), Shared(std::move(Shared)),
        ModelFiles(option(*Context, "corace.ModelFiles")), SummaryFiles(option(*Context, "corace.SummaryFiles")),
        Pedantic(llvm::yaml::parseBool(option(*Context, "corace.Pedantic")).value_or(false)) {}

  bool isLanguageVersionSupported(const LangOptions &Lang) const override { return Lang.Coroutines; }

  void registerMatchers(ast_matchers::MatchFinder *Finder) override {
    Finder->addMatcher(ast_matchers::translationUnitDecl().bind("unit"), this);
  }

  void check(const ast_matchers::MatchFinder::MatchResult &Result) override {
    if (!Shared->Ready)
      analyze(*Result.Context);
    if (!Shared->Errors.empty()) {
      for (const std::string &Error : Shared->Errors)
        configurationDiag("%0", DiagnosticIDs::Error) << Error;
      Shared->Errors.clear(); // by whichever adapter comes first
    }
    for (const Finding &F : Shared->Findings)
      if (F.Check == C.name())
        report(F);
  }

  // Kept as options of each check, so that --dump-config shows it and a dumped configuration can be read again.
  void storeOptions(ClangTidyOptions::OptionMap &Opts) override {
    Opts["corace.ModelFiles"] = ClangTidyOptions::ClangTidyValue(ModelFiles);
    Opts["corace.SummaryFiles"] = ClangTidyOptions::ClangTidyValue(SummaryFiles);
    Opts["corace.Pedantic"] = ClangTidyOptions::ClangTidyValue(Pedantic ? "true" : "false");
  }

private:
  static std::string option(ClangTidyContext &Context, StringRef Name) {
    const auto &Options = Context.getOptions().CheckOptions;
    auto It = Options.find(Name);
    return It == Options.end() ? std::string() : It->second.Value;
  }

  void analyze(ASTContext &Context) {
    Shared->Ready = true;
    // Read once in a process: translation units share the built-in part and the files.
    static std::mutex Lock;
    static std::map<std::string, std::pair<Models, std::vector<std::string>>> Cache;
    std::lock_guard Guard(Lock);
    auto It = Cache.find(ModelFiles);
    if (It == Cache.end()) {
      Models Library = Models::loadBuiltin();
      std::vector<std::string> Errors;
      llvm::SmallVector<StringRef, 4> Files;
      StringRef(ModelFiles).split(Files, ';', -1, /*KeepEmpty=*/false);
      for (StringRef File : Files)
        if (llvm::Error E = Library.addFile(File.trim()))
          Errors.push_back(llvm::toString(std::move(E)));
      It = Cache.try_emplace(ModelFiles, std::move(Library), std::move(Errors)).first;
    }
    Shared->Errors = It->second.second;
    CheckOptions Options;
    Options.Pedantic = Pedantic;
    const auto Keep = [&](Finding F) { Shared->Findings.push_back(std::move(F)); };
    if (SummaryFiles.empty())
      return analyzeTranslationUnit(Context, It->second.first, Options, Keep);
    if (Context.getLangOpts().Coroutines)
      UnitAnalysis(Context, It->second.first).check(Options, summaries(), Keep);
  }

  /// What other translation units do; read once in a process.
  const Summaries &summaries() {
    static std::map<std::string, std::pair<Summaries, std::vector<std::string>>> Cache;
    auto [It, New] = Cache.try_emplace(SummaryFiles);
    auto &[All, Errors] = It->second;
    if (New) {
      llvm::SmallVector<StringRef, 4> Files;
      StringRef(SummaryFiles).split(Files, ';', -1, /*KeepEmpty=*/false);
      for (StringRef File : Files) {
        auto Text = llvm::MemoryBuffer::getFile(File.trim());
        if (!Text) {
          Errors.push_back((File.trim() + ": " + Text.getError().message()).str());
          continue;
        }
        llvm::Expected<UnitSummary> Unit = readSummary((*Text)->getBuffer());
        if (Unit)
          All.add(std::make_shared<const UnitSummary>(std::move(*Unit)));
        else
          Errors.push_back((File.trim() + ": " + llvm::toString(Unit.takeError())).str());
      }
      All.finish();
    }
    Shared->Errors.insert(Shared->Errors.end(), Errors.begin(), Errors.end());
    return All;
  }

  void report(const Finding &F) {
    {
      DiagnosticBuilder Warning = diag(F.Main.Range.getBegin(), "%0");
      Warning << F.Message << F.Main.Range;
      for (const FixIt &Fix : F.Fixes)
        if (Fix.Where.isValid())
          Warning << FixItHint::CreateReplacement(Fix.Where.Range, Fix.Text);
    }
    for (const Note &N : F.Notes)
      if (N.Where.isValid() && N.Where.Range.isValid())
        diag(N.Where.Range.getBegin(), "%0", DiagnosticIDs::Note) << N.Message << N.Where.Range;
      else if (N.Where.isValid()) // in another translation unit
        diag(F.Main.Range.getBegin(), "%0 (%1:%2)", DiagnosticIDs::Note) << N.Message << N.Where.File << N.Where.Line;
  }

  const Check &C;
  std::shared_ptr<SharedResult> Shared;
  std::string ModelFiles, SummaryFiles;
  bool Pedantic;
};

class CoraceModule : public ClangTidyModule {
public:
  void addCheckFactories(ClangTidyCheckFactories &Factories) override {
    // Adapters of one translation unit are made one after another with the same context.
    auto Last = std::make_shared<std::pair<ClangTidyContext *, std::weak_ptr<SharedResult>>>();
    for (const Check *C : allChecks())
      Factories.registerCheckFactory(C->name(), [C, Last](StringRef Name, ClangTidyContext *Context) {
        std::shared_ptr<SharedResult> Shared = Last->second.lock();
        if (!Shared || Last->first != Context || Shared->Ready)
          *Last = {Context, Shared = std::make_shared<SharedResult>()};
        return std::make_unique<CoraceAdapter>(Name, Context, *C, Shared);
      });
  }
};

// NOLINTNEXTLINE(cert-err58-cpp): how clang-tidy finds modules
ClangTidyModuleRegistry::Add<CoraceModule> Registration("corace-module", "Finds await-atomicity races in coroutines.");

} // namespace

} // namespace corace::checks
