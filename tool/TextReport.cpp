// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/TextReport.h"

#include "tool/Installation.h"
#include "tool/Interleaving.h"
#include "tool/Support.h"

#include "llvm/ADT/StringSet.h"

#include <algorithm>

using namespace llvm;

namespace corace::tool {

static std::string outcomeWords(outcome Result) {
  std::string Text(to_string(Result));
  std::replace(Text.begin(), Text.end(), '-', ' ');
  return Text;
}

static raw_ostream::Colors colorOf(outcome Result) {
  switch (Result) {
  case outcome::confirmed:
  case outcome::observed: return raw_ostream::RED;
  case outcome::predicted: return raw_ostream::MAGENTA;
  case outcome::not_confirmed: return raw_ostream::GREEN;
  default: return raw_ostream::YELLOW;
  }
}

static std::string titleOf(const Finding &F) {
  std::string Title = words(F.Kind);
  if (F.Object.empty())
    return Title;
  // What is said of a task is about the thing, all others are about what happens on it.
  Title += F.Kind == race_kind::never_awaited || F.Kind == race_kind::awaited_twice ? ": '" : " on '";
  return Title + printable(F.Object) + "'";
}

/// Two texts at both ends of a line; below each other where they do not fit.
static void printEnds(raw_ostream &OS, const Style &Look, function_ref<void()> Left, unsigned LeftColumns,
                      function_ref<void()> Right, unsigned RightColumns) {
  Left();
  const unsigned Width = std::min(Look.Width, 100u);
  if (LeftColumns + 2 + RightColumns <= Width)
    OS << std::string(Width - LeftColumns - RightColumns, ' ');
  else
    OS << "\n  ";
  Right();
  OS << '\n';
}

static void printHead(raw_ostream &OS, const Style &Look, const Finding &F) {
  const std::string Title = "corace: " + titleOf(F);
  std::string State = F.Outcome ? outcomeWords(*F.Outcome) : "not run";
  const std::string Word = State;
  const std::string Dot = (" " + Look.dot() + " ").str();
  if (F.Shown && F.Shown->Runs && F.Outcome == outcome::confirmed)
    State += Dot + counted(F.Shown->Runs, "schedule");
  if (F.Shown && F.Outcome == outcome::confirmed)
    State += Dot + grouped(F.Shown->Switches) + (F.Shown->Switches == 1 ? " switch" : " switches");
  printEnds(
      OS, Look, [&] { paint(OS, Look, raw_ostream::SAVEDCOLOR, Title); }, columnsOf(Title),
      [&] {
        paint(OS, Look, F.Outcome ? colorOf(*F.Outcome) : raw_ostream::YELLOW, Word);
        OS << StringRef(State).drop_front(Word.size());
      },
      columnsOf(State));
  std::string Where = "  ";
  if (F.Main.Line)
    Where += shownPath(F.Main.File) + ":" + std::to_string(F.Main.Line);
  if (!F.Function.empty())
    Where += (F.Main.Line ? " in '" : "'") + printable(F.Function) + "'";
  const std::string Id = "id " + printable(F.Id);
  if (StringRef(Where).trim().empty()) { // some failures have no place
    OS << Where << Id << '\n';
    return;
  }
  printEnds(OS, Look, [&] { OS << Where; }, columnsOf(Where), [&] { OS << Id; }, columnsOf(Id));
}

/// The lines from the first access to the second, for a sentence: "lines 9 to 11".
static std::string windowLines(const Finding &F) {
  const Place *First = F.place("first");
  if (!First || !F.Main.Line || First->Line >= F.Main.Line)
    return "the window";
  return "lines " + std::to_string(First->Line) + " to " + std::to_string(F.Main.Line);
}

static std::string cure(const Finding &F) {
  for (const Place &Note : F.Notes)
    if (Note.Role == "mend") {
      StringRef Text = Note.Message;
      Text.consume_front("to mend it: ");
      return Text.str();
    }
  switch (F.Kind) {
  case race_kind::lost_update:
  case race_kind::exposed_intermediate:
    return "hold one async lock over " + windowLines(F) + ", or read and write in one go after the 'co_await'";
  case race_kind::check_then_act:
    return "hold one async lock over " + windowLines(F) + ", or check again after the 'co_await'";
  case race_kind::stale_read: return "read again after the 'co_await', or hold one async lock over " + windowLines(F);
  case race_kind::state_bleed:
    return "give each task its own value: a parameter, or a context variable (corace::context_var)";
  case race_kind::never_awaited: return "'co_await' it, or give it to create_task, gather or a task group";
  case race_kind::awaited_twice: return "make a task for each await, or keep the result of the first";
  default: return "";
  }
}

/// A line of any length, broken between words.
static void printLine(raw_ostream &OS, const Style &Look, StringRef Head, StringRef Line) {
  OS << "  ";
  if (!Head.empty()) {
    paint(OS, Look, raw_ostream::SAVEDCOLOR, Head);
    OS << ' ';
  }
  unsigned Column = 2 + columnsOf(Head) + !Head.empty();
  bool First = true;
  const std::string Text = printable(Line);
  SmallVector<StringRef, 32> Words;
  StringRef(Text).split(Words, ' ', -1, /*KeepEmpty=*/false);
  for (StringRef Word : Words) {
    if (!First && Column + 1 + columnsOf(Word) > Look.Width) {
      OS << "\n    ";
      Column = 4;
      First = true;
    }
    OS << (First ? "" : " ") << Word;
    Column += columnsOf(Word) + !First;
    First = false;
  }
  OS << '\n';
}

/// What may have several lines, as messages of programs do.
static void printWrapped(raw_ostream &OS, const Style &Look, StringRef Head, StringRef Text) {
  SmallVector<StringRef, 4> Lines;
  Text.split(Lines, '\n');
  for (StringRef Line : Lines) {
    if (Line.trim().empty())
      continue;
    printLine(OS, Look, Head, Line.rtrim());
    Head = "";
  }
}

/// What the proof adds in words, below the interleaving.
static void printSentences(raw_ostream &OS, const Style &Look, const Finding &F, bool Checked) {
  const Proof &Shown = *F.Shown;
  OS << '\n';
  for (const std::string &Message : Shown.Messages)
    if (Message != F.Message)
      printWrapped(OS, Look, "", Message);
  // Values that are equal, or say nothing to a reader, would speak against the finding.
  if (Shown.Value && Shown.Value->Serial != Shown.Value->Here && !readable(Shown.Value->Serial).empty() &&
      !readable(Shown.Value->Here).empty())
    OS << "  every serial order ends with " << printable(Shown.Value->Object) << " = " << printable(Shown.Value->Serial)
       << "; this one ends with " << printable(Shown.Value->Here) << '\n';
  if (Shown.Fifo == "yes" && isRace(F.Kind))
    OS << "  also under a first-in-first-out loop: yes, it needs no unusual scheduler\n";
  else if (!Shown.Realisable.empty() && Shown.Fifo == "no")
    printWrapped(OS, Look, "realisable:", Shown.Realisable);
  else if (Shown.Fifo == "no")
    OS << "  also under a first-in-first-out loop: no, it takes other delays or another scheduler\n";
  if (F.Dynamic && Checked && isRace(F.Kind))
    OS << "  found by the run alone: no check reports this place\n";
  if (const std::string Cure = cure(F); !Cure.empty())
    printWrapped(OS, Look, "mend:", Cure);
  if (Shown.Token.empty())
    return;
  OS << "  ";
  paint(OS, Look, raw_ostream::SAVEDCOLOR, "replay:");
  OS << ' ' << printable(shellQuoted(commandAsTyped())) << " replay " << printable(Shown.Token) << " --";
  for (const std::string &Word : Shown.Command)
    OS << ' ' << printable(shellQuoted(Word));
  OS << '\n';
}

/// The places alone, where the run kept no history.
static void printPlaces(raw_ostream &OS, SourceLines &Sources, const Proof &Shown) {
  OS << '\n';
  for (const Place &Where : Shown.Places) {
    OS << "  " << left_justify(printable(Where.Role), 11) << ' ' << shownPath(Where.File) << ':' << Where.Line;
    const StringRef Line = Sources.line(Where.File, Where.Line).trim();
    OS << "  " << printable(Line.empty() ? StringRef(Where.Function) : Line) << '\n';
  }
}

void printFinding(raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F, bool Checked) {
  printHead(OS, Look, F);
  if (!F.Shown) {
    if (!F.Message.empty())
      printWrapped(OS, Look, "", F.Message + (F.Check.empty() ? "" : " [" + F.Check + "]"));
    if (!F.Reason.empty())
      printWrapped(OS, Look, "", F.Reason);
    return;
  }
  // Where there are no accesses to show, the message is the finding.
  if (F.Shown->Steps.empty() && !F.Message.empty())
    printWrapped(OS, Look, "", F.Message);
  if (!F.Shown->Steps.empty())
    printInterleaving(OS, Look, Sources, F);
  else if (F.Shown->Places.size() > 1)
    printPlaces(OS, Sources, *F.Shown);
  printSentences(OS, Look, F, Checked);
}

/// How hard each program was tried.
static void printSearches(raw_ostream &OS, const std::vector<Evidence> &Runs, bool Explored) {
  for (const Evidence &Run : Runs) {
    const std::string Program = shownPath(Run.Command.empty() ? Run.Program : Run.Command.front());
    if (!Run.Searched) {
      if (Explored)
        OS << "  " << printable(Program) << ": ran once; only what runs under corace::run can be explored\n";
      continue;
    }
    const Search &S = *Run.Searched;
    OS << "  " << printable(Program) << ": " << counted(S.Runs, "schedule")
       << (S.Complete ? ", exhaustive" : ", not exhaustive");
    if (!S.Complete && !S.Stopped.empty() && S.Stopped != "-")
      OS << " (" << printable(S.Stopped) << ')';
    OS << '\n';
  }
}

void printReport(raw_ostream &OS, const Style &Look, StringRef Command, const std::vector<Finding> &Findings,
                 const std::vector<Evidence> &Runs, bool Checked) {
  SourceLines Sources;
  StringSet<> Files;
  for (const Finding &F : Findings) {
    if (F.Outcome == outcome::suppressed)
      continue;
    printFinding(OS, Look, Sources, F, Checked);
    OS << '\n';
    if (!F.Main.File.empty())
      Files.insert(F.Main.File);
  }
  paint(OS, Look, raw_ostream::SAVEDCOLOR, ("corace " + Command + ":").str());
  if (Findings.empty())
    OS << " no findings\n";
  else
    OS << ' ' << counted(Findings.size(), "finding")
       << (Files.empty() ? std::string() : " in " + counted(Files.size(), "file")) << '\n';
  static const std::pair<outcome, StringRef> Remarks[] = {
      {outcome::confirmed, "each with a schedule that shows it again"},
      {outcome::observed, "happened in this run"},
      {outcome::predicted, "possible by the program's own synchronisation, not yet forced"},
      {outcome::not_confirmed, "both places ran, nothing broke them"},
      {outcome::not_reached, "no run came through both places"},
      {outcome::not_instrumented, "compiled without $(corace flags --compile)"},
      {outcome::suppressed, "by a comment or a baseline"}};
  for (const auto &[Result, Remark] : Remarks) {
    const auto Count = count_if(Findings, [Wanted = Result](const Finding &F) { return F.Outcome == Wanted; });
    if (Count == 0)
      continue;
    OS << "  " << Count << ' ';
    std::string Words = outcomeWords(Result);
    Words.resize(17, ' ');
    paint(OS, Look, colorOf(Result), Words);
    OS << Remark << '\n';
  }
  printSearches(OS, Runs, Command == "confirm");
}

bool countsAsFound(const Finding &F) { return F.Outcome && *F.Outcome <= outcome::predicted; }

} // namespace corace::tool
