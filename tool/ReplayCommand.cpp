// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Build.h"
#include "tool/Merge.h"
#include "tool/Sarif.h"
#include "tool/Session.h"
#include "tool/Support.h"
#include "tool/TextReport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    {"--findings", "FILE", "what corace confirm --sarif wrote (default: .corace/PROGRAM.sarif, if it is there)"},
    {"--lenient", "", "leave out what of the token does not apply to the program any more"},
    {"--gdb", "", "run the program in gdb, which stops at each switch that the token forces"},
};

/// Only the outer form: whether the schedule belongs to the program, and whether it can be followed, the program knows.
static Error checkToken(StringRef Token) {
  SmallVector<StringRef, 4> Parts;
  Token.split(Parts, '.', 2);
  constexpr StringLiteral Remedy = "copy the whole replay line of a report, for example c2.k3f9.A1-B";
  const std::string Shown = printable(Token.take_front(60));
  if (Parts.size() == 3 && Parts[0].size() > 1 && Parts[0][0] == 'c' && Parts[0] != "c2" &&
      all_of(Parts[0].drop_front(), isDigit))
    return inputError("'" + Shown + "': a token of another version (" + Parts[0] + "); this corace reads c2",
                      "confirm the finding again");
  if (Parts.size() != 3 || Parts[0] != "c2" || Parts[1].empty() || Parts[2].empty() || !all_of(Parts[1], isAlnum) ||
      Token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-,/") != StringRef::npos)
    return inputError("'" + Shown + "' is no replay token", Remedy);
  return Error::success();
}

/// What confirm found out about the same schedule and one replay cannot: the other orders.
static void recall(Finding &F, ArrayRef<Finding> Remembered, StringRef Token) {
  for (const Finding &Old : Remembered) {
    if (Old.Id != F.Id || !Old.Shown || Token != Old.Shown->Token || !F.Shown)
      continue;
    if (!F.Shown->Value)
      F.Shown->Value = Old.Shown->Value;
    if (F.Shown->Fifo.empty() || F.Shown->Fifo == "unknown")
      F.Shown->Fifo = Old.Shown->Fifo;
    if (F.Shown->Realisable.empty())
      F.Shown->Realisable = Old.Shown->Realisable;
  }
}

static Expected<std::vector<Finding>> remembered(const Arguments &Args) {
  if (Args.has("--findings"))
    return readSarif(Args.get("--findings"));
  const std::string Path = rememberedFindings(Args.Rest.front());
  if (!sys::fs::exists(Path))
    return std::vector<Finding>();
  return readSarif(Path);
}

/// For gdb: stops where a task goes on that the token forces, and at the window's accesses. With nobody at the terminal
/// it shows where each stop is and goes on.
static std::string debuggerScript(ArrayRef<Finding> Remembered, StringRef Token, bool Interactive) {
  std::string Script = "set pagination off\nset confirm off\nset breakpoint pending on\n"
                       "break __corace_stop_here\ncommands\nsilent\n"
                       "printf \"corace: %s\\n\", *(char **)&__corace_stop_why\n"
                       "tbreak *(*(long *)&__corace_stop_at)\ncontinue\nend\n";
  std::size_t Stops = Token.count(',') + 1;
  for (const Finding &F : Remembered) {
    if (!F.Shown || Token != F.Shown->Token)
      continue;
    for (const Place &Where : F.Shown->Places) {
      if (Where.Line == 0 || Where.File.find_first_of("\"\n") != std::string::npos)
        continue;
      Script += "break \"" + Where.File + "\":" + std::to_string(Where.Line) + "\n";
      Stops += 4; // as many tasks may come by there
    }
  }
  Script += "run\n";
  for (std::size_t I = 0; I < Stops && !Interactive; ++I)
    Script += "backtrace 2\ncontinue\n";
  return Script;
}

/// Hands the terminal to gdb; its exit code is the command's.
static Expected<int> debug(const Arguments &Args, ArrayRef<Finding> Remembered, StringRef Token,
                           std::vector<std::pair<std::string, std::string>> Settings) {
  Expected<TemporaryDirectory> Directory = TemporaryDirectory::create();
  if (!Directory)
    return Directory.takeError();
  const bool Interactive = sys::Process::StandardInIsUserInput();
  const std::string Script = (Directory->path() + "/gdb").str();
  std::error_code Problem;
  raw_fd_ostream(Script, Problem) << debuggerScript(Remembered, Token, Interactive);
  if (Problem)
    return inputError(Script + ": " + Problem.message(), "make room in the temporary directory");
  Settings.emplace_back("stop", "1");
  Process What;
  What.Command = {"gdb", "-q", "-x", Script};
  if (!Interactive)
    What.Command.push_back("-batch");
  What.Command.push_back("--args");
  What.Command.insert(What.Command.end(), Args.Rest.begin(), Args.Rest.end());
  What.Environment = {{"CORACE_OPTIONS", optionsValue(Settings)}};
  What.SameAddresses = true;
  Expected<ProcessExit> Exit = run(What);
  if (!Exit)
    return Exit.takeError();
  return Exit->code();
}

static Expected<int> replay(const Arguments &Args) {
  if (Args.Words.size() != 1 || Args.Rest.empty())
    return inputError("a token and a program are needed", "write corace replay TOKEN -- COMMAND ARGUMENTS");
  const std::string &Token = Args.Words.front();
  if (Error E = checkToken(Token))
    return E;
  Expected<std::vector<Finding>> Remembered = remembered(Args);
  if (!Remembered)
    return Remembered.takeError();
  std::vector<std::pair<std::string, std::string>> Settings = {{"mode", "replay"}, {"token", Token}};
  if (Args.has("--lenient"))
    Settings.emplace_back("lenient", "1");
  if (Args.has("--gdb"))
    return debug(Args, *Remembered, Token, std::move(Settings));
  SessionRequest Request{Args.Rest, *Remembered, std::move(Settings)};
  Request.SameAddresses = true;
  Expected<SessionResult> Result = runInstrumented(Request);
  if (!Result)
    return Result.takeError();
  if (Result->Runs.empty()) {
    // An instrumented program has said itself why it cannot follow the token.
    if (Result->Exit.code() == InputError && isInstrumented(Args.Rest.front()) != false)
      return InputError;
    return noEvidence(Args.Rest, Result->Exit);
  }
  std::vector<Finding> Findings = merge(*Remembered, Result->Runs);
  erase_if(Findings, [](const Finding &F) { return !countsAsFound(F); });
  const Style Look = Style::of(outs());
  SourceLines Sources;
  const bool Checked = any_of(*Remembered, [](const Finding &F) { return !F.Dynamic; });
  for (Finding &F : Findings) {
    recall(F, *Remembered, Token);
    if (F.Shown && F.Shown->Token.empty())
      F.Shown->Token = Token;
    printFinding(outs(), Look, Sources, F, Checked);
    outs() << '\n';
  }
  if (Findings.empty()) {
    outs() << "corace replay: nothing was found under this schedule\n";
    return Result->Exit.code() == 0 ? Clean : Result->Exit.code();
  }
  outs() << "corace replay: " << counted(Findings.size(), "finding") << " replayed\n";
  return FindingsLeft;
}

const Command ReplayCommand{
    "replay",
    "TOKEN [OPTIONS] -- COMMAND ARGUMENTS",
    "run a program under the schedule that a report names",
    "\nThe same schedule gives the same report, every time. Exits with 1 when the finding shows again.\n",
    Options,
    replay};

} // namespace corace::tool
