// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Checker.h"

#include "checks/Analyze.h"
#include "checks/models/Models.h"
#include "tool/Installation.h"
#include "tool/Terminal.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <atomic>
#include <mutex>

using namespace llvm;

namespace corace::tool {

namespace {

/// What one translation unit gave.
struct UnitResult {
  std::vector<Finding> Findings;
  std::string Errors; ///< the compiler's, as it prints them
  bool Broken = false, Crashed = false;
};

struct Job {
  const Unit *What;
  const checks::Models *Models;
  const checks::CheckOptions *Options;
  UnitResult *Result;
};

class Consumer final : public clang::ASTConsumer {
public:
  explicit Consumer(const Job &Of) : Work(Of) {}
  void HandleTranslationUnit(clang::ASTContext &Context) override;

private:
  const Job &Work;
};

class Action final : public clang::ASTFrontendAction {
public:
  explicit Action(const Job &Of) : Work(Of) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &, StringRef) override {
    return std::make_unique<Consumer>(Work);
  }
  bool BeginInvocation(clang::CompilerInstance &Compiler) override {
    Compiler.setVerboseOutputStream(nulls()); // "2 errors generated" would come out of turn
    return true;
  }

private:
  const Job &Work;
};

/// The compiler's messages with the notes that belong to them; warnings are not ours to give.
class ErrorsOnly final : public clang::TextDiagnosticPrinter {
public:
  using TextDiagnosticPrinter::TextDiagnosticPrinter;
  void HandleDiagnostic(clang::DiagnosticsEngine::Level Level, const clang::Diagnostic &Info) override {
    if (Level != clang::DiagnosticsEngine::Note)
      Showing = Level >= clang::DiagnosticsEngine::Error;
    if (Showing)
      TextDiagnosticPrinter::HandleDiagnostic(Level, Info);
  }

private:
  bool Showing = false;
};

} // namespace

static StringRef roleName(checks::NoteRole Role) {
  switch (Role) {
  case checks::NoteRole::First: return "first";
  case checks::NoteRole::Suspension: return "suspension";
  case checks::NoteRole::Order: return "order";
  case checks::NoteRole::Rival: return "rival";
  case checks::NoteRole::Lock: return "lock";
  case checks::NoteRole::Task: return "task";
  case checks::NoteRole::Mend: return "mend";
  }
  return "note";
}

static Place convert(const checks::Place &From, StringRef Role, StringRef Function, StringRef Directory) {
  Place To;
  To.Role = Role.str();
  SmallString<256> File(From.File);
  if (!File.empty())
    sys::fs::make_absolute(Directory, File);
  To.File = absolutePath(File);
  To.Line = From.Line;
  To.Column = From.Column;
  To.EndLine = From.EndLine;
  To.EndColumn = From.EndColumn;
  To.Function = Function.str();
  return To;
}

static Confidence convert(checks::Confidence Sure) {
  switch (Sure) {
  case checks::Confidence::Low: return Confidence::Low;
  case checks::Confidence::Medium: return Confidence::Medium;
  case checks::Confidence::High: return Confidence::High;
  }
  return Confidence::High;
}

static Finding convert(checks::Finding &&From, StringRef Directory) {
  Finding To;
  To.Check = std::move(From.Check);
  To.Kind = From.Kind;
  To.Id = std::move(From.Id);
  To.Object = std::move(From.Object);
  To.Function = std::move(From.Function);
  To.Message = std::move(From.Message);
  To.Main = convert(From.Main, "second", To.Function, Directory);
  if (From.First.isValid())
    To.Places.push_back(convert(From.First, "first", To.Function, Directory));
  if (From.Suspension.isValid())
    To.Places.push_back(convert(From.Suspension, "suspension", To.Function, Directory));
  for (checks::Note &Note : From.Notes) {
    To.Notes.push_back(convert(Note.Where, roleName(Note.Role), "", Directory));
    To.Notes.back().Message = std::move(Note.Message);
  }
  To.Sure = convert(From.Sure);
  for (checks::FixIt &Fix : From.Fixes)
    To.Fixes.push_back({convert(Fix.Where, "fix", "", Directory), Fix.Where.Offset,
                        Fix.Where.EndOffset - Fix.Where.Offset, std::move(Fix.Text)});
  return To;
}

