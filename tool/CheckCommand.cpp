// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Baseline.h"
#include "tool/Changes.h"
#include "tool/CheckText.h"
#include "tool/Checker.h"
#include "tool/Fixes.h"
#include "tool/NoLint.h"
#include "tool/Sarif.h"
#include "tool/Support.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    CORACE_SOURCE_OPTIONS,
    {"--checks", "GLOB", "only these checks, for example 'read-*' or '-check-await-act'"},
    {"--sarif", "FILE", "write the findings as SARIF 2.1.0"},
    {"--summaries", "PATH", "know of other files what these say", OptionSpec::Use::Repeated},
    {"--no-cache", "", "with -p: neither use nor leave anything in BUILD"},
    {"--pedantic", "", "also what is probably harmless"},
    {"--fix", "", "mend what can be mended for certain, in the files"},
    {"--baseline", "FILE", "leave out the findings that this file knows (a baseline, or SARIF)"},
    {"--write-baseline", "FILE", "make the findings known from now on; keeps the file's reasons"},
    {"--diff", "REV", "only findings on lines changed since this commit"},
    {"--html", "FILE", "write a page", OptionSpec::Use::NotThereYet},
};

namespace {

/// What decides which findings are shown, read before the work starts so that errors come early.
struct Filter {
  std::optional<std::vector<BaselineEntry>> Known;
  std::optional<Changes> Changed;
  size_t Unchanged = 0; ///< findings that are left out since nobody touched them
  StringSet<> Said;

  static Expected<Filter> from(const Arguments &Args);
  /// A baseline may name files that are called otherwise now, so which entry is whose is known when all is known.
  [[nodiscard]] bool needsAll() const { return Known.has_value(); }
  /// Marks suppressed findings, and takes out the unchanged ones. Returns the baseline's entries that nothing matched.
  std::vector<BaselineEntry> apply(std::vector<Finding> &Findings);
};

} // namespace

Expected<Filter> Filter::from(const Arguments &Args) {
  Filter Result;
  if (Args.has("--baseline")) {
    Expected<std::vector<BaselineEntry>> Known = readBaseline(Args.get("--baseline"));
    if (!Known)
      return Known.takeError();
    Result.Known = std::move(*Known);
  }
  if (Args.has("--diff")) {
    Expected<Changes> Changed = Changes::since(Args.get("--diff"));
    if (!Changed)
      return Changed.takeError();
    Result.Changed = std::move(*Changed);
  }
  return Result;
}

std::vector<BaselineEntry> Filter::apply(std::vector<Finding> &Findings) {
  for (const std::string &Complaint : suppressInSource(Findings))
    if (Said.insert(Complaint).second)
      errs() << "corace: " << Complaint << '\n';
  std::vector<BaselineEntry> Left;
  if (Known)
    Left = suppressKnown(Findings, *Known);
  if (!Changed)
    return Left;
  // Without a baseline only what is touched counts. With one, all that it does not know is new; and what is merely
  // known, without a reason, is shown again where somebody works on it.
  std::vector<Finding> Shown;
  for (Finding &F : Findings) {
    const bool Touched = Changed->touch(F);
    const bool MerelyKnown = F.Suppressed && !F.Suppressed->InSource && F.Suppressed->Reason.empty();
    if (MerelyKnown && Touched)
      F.Suppressed.reset();
    if (Touched || Known)
      Shown.push_back(std::move(F));
    else
      Unchanged += !F.Suppressed;
  }
  Findings = std::move(Shown);
  return Left;
}

/// Entries that would have been matched if what they name were still there.
static void tellStale(const Arguments &Args, const CheckRequest &Request, const CheckResult &Result,
                      std::vector<BaselineEntry> Left) {
  if (Left.empty() || !Result.Broken.empty() || !Result.Crashed.empty())
    return;
  Expected<std::function<bool(StringRef)>> Selected = selectChecks(Request.Globs);
  if (!Selected) {
    consumeError(Selected.takeError());
    return;
  }
  StringSet<> Checked;
  for (const Unit &U : Request.Units)
    Checked.insert(U.File);
  const bool Everything = Args.Words.empty();
  erase_if(Left, [&](const BaselineEntry &E) {
    return (*Selected && !(*Selected)(E.Check)) || (E.Sure == Confidence::Low && !Request.Pedantic) ||
           !(Everything || Checked.contains(E.File) || !sys::fs::exists(E.File));
  });
  if (Left.empty())
    return;
  errs() << "corace: " << printable(Args.get("--baseline")) << ": "
         << (Left.size() == 1 ? "1 entry is stale" : grouped(Left.size()) + " entries are stale")
         << "; corace check --baseline FILE --write-baseline FILE takes " << (Left.size() == 1 ? "it" : "them")
         << " out\n";
  for (const BaselineEntry &E : ArrayRef(Left).take_front(10))
    errs() << "  " << printable(E.Fingerprint) << "  " << printable(shownPath(E.File))
           << (E.Function.empty() ? "" : " in '" + printable(E.Function) + "'") << '\n';
  if (Left.size() > 10)
    errs() << "  and " << grouped(Left.size() - 10) << " more\n";
}

