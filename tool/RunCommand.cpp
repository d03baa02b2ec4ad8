// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Merge.h"
#include "tool/Sarif.h"
#include "tool/Session.h"
#include "tool/Support.h"
#include "tool/TextReport.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    {"--findings", "FILE", "what corace check --sarif wrote: these places are watched"},
    {"--sarif", "FILE", "write the findings with their outcomes as SARIF 2.1.0"},
    {"--html", "FILE", "write a page", OptionSpec::Use::NotThereYet},
    {"--trace", "FILE", "write a trace of the run", OptionSpec::Use::NotThereYet},
};

static Expected<int> runCommand(const Arguments &Args) {
  if (Args.Rest.empty() || !Args.Words.empty())
    return inputError("no program to run", "write corace run [OPTIONS] -- COMMAND ARGUMENTS");
  SessionRequest Request{Args.Rest, {}, {{"mode", "run"}}};
  if (Args.has("--findings")) {
    Expected<std::vector<Finding>> Findings = readSarif(Args.get("--findings"));
    if (!Findings)
      return Findings.takeError();
    Request.Candidates = std::move(*Findings);
  }
  Expected<SessionResult> Result = runInstrumented(Request);
  if (!Result)
    return Result.takeError();
  if (Result->Runs.empty())
    return noEvidence(Args.Rest, Result->Exit);
  SarifRun Report;
  Report.Findings = merge(std::move(Request.Candidates), Result->Runs);
  printReport(outs(), Style::of(outs()), "run", Report.Findings, Result->Runs, Args.has("--findings"));
  if (Args.has("--sarif"))
    if (Error E = writeSarif(Args.get("--sarif"), Report))
      return E;
  // The program's own failure is what its caller must hear of first.
  if (Result->Exit.code() != 0)
    return Result->Exit.code();
  return any_of(Report.Findings, countsAsFound) ? FindingsLeft : Clean;
}

const Command RunCommand{
    "run",
    "[OPTIONS] -- COMMAND ARGUMENTS",
    "run an instrumented program and report what it did",
    "\nThe program must be compiled with $(corace flags --compile) and linked with $(corace flags --link).\n"
    "Its output and its exit status pass through; if it succeeds, the status tells of findings.\n",
    Options,
    runCommand};

} // namespace corace::tool