void Consumer::HandleTranslationUnit(clang::ASTContext &Context) {
  // After an error the tree has holes; what one would find there is guesswork.
  if (Context.getDiagnostics().hasUncompilableErrorOccurred())
    return;
  checks::analyzeTranslationUnit(Context, *Work.Models, *Work.Options, [&](checks::Finding F) {
    Work.Result->Findings.push_back(convert(std::move(F), Work.What->Directory));
  });
}

/// The command line for the parser: Clang's own headers, no warnings.
static std::vector<std::string> parserArguments(const Unit &What, StringRef ResourceDirectory) {
  std::vector<std::string> Arguments = clang::tooling::getClangSyntaxOnlyAdjuster()(What.Arguments, What.File);
  std::vector<std::string> More = {"-w"};
  if (none_of(Arguments, [](StringRef A) { return A.starts_with("-resource-dir"); }))
    More.push_back("-resource-dir=" + ResourceDirectory.str());
  Arguments.insert(find(Arguments, "--"), More.begin(), More.end());
  return Arguments;
}

static void checkUnit(const Job &Work, StringRef ResourceDirectory) {
  raw_string_ostream OS(Work.Result->Errors);
  auto DiagnosticOptions = makeIntrusiveRefCnt<clang::DiagnosticOptions>();
  DiagnosticOptions->ShowColors = Style::of(errs()).Color;
  ErrorsOnly Printer(OS, DiagnosticOptions.get());
  // Each thread has a working directory of its own.
  IntrusiveRefCntPtr<vfs::FileSystem> FS = vfs::createPhysicalFileSystem();
  if (FS->setCurrentWorkingDirectory(Work.What->Directory)) {
    OS << Work.What->Directory << ": cannot be entered\n";
    Work.Result->Broken = true;
    return;
  }
  auto Files = makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions(), FS);
  clang::tooling::ToolInvocation Invocation(parserArguments(*Work.What, ResourceDirectory),
                                            std::make_unique<Action>(Work), Files.get());
  Invocation.setDiagnosticConsumer(&Printer);
  Work.Result->Broken = !Invocation.run();
}

Expected<checks::Models> loadModels(ArrayRef<std::string> Files) {
  checks::Models Models = checks::Models::loadBuiltin();
  for (const std::string &File : Files) {
    std::vector<std::string> Warnings;
    const auto Warn = [&](const Twine &Message) { Warnings.push_back(Message.str()); };
    if (Error E = Models.addFile(File, Warn)) {
      const std::string Message = toString(std::move(E));
      if (StringRef(Message).contains(';'))
        return createStringError(std::errc::invalid_argument, "%s", Message.c_str());
      return inputError(Message, "mend the file, or leave out --models");
    }
    for (const std::string &Warning : Warnings) // of a file that cannot be read, the error is enough
      errs() << "corace: " << Warning << '\n';
  }
  return Models;
}

Expected<std::function<bool(StringRef)>> selectChecks(StringRef Globs) {
  if (Globs.empty())
    return std::function<bool(StringRef)>();
  std::vector<std::pair<GlobPattern, bool>> Patterns;
  SmallVector<StringRef, 8> Parts;
  Globs.split(Parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef Part : Parts) {
    Part = Part.trim();
    const bool Adds = !Part.consume_front("-");
    Expected<GlobPattern> Pattern = GlobPattern::create(Part, /*MaxSubPatterns=*/1024);
    if (!Pattern)
      return inputError("'--checks " + Globs + "': " + toString(Pattern.takeError()), "corace list names the checks");
    Patterns.emplace_back(std::move(*Pattern), Adds);
  }
  // A list that starts by taking away takes away from all.
  const bool Start = Patterns.empty() || !Patterns.front().second;
  std::function<bool(StringRef)> Selected = [Patterns = std::move(Patterns), Start](StringRef Name) {
    bool Result = Start;
    for (const auto &[Pattern, Adds] : Patterns) {
      StringRef Short = Name;
      Short.consume_front("corace-");
      if (Pattern.match(Name) || Pattern.match(Short))
        Result = Adds;
    }
    return Result;
  };
  if (none_of(checks::allChecks(), [&](const checks::Check *C) { return Selected(C->name()); }))
    return inputError("'--checks " + Globs + "' matches no check", "corace list names them");
  return Selected;
}

