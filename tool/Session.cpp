// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Session.h"

#include "tool/Build.h"
#include "tool/Support.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace llvm;

namespace corace::tool {

Expected<SessionResult> runInstrumented(const SessionRequest &Request) {
  Expected<TemporaryDirectory> Directory = TemporaryDirectory::create();
  if (!Directory)
    return Directory.takeError();
  const std::string Base = Directory->path().str();
  std::vector<std::pair<std::string, std::string>> Options = Request.Options;
  Options.emplace_back("evidence", Base + "/%p.evidence");
  if (!Request.Candidates.empty()) {
    Options.emplace_back("candidates", Base + "/candidates");
    if (Error E = writeCandidates(Options.back().second, Request.Candidates))
      return E;
  }
  Process What;
  What.Command = Request.Command;
  What.Environment = {{"CORACE_OPTIONS", optionsValue(Options)}};
  if (Request.Quiet)
    What.Output = Base + "/output";
  What.SameAddresses = Request.SameAddresses;
  Expected<ProcessExit> Exit = run(What);
  if (!Exit)
    return Exit.takeError();
  SessionResult Result;
  Result.Exit = *Exit;
  if (interrupted() && Request.Quiet)
    return inputError("interrupted", "run it again to get a verdict");
  Expected<std::vector<Evidence>> Runs = readEvidenceIn(Base);
  if (!Runs)
    return Runs.takeError();
  Result.Runs = std::move(*Runs);
  // A process without instrumented code has nothing to say, unless it has searched or replayed itself: what goes
  // through shared<T> and the primitives is seen without the pass.
  std::erase_if(Result.Runs, [](const Evidence &Run) { return Run.Sites == 0 && !Run.Searched; });
  for (Evidence &Run : Result.Runs) {
    Run.Command = Request.Command;
    if (Exit->Signal)
      Run.Killed = "the program " + Exit->describe();
  }
  if (Result.Runs.empty() && Request.Quiet)
    if (auto Output = MemoryBuffer::getFile(What.Output))
      errs() << (*Output)->getBuffer();
  return Result;
}

Error noEvidence(const std::vector<std::string> &Command, const ProcessExit &Exit) {
  const std::string Program = printable(Command.front());
  if (isInstrumented(Command.front()) == true)
    return inputError(Program + ": " + Exit.describe() + " before it could write its evidence",
                      "let it end by returning from main or by exit()");
  return inputError(Program + ": not instrumented",
                    "compile it with $(corace flags --compile) and link it with $(corace flags --link)");
}

std::string rememberedFindings(StringRef Program) {
  return (WorkDirectory + "/" + sys::path::filename(Program) + ".sarif").str();
}

} // namespace corace::tool
