// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Evidence.h"
#include "tool/Merge.h"
#include "tool/Sarif.h"
#include "tool/Support.h"
#include "tool/TextReport.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    {"--findings", "FILE", "what corace check --sarif wrote: its findings get their outcomes"},
    {"--sarif", "FILE", "write the findings as SARIF 2.1.0"},
    {"--html", "FILE", "write a page", OptionSpec::Use::NotThereYet},
    {"--trace", "FILE", "write a trace", OptionSpec::Use::NotThereYet},
    {"--junit", "FILE", "write JUnit's XML", OptionSpec::Use::NotThereYet},
    {"--await-coverage", "", "which awaits were interleaved", OptionSpec::Use::NotThereYet},
};

static Expected<int> report(const Arguments &Args) {
  if (Args.Words.empty())
    return inputError("no evidence", "name the files that instrumented programs wrote (CORACE_OPTIONS=evidence=FILE)");
  std::vector<Evidence> Runs;
  for (const std::string &Path : Args.Words) {
    Expected<Evidence> Run = readEvidence(Path);
    if (!Run)
      return Run.takeError();
    if (Run->Sites == 0)
      return inputError(printable(Path) + ": comes from a program that is not instrumented",
                        "compile it with $(corace flags --compile) and link it with $(corace flags --link)");
    if (!Run->Program.empty())
      Run->Command = {shownPath(Run->Program)};
    Runs.push_back(std::move(*Run));
  }
  std::vector<Finding> Candidates;
  if (Args.has("--findings")) {
    Expected<std::vector<Finding>> Findings = readSarif(Args.get("--findings"));
    if (!Findings)
      return Findings.takeError();
    Candidates = std::move(*Findings);
  }
  SarifRun Report;
  Report.Findings = merge(std::move(Candidates), Runs);
  printReport(outs(), Style::of(outs()), "report", Report.Findings, Runs, Args.has("--findings"));
  if (Args.has("--sarif"))
    if (Error E = writeSarif(Args.get("--sarif"), Report))
      return E;
  return any_of(Report.Findings, countsAsFound) ? FindingsLeft : Clean;
}

const Command ReportCommand{"report",
                            "EVIDENCE... [OPTIONS]",
                            "show what instrumented programs left behind",
                            "\nA program writes evidence when CORACE_OPTIONS holds evidence=FILE.\n",
                            Options,
                            report};

} // namespace corace::tool