Expected<CheckRequest> checkRequest(const Arguments &Args, ArrayRef<std::string> Flags) {
  CheckRequest Request;
  Expected<unsigned> Jobs = jobs(Args);
  if (!Jobs)
    return Jobs.takeError();
  Request.Jobs = *Jobs;
  Request.ModelFiles = Args.all("--models");
  Request.Globs = Args.get("--checks");
  Request.Pedantic = Args.has("--pedantic");
  Expected<std::vector<Unit>> Units = collectUnits(Args, Flags);
  if (!Units)
    return Units.takeError();
  Request.Units = std::move(*Units);
  return Request;
}

/// How far the work is, for work that takes its time, on a terminal.
class Progress {
public:
  explicit Progress(size_t Files) : Total(Files), Shown(errs().is_displayed() && Files > 1) {}
  ~Progress() {
    if (Printed)
      errs() << "\r\x1b[K";
  }
  void step() {
    const std::lock_guard Lock(Mutex);
    ++Done;
    if (Shown && std::chrono::steady_clock::now() - Start > std::chrono::seconds(2)) {
      errs() << "\rcorace: " << Done << " of " << Total << " files";
      Printed = true;
    }
  }

private:
  std::mutex Mutex;
  size_t Total, Done = 0;
  bool Shown, Printed = false;
  std::chrono::steady_clock::time_point Start = std::chrono::steady_clock::now();
};

Expected<CheckResult> runChecks(const CheckRequest &Request) {
  Expected<checks::Models> Models = loadModels(Request.ModelFiles);
  if (!Models)
    return Models.takeError();
  Expected<std::function<bool(StringRef)>> Enabled = selectChecks(Request.Globs);
  if (!Enabled)
    return Enabled.takeError();
  Expected<std::string> ResourceDirectory = findResourceDirectory();
  if (!ResourceDirectory)
    return ResourceDirectory.takeError();
  const checks::CheckOptions Options{*Enabled, Request.Pedantic};
  std::vector<UnitResult> Results(Request.Units.size());
  {
    // A crash on one file must not take the others along; deep code needs a deep stack.
    CrashRecoveryContext::Enable();
    Progress Bar(Request.Units.size());
    DefaultThreadPool Pool(hardware_concurrency(std::min<size_t>(Request.Jobs, Request.Units.size())));
    for (size_t I = 0; I < Request.Units.size(); ++I)
      Pool.async([&, I] {
        const Job Work{&Request.Units[I], &*Models, &Options, &Results[I]};
        CrashRecoveryContext Context;
        if (!Context.RunSafelyOnThread([&] { checkUnit(Work, *ResourceDirectory); }, 8 << 20))
          Results[I].Crashed = true;
        Bar.step();
      });
    Pool.wait();
    CrashRecoveryContext::Disable();
  }
  CheckResult All;
  StringSet<> Seen;
  for (size_t I = 0; I < Results.size(); ++I) {
    errs() << Results[I].Errors;
    if (Results[I].Crashed)
      All.Crashed.push_back(Request.Units[I].File);
    else if (Results[I].Broken)
      All.Broken.push_back(Request.Units[I].File);
    // A window in a header is found in every file that includes it.
    for (Finding &F : Results[I].Findings) {
      const std::string Key = (F.Check + "\n" + F.Main.File + "\n" + Twine(F.Main.Line) + "\n" + Twine(F.Main.Column) +
                               "\n" + Twine(F.Places.empty() ? 0 : F.Places[0].Line) + "\n" + F.Object)
                                  .str();
      if (Seen.insert(Key).second)
        All.Findings.push_back(std::move(F));
    }
  }
  llvm::sort(All.Findings, standsBefore);
  return All;
}

Error complaint(const CheckResult &Result, ExitCode &Code) {
  const bool Crashed = !Result.Crashed.empty();
  const std::vector<std::string> &Files = Crashed ? Result.Crashed : Result.Broken;
  if (Files.empty())
    return Error::success();
  Code = Crashed ? Internal : InputError;
  std::string Which = shownPath(Files.front());
  if (Files.size() > 1)
    Which += " and " + counted(Files.size() - 1, "other file");
  if (Crashed)
    return inputError(Which + ": the checker failed on it",
                      "please report it with the file; the other files were checked");
  return inputError(Which + (Files.size() > 1 ? ": do not compile" : ": does not compile"),
                    "mend the errors above, or give the missing compiler flags after -- or with -p BUILD");
}

} // namespace corace::tool
