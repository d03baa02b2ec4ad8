// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checks/Analyze.h"
#include "checks/models/Models.h"
#include "tool/Checker.h"
#include "tool/CheckerUnit.h"
#include "tool/CrashGuard.h"
#include "tool/Installation.h"

#include "clang/AST/ASTContext.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    {"-o", "FILE", "where the summary goes"},
    {"-MF", "FILE", "write the files that it depends on, as a rule for make or Ninja"},
    {"-p", "BUILD", "build directory with compile_commands.json"},
    {"--extra-arg", "FLAG", "one more compiler flag", OptionSpec::Use::Repeated},
    {"--models", "FILE", "library models of your own", OptionSpec::Use::Repeated},
};

/// A name as make reads it.
static std::string escaped(StringRef Name) {
  std::string Result;
  for (const char C : Name) {
    if (C == ' ' || C == '#')
      Result += '\\';
    Result += C;
    if (C == '$')
      Result += '$';
  }
  return Result;
}

static Error writeRule(StringRef Path, StringRef Target, const std::vector<InputFile> &Inputs) {
  return writeAtomically(Path, [&](raw_ostream &OS) {
    OS << escaped(Target) << ':';
    for (const InputFile &Input : Inputs)
      OS << " \\\n  " << escaped(Input.Path);
    OS << '\n';
  });
}

static Expected<int> summarize(const Arguments &Args) {
  if (Args.Words.size() != 1 || !Args.has("-o"))
    return inputError("not one source file and one -o FILE",
                      "for example: corace summarize -p build a.cpp -o a.summary");
  Expected<std::vector<Unit>> Units = collectUnits(Args, Args.Rest);
  if (!Units)
    return Units.takeError();
  Expected<checks::Models> Models = loadModels(Args.all("--models"));
  if (!Models)
    return Models.takeError();
  Expected<std::string> ResourceDirectory = findResourceDirectory();
  if (!ResourceDirectory)
    return ResourceDirectory.takeError();
  std::optional<checks::UnitSummary> Summary;
  std::vector<InputFile> Read;
  std::string Errors;
  const auto Use = [&](clang::ASTContext &Context, std::vector<InputFile> Inputs) {
    Summary = checks::UnitAnalysis(Context, *Models).summary();
    Read = std::move(Inputs);
  };
  const CrashGuard Guarded;
  const bool Fine = CrashGuard::run([&] { parse({Units->front(), *ResourceDirectory, Args.has("-MF"), Use}, Errors); });
  errs() << Errors;
  CheckResult Result;
  if (!Summary)
    (Fine ? Result.Broken : Result.Crashed).push_back(Units->front().File);
  ExitCode Code = Clean;
  if (Error E = complaint(Result, Code)) {
    if (Code != Internal)
      return E;
    errs() << "corace: " << toString(std::move(E)) << '\n';
    return Code;
  }
  if (Error E = writeAtomically(Args.get("-o"), [&](raw_ostream &OS) { checks::writeSummary(OS, *Summary); }))
    return E;
  if (Args.has("-MF"))
    if (Error E = writeRule(Args.get("-MF"), Args.get("-o"), Read))
      return E;
  return Clean;
}

const Command SummarizeCommand{"summarize",
                               "[-p BUILD] FILE -o FILE.summary [OPTIONS] [-- COMPILER FLAGS]",
                               "tell what a file means to others",
                               "\nFor builds that run each step by themselves: one summary for each source file, then\n"
                               "corace check --summaries DIR FILE. Without that, corace check -p BUILD does it all.\n",
                               Options,
                               summarize};

} // namespace corace::tool