/// "2 findings, 1 suppressed (1 by a comment), 3 on unchanged lines". A clean run says nothing, like a compiler.
static void tellCounts(const std::vector<Finding> &Findings, size_t Shown, size_t Unchanged) {
  const size_t InSource = count_if(Findings, [](const Finding &F) { return F.Suppressed && F.Suppressed->InSource; });
  const size_t Suppressed = Findings.size() - Shown;
  if (Shown + Suppressed + Unchanged == 0)
    return;
  errs() << counted(Shown, "finding");
  if (Suppressed) {
    errs() << ", " << grouped(Suppressed) << " suppressed (";
    if (InSource)
      errs() << grouped(InSource) << " by comments" << (InSource < Suppressed ? ", " : "");
    if (InSource < Suppressed)
      errs() << grouped(Suppressed - InSource) << " by the baseline";
    errs() << ')';
  }
  if (Unchanged)
    errs() << ", " << grouped(Unchanged) << " on unchanged lines";
  errs() << '\n';
}

/// Applies repairs. What is mended counts no longer for the exit code.
static Error mend(const std::vector<Finding> &Findings, ExitCode &Code) {
  std::vector<Finding> Shown;
  copy_if(Findings, std::back_inserter(Shown), [](const Finding &F) { return !F.Suppressed; });
  Expected<FixResult> Result = applyFixes(Shown);
  if (!Result)
    return Result.takeError();
  const size_t Mended = count(Result->Mended, true);
  if (Mended || !Shown.empty())
    errs() << counted(Mended, "finding") << " mended in " << counted(Result->Files.size(), "file");
  if (Result->Conflicts)
    errs() << "; " << grouped(Result->Conflicts) << " more once corace runs again";
  if (Mended || !Shown.empty())
    errs() << '\n';
  Code = Shown.size() > Mended ? FindingsLeft : Clean;
  return Error::success();
}

static Error writeKnown(const Arguments &Args, const Filter &Wanted, const std::vector<Finding> &Findings) {
  const std::string Path = Args.get("--write-baseline");
  std::vector<BaselineEntry> Old;
  if (Wanted.Known)
    Old = *Wanted.Known;
  if (Args.get("--baseline") != Path && sys::fs::exists(Path)) {
    Expected<std::vector<BaselineEntry>> There = readBaseline(Path);
    if (!There)
      return There.takeError();
    Old.insert(Old.end(), There->begin(), There->end());
  }
  if (Error E = writeBaseline(Path, Findings, Old))
    return E;
  const size_t Count = count_if(Findings, [](const Finding &F) { return !F.Suppressed || !F.Suppressed->InSource; });
  errs() << "corace: " << counted(Count, "finding") << " written to " << printable(Path) << '\n';
  return Error::success();
}

static Expected<int> check(const Arguments &Args) {
  const bool WritesBaseline = Args.has("--write-baseline");
  if (WritesBaseline && (Args.has("--diff") || Args.has("--fix")))
    return inputError("--write-baseline goes with neither --diff nor --fix",
                      "a baseline holds all findings as they are");
  Expected<CheckRequest> Request = checkRequest(Args, Args.Rest);
  if (!Request)
    return Request.takeError();
  Expected<Filter> Wanted = Filter::from(Args);
  if (!Wanted)
    return Wanted.takeError();
  const Style Look = Style::of(outs());
  size_t Shown = 0;
  std::vector<BaselineEntry> Stale;
  const auto Show = [&](std::vector<Finding> &Findings) {
    Stale = Wanted->apply(Findings);
    // As a whole, so that whoever stops us does not leave half a finding.
    std::string Text;
    raw_string_ostream OS(Text);
    SourceLines Sources;
    for (const Finding &F : Findings)
      if (!F.Suppressed && !WritesBaseline) {
        printDiagnostic(OS, Look, Sources, F);
        ++Shown;
      }
    outs() << OS.str();
    outs().flush();
  };
  Expected<CheckResult> Result = runChecks(*Request, Wanted->needsAll() ? ShowFindings() : Show);
  if (!Result)
    return Result.takeError();
  std::vector<Finding> &Findings = Result->Findings;
  if (Wanted->needsAll())
    Show(Findings);
  ExitCode Code = Shown ? FindingsLeft : Clean;
  if (!WritesBaseline) {
    tellCounts(Findings, Shown, Wanted->Unchanged);
    tellStale(Args, *Request, *Result, std::move(Stale));
  }
  Error Failure = Args.has("--fix") ? mend(Findings, Code) : Error::success();
  Error Complaint = complaint(*Result, Code);
  if (Args.has("--sarif")) {
    SarifRun Run;
    Run.Findings = Findings;
    Run.Successful = !Complaint;
    Run.Suppresses = true;
    Failure = joinErrors(std::move(Failure), writeSarif(Args.get("--sarif"), Run));
  }
  // What could not be checked is not known to be clean.
  if (WritesBaseline && !Complaint)
    Failure = joinErrors(std::move(Failure), writeKnown(Args, *Wanted, Findings));
  if (Failure)
    return joinErrors(std::move(Complaint), std::move(Failure));
  if (Complaint && Code == Internal) {
    errs() << "corace: " << toString(std::move(Complaint)) << '\n';
    return Code;
  }
  if (Complaint)
    return Complaint;
  return Code;
}

const Command CheckCommand{
    "check",
    "[-p BUILD] [FILE...] [OPTIONS] [-- COMPILER FLAGS]",
    "find await races in source files",
    "\nWithout -p the files are compiled as C++20 with corace's headers; what stands after -- is added.\n"
    "With -p and no FILE every C and C++ file of the build is checked.\n"
    "// NOLINT(corace-...): REASON suppresses a finding, as in clang-tidy.\n",
    Options,
    check};

} // namespace corace::tool
