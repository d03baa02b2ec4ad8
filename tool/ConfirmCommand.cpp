// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Build.h"
#include "tool/Checker.h"
#include "tool/Merge.h"
#include "tool/NoLint.h"
#include "tool/Sarif.h"
#include "tool/Session.h"
#include "tool/Support.h"
#include "tool/TextReport.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    CORACE_SOURCE_OPTIONS,
    {"--sarif", "FILE", "write the findings with their outcomes as SARIF 2.1.0"},
    {"--html", "FILE", "write a page", OptionSpec::Use::NotThereYet},
    {"--target", "NAME", "build this target of BUILD with instrumentation", OptionSpec::Use::NotThereYet},
    {"--harness", "", "write tests for what no test reaches", OptionSpec::Use::NotThereYet},
};

namespace {
/// A program that is to show findings, and those that it can show.
struct Trial {
  std::vector<std::string> Command;
  std::vector<Finding> Candidates;
};
} // namespace

/// Each program is asked for what the others do not have to themselves: their main files.
static std::vector<Trial> trialsOf(const std::vector<Program> &Programs, const std::vector<Finding> &Findings) {
  std::vector<Trial> Trials;
  for (const Program &Own : Programs) {
    Trial &T = Trials.emplace_back(Trial{{Own.Path}, {}});
    copy_if(Findings, std::back_inserter(T.Candidates), [&](const Finding &F) {
      return F.Main.File == Own.Main || none_of(Programs, [&](const Program &P) { return F.Main.File == P.Main; });
    });
  }
  return Trials;
}

/// Keeps what was found for `corace replay`, for each program its own.
static Error remember(const std::vector<Trial> &Trials, const std::vector<Evidence> &Runs) {
  if (Error E = makeWorkDirectory())
    return E;
  for (const Trial &T : Trials) {
    std::vector<Evidence> Own;
    copy_if(Runs, std::back_inserter(Own), [&](const Evidence &Run) { return Run.Command == T.Command; });
    SarifRun Report;
    Report.Findings = merge(T.Candidates, Own);
    if (Error E = writeSarif(rememberedFindings(T.Command.front()), Report))
      return E;
  }
  return Error::success();
}

static Expected<std::vector<Evidence>> explore(const std::vector<Trial> &Trials, bool BuiltHere) {
  std::vector<Evidence> All;
  for (const auto &[Command, Candidates] : Trials) {
    SessionRequest Request{Command, Candidates, {{"mode", "explore"}}};
    Request.Quiet = Request.SameAddresses = true;
    if (errs().is_displayed())
      errs() << "corace: exploring " << printable(Command.front()) << '\n';
    Expected<SessionResult> Result = runInstrumented(Request);
    if (!Result)
      return Result.takeError();
    if (Result->Runs.empty() && BuiltHere && Result->Exit.code() == 0)
      return inputError(Command.front() + ": no coroutine of it was run", "name a program that runs coroutines");
    if (Result->Runs.empty())
      return noEvidence(Command, Result->Exit);
    for (Evidence &Run : Result->Runs)
      All.push_back(std::move(Run));
  }
  return All;
}

static Expected<int> confirm(const Arguments &Args) {
  if (Args.HasRest && Args.Rest.empty())
    return inputError("no program after --", "write corace confirm FILE... -- COMMAND ARGUMENTS, or leave out --");
  Expected<CheckRequest> Request = checkRequest(Args, {});
  if (!Request)
    return Request.takeError();
  Expected<CheckResult> Checked = runChecks(*Request);
  if (!Checked)
    return Checked.takeError();
  for (const std::string &Complaint : suppressInSource(Checked->Findings))
    errs() << "corace: " << Complaint << '\n';
  ExitCode Code = Clean;
  if (Error E = complaint(*Checked, Code)) {
    if (Code != Internal)
      return E;
    errs() << "corace: " << toString(std::move(E)) << '\n'; // the run may tell more
  }
  std::vector<Trial> Trials;
  if (Args.HasRest) {
    Trials.push_back({Args.Rest, Checked->Findings});
  } else {
    Expected<std::vector<Program>> Programs = buildPrograms(Request->Units, Request->Jobs, Args.all("--extra-arg"));
    if (!Programs)
      return Programs.takeError();
    Trials = trialsOf(*Programs, Checked->Findings);
  }
  Expected<std::vector<Evidence>> Runs = explore(Trials, !Args.HasRest);
  if (!Runs)
    return Runs.takeError();
  SarifRun Report;
  Report.Findings = merge(std::move(Checked->Findings), *Runs);
  printReport(outs(), Style::of(outs()), "confirm", Report.Findings, *Runs, /*Checked=*/true);
  if (Error E = remember(Trials, *Runs))
    return E;
  if (Args.has("--sarif"))
    if (Error E = writeSarif(Args.get("--sarif"), Report))
      return E;
  if (any_of(Report.Findings, countsAsFound))
    return FindingsLeft;
  return Code;
}

const Command ConfirmCommand{
    "confirm",
    "[-p BUILD] [FILE...] [OPTIONS] [-- COMMAND ARGUMENTS]",
    "check files, run them under many schedules, prove what was found",
    "\nWithout a COMMAND the files are compiled with the pass and linked into .corace/; the programs must use "
    "corace's\n"
    "primitives, so that their schedule can be controlled. A COMMAND must be instrumented already.\n",
    Options,
    confirm};

} // namespace corace::tool
