// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CheckText.h"

#include "tool/Fixes.h"
#include "tool/Support.h"

#include "llvm/Support/Format.h"

using namespace llvm;

namespace corace::tool {

static std::string spaces(size_t Count) { return std::string(Count, ' '); }

/// The line, and below it a caret with the range, as far as it lies on this line.
static void printExcerpt(raw_ostream &OS, const Style &Look, SourceLines &Sources, const Place &Where) {
  const StringRef Line = Sources.line(Where.File, Where.Line);
  if (Line.empty() || Where.Column == 0)
    return;
  const size_t Begin = std::min<size_t>(Where.Column - 1, Line.size());
  size_t End = Where.EndLine == Where.Line ? std::min<size_t>(Where.EndColumn ? Where.EndColumn - 1 : 0, Line.size())
                                           : Line.rtrim().size();
  End = std::max(End, Begin);
  // Tabs become single spaces: the caret then stands right whatever width the terminal gives a tab.
  OS << format("%5u | ", Where.Line) << printable(Line) << '\n'
     << "      | " << spaces(columnsOf(Line.take_front(Begin)));
  const unsigned Width = std::max(1u, columnsOf(Line.slice(Begin, End)));
  paint(OS, Look, raw_ostream::GREEN, "^" + std::string(Width - 1, '~'));
  OS << '\n';
}

static void printHead(raw_ostream &OS, const Style &Look, const Place &Where, raw_ostream::Colors Color,
                      StringRef Level) {
  const std::string At =
      (shownPath(Where.File) + ":" + Twine(Where.Line) + ":" + Twine(std::max(1u, Where.Column)) + ": ").str();
  paint(OS, Look, raw_ostream::SAVEDCOLOR, At);
  paint(OS, Look, Color, Level);
}

void printDiagnostic(raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F) {
  printHead(OS, Look, F.Main, raw_ostream::MAGENTA, "warning: ");
  paint(OS, Look, raw_ostream::SAVEDCOLOR, printable(F.Message) + " [" + F.Check + "]");
  OS << '\n';
  printExcerpt(OS, Look, Sources, F.Main);
  bool FixShown = F.Fixes.empty();
  for (const Place &Note : F.Notes) {
    printHead(OS, Look, Note.Line ? Note : F.Main, raw_ostream::CYAN, "note: ");
    OS << printable(Note.Message) << '\n';
    if (Note.Role == "mend" && !FixShown) {
      printFix(OS, Look, Sources, F);
      FixShown = true;
    }
  }
  if (!FixShown)
    printFix(OS, Look, Sources, F);
}

} // namespace corace::tool
