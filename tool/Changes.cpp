// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Changes.h"

#include "tool/Process.h"
#include "tool/Support.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

#include <algorithm>

using namespace llvm;

namespace corace::tool {

namespace {

struct GitAnswer {
  bool Good = false;
  std::string Output, Errors;
};

} // namespace

static Expected<GitAnswer> git(ArrayRef<StringRef> Words, StringRef Directory = "") {
  Expected<TemporaryDirectory> Scratch = TemporaryDirectory::create();
  if (!Scratch)
    return Scratch.takeError();
  Process What;
  What.Command = {"git", "-c", "core.quotePath=false"};
  for (StringRef Word : Words)
    What.Command.push_back(Word.str());
  What.Environment = {{"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}};
  What.Directory = Directory.str();
  What.Output = (Scratch->path() + "/output").str();
  What.Errors = (Scratch->path() + "/errors").str();
  Expected<ProcessExit> Exit = run(What);
  if (!Exit)
    return Exit.takeError();
  GitAnswer Answer;
  Answer.Good = Exit->code() == 0;
  Expected<std::string> Output = readInput(What.Output, "name a revision nearer to the work tree", 1u << 30);
  if (!Output)
    return Output.takeError();
  Answer.Output = std::move(*Output);
  if (Expected<std::string> Errors = readInput(What.Errors, ""))
    Answer.Errors = StringRef(*Errors).trim().split('\n').first.str();
  else
    consumeError(Errors.takeError());
  return Answer;
}

Expected<Changes> Changes::since(StringRef Revision) {
  if (!sys::findProgramByName("git"))
    return inputError("--diff " + Revision + ": there is no git on the PATH", "install it, or leave out --diff");
  Expected<GitAnswer> Top = git({"rev-parse", "--show-toplevel"});
  if (!Top)
    return Top.takeError();
  const std::string Root = StringRef(Top->Output).rtrim("\n").str();
  if (!Top->Good || Root.empty()) {
    StringRef Why = Top->Errors;
    Why.consume_front("fatal: ");
    if (Why.contains("not a git repository"))
      return inputError("--diff " + Revision + ": no git repository here",
                        "run corace inside of one, or leave out --diff");
    return inputError("--diff " + Revision + ": git says: " + printable(Why), "run corace inside of a work tree");
  }
  const std::string Wanted = (Revision + "^{commit}").str();
  Expected<GitAnswer> Commit = git({"rev-parse", "--verify", "--quiet", "--end-of-options", Wanted});
  if (!Commit)
    return Commit.takeError();
  if (!Commit->Good)
    return inputError("--diff " + Revision + ": no such commit in " + Root, "name a commit, a branch or a tag");
  const std::string Hash = StringRef(Commit->Output).trim().str();
  // Whatever the user has configured, this is to be read by a program.
  Expected<GitAnswer> Diff =
      git({"diff", "--unified=0", "--inter-hunk-context=0", "--find-renames", "--no-color", "--no-ext-diff",
           "--no-textconv", "--no-relative", "--ignore-submodules", "--src-prefix=a/", "--dst-prefix=b/", Hash, "--"},
          Root);
  if (!Diff)
    return Diff.takeError();
  if (!Diff->Good)
    return inputError("--diff " + Revision + ": git says: " + printable(Diff->Errors), "see whether git diff works");
  Expected<GitAnswer> Untracked = git({"ls-files", "--others", "--exclude-standard", "-z"}, Root);
  if (!Untracked)
    return Untracked.takeError();
  Changes Result;
  Result.parse(Diff->Output, Root);
  SmallVector<StringRef, 16> Names;
  StringRef(Untracked->Output).split(Names, '\0', -1, /*KeepEmpty=*/false);
  for (StringRef Name : Names)
    Result.Files[Root + "/" + Name.str()].New = true;
  return Result;
}

/// A path in a diff; git quotes those with unusual characters like C does, and ends those with blanks by a tab.
static std::string unquoted(StringRef Name) {
  if (!Name.consume_front("\""))
    return Name.rtrim("\t").str();
  std::string Result;
  while (!Name.empty() && Name[0] != '"') {
    char C = Name[0];
    Name = Name.drop_front();
    if (C == '\\' && !Name.empty()) {
      C = Name[0];
      if (C >= '0' && C <= '7') {
        unsigned Value = 0;
        StringRef Digits = Name.take_front(3).take_while([](char D) { return D >= '0' && D <= '7'; });
        Digits.getAsInteger(8, Value);
        Name = Name.drop_front(Digits.size());
        Result += static_cast<char>(Value);
        continue;
      }
      static constexpr StringLiteral From = "abtnvfr", To = "\a\b\t\n\v\f\r";
      if (const size_t At = From.find(C); At != StringRef::npos)
        C = To[At];
      Name = Name.drop_front();
    }
    Result += C;
  }
  return Result;
}

void Changes::parse(StringRef Diff, StringRef Root) {
  File *Current = nullptr;
  unsigned Own = 0, Other = 0; // lines of the hunk that are still to come
  while (!Diff.empty()) {
    auto [Line, Rest] = Diff.split('\n');
    Diff = Rest;
    if (Own && Line.starts_with("+")) {
      --Own;
    } else if (Other && Line.starts_with("-")) {
      --Other;
    } else if (Line.starts_with("diff --git ")) {
      Current = nullptr;
    } else if (Line.consume_front("+++ ")) {
      const std::string Name = unquoted(Line);
      if (StringRef(Name).starts_with("b/"))
        Current = &Files[(Root + "/" + StringRef(Name).drop_front(2)).str()];
    } else if (Current && Line.consume_front("@@ -")) {
      const auto Numbers = [](StringRef Text) {
        auto [Start, Count] = Text.split(',');
        std::pair<unsigned, unsigned> Result{0, 1};
        Start.getAsInteger(10, Result.first);
        if (!Count.empty())
          Count.getAsInteger(10, Result.second);
        return Result;
      };
      const auto [Before, Behind] = Line.split(" +");
      Other = Numbers(Before).second;
      const auto [Start, Count] = Numbers(Behind.split(' ').first);
      Own = Count;
      if (Count)
        Current->Lines.emplace_back(Start, Start + Count - 1);
      else
        Current->Removals.push_back(Start);
    }
  }
}

const Changes::File *Changes::file(StringRef Path) {
  const auto [It, IsNew] = RealPathOf.try_emplace(Path);
  if (IsNew) {
    SmallString<256> Real;
    It->second = sys::fs::real_path(Path, Real) ? Path.str() : std::string(Real);
  }
  const auto Found = Files.find(It->second);
  return Found == Files.end() ? nullptr : &Found->second;
}

bool Changes::touches(const Place &Where) {
  const File *In = Where.Line ? file(Where.File) : nullptr;
  if (!In)
    return false;
  if (In->New)
    return true;
  const unsigned Last = std::max(Where.Line, Where.EndLine);
  const auto It = llvm::lower_bound(In->Lines, Where.Line, [](const auto &Range, unsigned Line) {
    return Range.second < Line; // the first that does not end before
  });
  return It != In->Lines.end() && It->first <= Last;
}

bool Changes::touch(const Finding &F) {
  if (touches(F.Main) || any_of(F.Places, [&](const Place &P) { return touches(P); }) ||
      any_of(F.Notes, [&](const Place &P) { return P.Role != "mend" && touches(P); }))
    return true;
  const File *In = file(F.Main.File);
  if (!In)
    return false;
  unsigned First = F.Main.Line, Last = F.Main.Line;
  for (const Place &P : F.Places)
    if (P.File == F.Main.File && P.Line) {
      First = std::min(First, P.Line);
      Last = std::max(Last, P.Line);
    }
  return any_of(In->Removals, [&](unsigned Line) { return First <= Line && Line < Last; });
}

} // namespace corace::tool
