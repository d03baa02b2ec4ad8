// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Checker.h"

#include "checks/Check.h"
#include "checks/models/Models.h"
#include "tool/CheckerSchedule.h"
#include "tool/Installation.h"
#include "tool/Progress.h"
#include "tool/SummaryFiles.h"
#include "vocab/stable_hash.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"

using namespace llvm;

namespace corace::tool {

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
  Request.Build = Args.get("-p");
  Request.NoCache = Args.has("--no-cache");
  Request.SummaryFiles = Args.all("--summaries");
  Expected<std::vector<Unit>> Units = collectUnits(Args, Flags);
  if (!Units)
    return Units.takeError();
  Request.Units = std::move(*Units);
  Request.WholeBuild = Args.has("-p") && Args.Words.empty();
  if (Args.has("-p") && !Request.WholeBuild)
    Request.Known = otherUnits(Args, Flags);
  return Request;
}

/// The summaries that the user names; nothing if there are none.
static Expected<std::optional<checks::Summaries>> givenSummaries(ArrayRef<std::string> Names) {
  std::optional<checks::Summaries> All;
  if (Names.empty())
    return All;
  Expected<std::vector<std::string>> Files = summaryFiles(Names);
  if (!Files)
    return Files.takeError();
  All.emplace();
  for (const std::string &File : *Files) {
    Expected<checks::UnitSummary> Unit = readSummaryFile(File);
    if (!Unit)
      return Unit.takeError();
    All->add(std::make_shared<const checks::UnitSummary>(std::move(*Unit)));
  }
  All->finish();
  return All;
}

/// The cache of a build, for findings that rest on what this request says.
static Cache cacheFor(const CheckRequest &Request, StringRef ResourceDirectory) {
  if (Request.Build.empty() || Request.NoCache)
    return {};
  stable_hash Configuration;
  Configuration.add(hashOfThisProgram()).add(ResourceDirectory);
  for (const std::string &File : Request.ModelFiles)
    if (auto Text = MemoryBuffer::getFile(File))
      Configuration.add((*Text)->getBuffer());
  return {Request.Build, Configuration.value()};
}

/// The findings of one unit that are to be shown. `Seen`: those of others.
static std::vector<Finding> wanted(std::vector<checks::Finding> &&From, const Unit &What, const CheckRequest &Request,
                                   const std::function<bool(StringRef)> &Enabled, StringSet<> &Seen) {
  std::vector<Finding> Wanted;
  for (checks::Finding &Found : From) {
    if ((Found.Sure == checks::Confidence::Low && !Request.Pedantic) || (Enabled && !Enabled(Found.Check)))
      continue;
    Finding F = convert(std::move(Found), What.Directory);
    // A window in a header is found in every file that includes it.
    const std::string Key =
        (F.Check + "\n" + withoutDots(F.Main.File) + "\n" + Twine(F.Main.Line) + "\n" + Twine(F.Main.Column) + "\n" +
         Twine(F.Places.empty() ? 0 : F.Places[0].Line) + "\n" + F.Object)
            .str();
    if (Seen.insert(Key).second)
      Wanted.push_back(std::move(F));
  }
  llvm::sort(Wanted, standsBefore);
  return Wanted;
}

Expected<CheckResult> runChecks(const CheckRequest &Request, const ShowFindings &Show) {
  Expected<checks::Models> Models = loadModels(Request.ModelFiles);
  if (!Models)
    return Models.takeError();
  Expected<std::function<bool(StringRef)>> Enabled = selectChecks(Request.Globs);
  if (!Enabled)
    return Enabled.takeError();
  Expected<std::string> ResourceDirectory = findResourceDirectory();
  if (!ResourceDirectory)
    return ResourceDirectory.takeError();
  Expected<std::optional<checks::Summaries>> Given = givenSummaries(Request.SummaryFiles);
  if (!Given)
    return Given.takeError();
  CheckResult All;
  StringSet<> Seen;
  Progress Bar(Request.Units);
  const auto Deliver = [&](size_t Index, UnitResult Result) {
    const Unit &What = Request.Units[Index];
    if (Result.Crashed)
      All.Crashed.push_back(What.File);
    else if (Result.Broken)
      All.Broken.push_back(What.File);
    std::vector<Finding> Findings = wanted(std::move(Result.Findings), What, Request, *Enabled, Seen);
    if (!Result.Errors.empty() || !Findings.empty())
      Bar.clear();
    errs() << Result.Errors;
    if (Show)
      Show(Findings);
    move(Findings, std::back_inserter(All.Findings));
  };
  const Cache Kept = *Given ? Cache() : cacheFor(Request, *ResourceDirectory);
  checkAll({Request.Units, Request.Known, *Models, *ResourceDirectory, Request.Jobs, Kept, !Request.Build.empty(),
            *Given ? &**Given : nullptr, [&] { Bar.step(); }, Bar.ticker()},
           Deliver);
  Bar.clear();
  if (Request.WholeBuild)
    Kept.prune(Request.Units);
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
