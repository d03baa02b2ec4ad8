// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Fixes.h"

#include "tool/Support.h"

#include "clang/Tooling/Core/Replacement.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"

#include <map>

using namespace llvm;

namespace corace::tool {

void printFix(raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F) {
  std::vector<const FixIt *> Order;
  for (const FixIt &Fix : F.Fixes)
    Order.push_back(&Fix);
  llvm::sort(Order, [](const FixIt *A, const FixIt *B) {
    return std::tie(A->Where.File, A->Offset) < std::tie(B->Where.File, B->Offset);
  });
  for (size_t I = 0; I < Order.size();) {
    // All that change the same lines are shown together.
    const Place &Start = Order[I]->Where;
    unsigned Last = std::max(Start.Line, Start.EndLine);
    std::string After;
    unsigned Line = Start.Line;
    size_t Column = 1; // up to where the old text was taken
    for (; I < Order.size() && Order[I]->Where.File == Start.File && Order[I]->Where.Line <= Last; ++I) {
      const Place &Where = Order[I]->Where;
      for (; Line < Where.Line; ++Line, Column = 1)
        After += (Sources.line(Start.File, Line).drop_front(Column - 1) + "\n").str();
      After += Sources.line(Start.File, Line).slice(Column - 1, Where.Column - 1);
      After += Order[I]->Text;
      Line = std::max(Where.Line, Where.EndLine);
      Column = std::max(1u, Where.EndColumn);
      Last = std::max(Last, Line);
    }
    After += Sources.line(Start.File, Line).drop_front(Column - 1);
    const auto Print = [&](unsigned Number, char Sign, StringRef Text, raw_ostream::Colors Color) {
      OS << format("%5u ", Number);
      paint(OS, Look, Color, (Twine(Sign) + " " + printable(Text.rtrim())).str(), /*Bold=*/false);
      OS << '\n';
    };
    for (unsigned Old = Start.Line; Old <= Last; ++Old)
      Print(Old, '-', Sources.line(Start.File, Old), raw_ostream::RED);
    SmallVector<StringRef, 4> Lines;
    StringRef(After).split(Lines, '\n');
    for (size_t New = 0; New < Lines.size(); ++New)
      Print(Start.Line + static_cast<unsigned>(New), '+', Lines[New], raw_ostream::GREEN);
  }
}

/// Where a place starts in a text, to see that the file is still the one that was checked.
static size_t offsetOf(StringRef Text, const Place &Where) {
  size_t Begin = 0;
  for (unsigned Line = 1; Line < Where.Line; ++Line) {
    Begin = Text.find('\n', Begin);
    if (Begin == StringRef::npos)
      return StringRef::npos;
    ++Begin;
  }
  return Begin + Where.Column - 1;
}

namespace {

struct Edited {
  std::string Text;
  clang::tooling::Replacements Changes;
  std::vector<std::pair<unsigned, unsigned>> Taken; ///< offsets, both ends included, that other repairs touch
};

} // namespace

static Error write(StringRef Path, const Edited &File) {
  Expected<std::string> After = clang::tooling::applyAllReplacements(File.Text, File.Changes);
  if (!After)
    return inputError(shownPath(Path) + ": " + toString(After.takeError()), "the file was left as it was");
  SmallString<256> Real; // a link stays one
  if (std::error_code EC = sys::fs::real_path(Path, Real))
    return fileError(shownPath(Path), EC, "the file was left as it was");
  const ErrorOr<sys::fs::perms> Permissions = sys::fs::getPermissions(Real);
  // A file that may not be written is not to be replaced either.
  if (std::error_code EC = sys::fs::access(Real, sys::fs::AccessMode::Write))
    return fileError(shownPath(Path), EC, "make it writable, or leave out --fix");
  if (Error E = writeAtomically(Real, [&](raw_ostream &OS) { OS << *After; }))
    return E;
  if (Permissions)
    sys::fs::setPermissions(Real, *Permissions);
  return Error::success();
}

Expected<FixResult> applyFixes(const std::vector<Finding> &Findings) {
  FixResult Result;
  Result.Mended.resize(Findings.size());
  std::map<std::string, Edited> Files;
  for (size_t I = 0; I < Findings.size(); ++I) {
    const std::vector<FixIt> &Fixes = Findings[I].Fixes;
    bool Free = !Fixes.empty();
    for (const FixIt &Fix : Fixes) {
      const auto [It, IsNew] = Files.try_emplace(Fix.Where.File);
      if (IsNew) {
        Expected<std::string> Text = readInput(Fix.Where.File, "the file was left as it was");
        if (!Text)
          return Text.takeError();
        It->second.Text = std::move(*Text);
      }
      Edited &File = It->second;
      if (offsetOf(File.Text, Fix.Where) != Fix.Offset || Fix.Offset + Fix.Length > File.Text.size())
        return inputError(shownPath(Fix.Where.File) + ": changed while it was checked", "run corace again");
      // Two that touch at one point could come in either order: that is for the next run to mend.
      Free &= none_of(File.Taken, [&](const auto &Range) {
        return Range.first <= Fix.Offset + Fix.Length && Fix.Offset <= Range.second;
      });
    }
    if (!Free) {
      Result.Conflicts += !Fixes.empty();
      continue;
    }
    Result.Mended[I] = true;
    for (const FixIt &Fix : Fixes) {
      Edited &File = Files[Fix.Where.File];
      File.Taken.emplace_back(Fix.Offset, Fix.Offset + Fix.Length);
      if (Error E = File.Changes.add({Fix.Where.File, Fix.Offset, Fix.Length, Fix.Text}))
        return inputError(shownPath(Fix.Where.File) + ": " + toString(std::move(E)), "mend it by hand");
    }
  }
  for (const auto &[Path, File] : Files) {
    if (File.Changes.empty())
      continue;
    if (Error E = write(Path, File))
      return E;
    Result.Files.push_back(Path);
  }
  return Result;
}

} // namespace corace::tool
