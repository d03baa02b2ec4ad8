// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/CheckText.h"
#include "tool/Checker.h"
#include "tool/Sarif.h"
#include "tool/Support.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    CORACE_SOURCE_OPTIONS,
    {"--checks", "GLOB", "only these checks, for example 'read-*' or '-check-await-act'"},
    {"--sarif", "FILE", "write the findings as SARIF 2.1.0"},
    {"--pedantic", "", "also what is probably harmless"},
    {"--baseline", "FILE", "leave out the findings of this file", OptionSpec::Use::NotThereYet},
    {"--diff", "REV", "only findings on lines changed since", OptionSpec::Use::NotThereYet},
    {"--html", "FILE", "write a page", OptionSpec::Use::NotThereYet},
};

static Expected<int> check(const Arguments &Args) {
  Expected<CheckRequest> Request = checkRequest(Args, Args.Rest);
  if (!Request)
    return Request.takeError();
  Expected<CheckResult> Result = runChecks(*Request);
  if (!Result)
    return Result.takeError();
  const Style Look = Style::of(outs());
  SourceLines Sources;
  for (const Finding &F : Result->Findings)
    printDiagnostic(outs(), Look, Sources, F);
  outs().flush();
  ExitCode Code = Result->Findings.empty() ? Clean : FindingsLeft;
  Error Complaint = complaint(*Result, Code);
  if (Args.has("--sarif")) {
    SarifRun Run;
    Run.Findings = Result->Findings;
    Run.Successful = !Complaint;
    if (Error E = writeSarif(Args.get("--sarif"), Run))
      return joinErrors(std::move(Complaint), std::move(E));
  }
  // A clean run says nothing, like a compiler.
  if (!Result->Findings.empty())
    errs() << counted(Result->Findings.size(), "finding") << '\n';
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
    "With -p and no FILE every file of the build is checked.\n",
    Options,
    check};

} // namespace corace::tool
