// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Interleaving.h"

#include "tool/Support.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <optional>

using namespace llvm;

namespace corace::tool {

namespace {

/// The steps at which the window was broken, by index.
struct Triple {
  size_t First, Rival, Second;
};

class Table {
public:
  Table(raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F);
  void print();

private:
  struct Row {
    std::string Number, Source, Mark, Remark;
    const Step *Of = nullptr;
    size_t Column = 0;
  };
  [[nodiscard]] ArrayRef<Step> steps() const;
  void chooseTasks();
  void buildRows();
  [[nodiscard]] bool isAftermath(size_t Index) const;
  bool joinsLastRow(size_t Index);
  [[nodiscard]] std::string numberOf(const Step &S) const;
  [[nodiscard]] std::string markOf(const Step &S) const;
  [[nodiscard]] std::string remark() const;
  [[nodiscard]] std::string heading(size_t Column) const;
  void printColumns(size_t Width);
  void printList();
  void printRow(const Row &R, size_t Width);
  void printRemark(const Row &R, size_t Indent);
  [[nodiscard]] size_t widthOf(const Row &R) const;

  raw_ostream &OS;
  const Style &Look;
  SourceLines &Sources;
  const Finding &F;
  const Proof &Shown;
  std::optional<Triple> Broken;
  std::vector<std::string> Labels; ///< of the tasks that are shown, in the order of their columns
  std::vector<Row> Rows;
  size_t NumberWidth = 0, AccessWidth = 0; ///< of line numbers, and of the marks of reads and writes
  bool Mixed = false;                      ///< the steps lie in several files
  size_t Left = 0;                         ///< tasks that are not shown
};

} // namespace

constexpr size_t MostRows = 60;
constexpr size_t NarrowestColumn = 38;

static bool isAt(const Step &S, const Place &Where) {
  return S.Where.Line == Where.Line && S.Where.File == Where.File &&
         (S.Where.Column == Where.Column || !S.Where.Column || !Where.Column);
}

static const Place *proven(const Proof &Shown, StringRef Role) {
  for (const Place &Where : Shown.Places)
    if (Role == Where.Role)
      return &Where;
  return nullptr;
}

static bool isAccess(const Step &S) { return S.What == Step::Type::Read || S.What == Step::Type::Write; }

/// Finds first, rival and second among the steps that `Fits` lets pass: places alone do not tell, because all tasks may
/// run the same lines. The last such triple counts, closest together: it is the one that the report is about.
static std::optional<Triple> findTriple(const Proof &Shown, function_ref<bool(const Step &, size_t)> Fits) {
  const Place *First = proven(Shown, "first"), *Rival = proven(Shown, "rival"), *Second = proven(Shown, "second");
  if (!First || !Rival || !Second)
    return std::nullopt;
  const std::vector<Step> &Steps = Shown.Steps;
  size_t Patience = 1 << 24; // a report is for people; a file may be as large as it likes
  for (size_t K = Steps.size(); K-- > 0 && Patience;) {
    if (!Fits(Steps[K], 2) || !isAt(Steps[K], *Second))
      continue;
    std::optional<size_t> R;
    for (size_t I = K; I-- > 0 && Patience; --Patience) {
      if (!R && Steps[I].Task != Steps[K].Task && Fits(Steps[I], 1) && isAt(Steps[I], *Rival))
        R = I;
      else if (Steps[I].Task == Steps[K].Task && Fits(Steps[I], 0) && isAt(Steps[I], *First)) {
        if (R)
          return Triple{I, *R, K};
        break; // read again after every rival: not broken here
      }
    }
  }
  return std::nullopt;
}

/// The triple with the kind's own accesses; where a call stands for an access, any access of that call will do.
static std::optional<Triple> findTriple(const Finding &F) {
  const StringRef Shape = shapeOf(F.Kind); // "R W W"
  if (!isRace(F.Kind))
    return std::nullopt;
  const auto Exact = [&](const Step &S, size_t Number) {
    return S.What == (Shape[2 * Number] == 'R' ? Step::Type::Read : Step::Type::Write);
  };
  if (const std::optional<Triple> Found = findTriple(*F.Shown, Exact))
    return Found;
  return findTriple(*F.Shown, [](const Step &S, size_t) { return isAccess(S); });
}

Table::Table(raw_ostream &Out, const Style &Looks, SourceLines &Lines, const Finding &Of)
    : OS(Out), Look(Looks), Sources(Lines), F(Of), Shown(*Of.Shown), Broken(findTriple(Of)) {
  chooseTasks();
  const Step *Shows = nullptr; // any step that is shown
  for (const Step &S : steps()) {
    if (markOf(S).empty() || !is_contained(Labels, S.Task))
      continue;
    Mixed |= Shows && Shows->Where.File != S.Where.File;
    Shows = &S;
  }
  buildRows();
}

void Table::chooseTasks() {
  StringSet<> Seen;
  for (const Step &S : steps())
    if (S.What != Step::Type::Resume && S.What != Step::Type::Finish && Seen.insert(S.Task).second)
      Labels.push_back(S.Task);
  const size_t All = Labels.size();
  if (All <= 3 && All * NarrowestColumn <= Look.Width)
    return;
  if (Broken) {
    const std::string &Own = Shown.Steps[Broken->First].Task, &Other = Shown.Steps[Broken->Rival].Task;
    llvm::erase_if(Labels, [&](const std::string &Label) { return Label != Own && Label != Other; });
  } else if (All > 3) {
    Labels.resize(3);
  }
  Left = All - Labels.size();
}

/// Up to where the window broke; what comes later explains nothing.
ArrayRef<Step> Table::steps() const {
  const ArrayRef<Step> All = Shown.Steps;
  return Broken ? All.take_front(Broken->Second + 1) : All;
}

/// The file's name stands there only where the steps lie in several.
std::string Table::numberOf(const Step &S) const {
  const std::string Line = std::to_string(S.Where.Line);
  return Mixed ? (sys::path::filename(S.Where.File) + ":" + Line).str() : Line;
}

// Addresses are told from numbers by their size: next to nothing that programs count or measure falls between 2^44 and
// 2^47.
std::string readable(StringRef Value) {
  uint64_t Number = 0;
  if (!Value.getAsInteger(10, Number) && Number >= (1ull << 44) && Number < (1ull << 47))
    return "";
  return printable(Value);
}

std::string Table::markOf(const Step &S) const {
  const std::string Value = readable(S.Value);
  switch (S.What) {
  case Step::Type::Read: return (Look.readArrow() + " " + (Value.empty() ? "read" : Value)).str();
  case Step::Type::Write: return (Look.writeArrow() + " " + (Value.empty() ? "written" : Value)).str();
  case Step::Type::Suspend: return (Look.dash() + " suspends").str();
  default: return "";
  }
}

/// What went wrong, said at the step where it did.
std::string Table::remark() const {
  const std::string Other = printable(Shown.Steps[Broken->Rival].Task);
  const std::string FirstLine = std::to_string(Shown.Steps[Broken->First].Where.Line);
  switch (F.Kind) {
  case race_kind::lost_update: return Other + "'s update is lost";
  case race_kind::check_then_act: return Other + " has made the check on line " + FirstLine + " untrue";
  case race_kind::state_bleed: return "this is " + Other + "'s value";
  case race_kind::stale_read: return "no longer what line " + FirstLine + " read";
  case race_kind::exposed_intermediate: return Other + " has seen the half-done update";
  default: return "";
  }
}

/// The code of a line: columns are too narrow for remarks.
static StringRef withoutComment(StringRef Line) {
  char Quote = 0;
  for (size_t I = 0; I + 1 < Line.size(); ++I) {
    if (Quote) {
      I += Line[I] == '\\';
      if (I < Line.size() && Line[I] == Quote)
        Quote = 0;
    } else if (Line[I] == '"' || Line[I] == '\'') {
      Quote = Line[I];
    } else if (Line.substr(I, 2) == "//") {
      return Line.take_front(I);
    }
  }
  return Line;
}

/// What others read once the rival has struck is their business; it does not explain the race.
bool Table::isAftermath(size_t Index) const {
  const Step &S = Shown.Steps[Index];
  return Broken && Index > Broken->Rival && S.What == Step::Type::Read && S.Task != Shown.Steps[Broken->First].Task;
}

/// Accesses of one line that follow each other are one row, or a call into a container would be ten: what the race is
/// about, else the last write, else the last read.
bool Table::joinsLastRow(size_t Index) {
  const Step &S = Shown.Steps[Index];
  if (Rows.empty() || !isAccess(S))
    return false;
  Row &Last = Rows.back();
  if (Last.Of->Task != S.Task || !isAccess(*Last.Of) || Last.Of->Where.Line != S.Where.Line ||
      Last.Of->Where.File != S.Where.File)
    return false;
  const auto IsKey = [&](const Step *Other) {
    const auto At = static_cast<size_t>(Other - Shown.Steps.data());
    return Broken && (At == Broken->First || At == Broken->Rival || At == Broken->Second);
  };
  const bool Tells = S.What == Step::Type::Write || (Last.Of->What == Step::Type::Read && !readable(S.Value).empty());
  if (IsKey(&S) || (!IsKey(Last.Of) && Tells))
    Last.Of = &S;
  return true;
}

void Table::buildRows() {
  for (size_t I = 0; I < steps().size(); ++I) {
    const Step &S = Shown.Steps[I];
    const auto Column = find(Labels, S.Task);
    if (Column == Labels.end() || markOf(S).empty() || isAftermath(I) || joinsLastRow(I))
      continue;
    const StringRef Line = withoutComment(Sources.line(S.Where.File, S.Where.Line)).trim();
    Row R;
    R.Number = numberOf(S);
    R.Source = printable(Line.empty() ? StringRef(S.Where.Function) : Line);
    R.Of = &S;
    R.Column = static_cast<size_t>(Column - Labels.begin());
    Rows.push_back(std::move(R));
  }
  for (Row &R : Rows) {
    R.Mark = markOf(*R.Of);
    NumberWidth = std::max(NumberWidth, R.Number.size());
    if (isAccess(*R.Of))
      AccessWidth = std::max<size_t>(AccessWidth, columnsOf(R.Mark));
  }
  if (Broken && !Rows.empty())
    Rows.back().Remark = remark(); // the last step is the second access
}

std::string Table::heading(size_t Column) const {
  for (const TaskName &Task : Shown.Tasks)
    if (Task.Label == Labels[Column] && !Task.Name.empty() && Task.Name != Task.Label)
      return printable((Task.Label + ": " + StringRef(Task.Name)).str());
  return "task " + printable(Labels[Column]);
}

/// The source to the left, the mark to the right of the row's width. Marks of accesses begin below each other.
void Table::printRow(const Row &R, size_t Width) {
  const bool Access = isAccess(*R.Of);
  const size_t MarkColumns = Access ? AccessWidth : columnsOf(R.Mark);
  const size_t Room = Width > NumberWidth + 4 + MarkColumns ? Width - NumberWidth - 4 - MarkColumns : 1;
  OS << right_justify(R.Number, NumberWidth) << "  ";
  const std::string Cut = cutTo(R.Source, Room, Look);
  OS << Cut << std::string(Room - std::min<size_t>(Room, columnsOf(Cut)) + 2, ' ');
  const auto Color = R.Of->What == Step::Type::Write  ? raw_ostream::RED
                     : R.Of->What == Step::Type::Read ? raw_ostream::CYAN
                                                      : raw_ostream::YELLOW;
  paint(OS, Look, Color, R.Mark, /*Bold=*/R.Of->What == Step::Type::Write);
}

/// What a row needs to be shown whole.
size_t Table::widthOf(const Row &R) const {
  return NumberWidth + 4 + columnsOf(R.Source) + (isAccess(*R.Of) ? AccessWidth : columnsOf(R.Mark));
}

void Table::printColumns(size_t Width) {
  size_t Needed = 0;
  for (const Row &R : Rows)
    Needed = std::max(Needed, widthOf(R));
  Width = std::min(Width, Needed);
  const size_t ColumnWidth = Width + 3;
  std::string Line = "  ";
  for (size_t C = 0; C < Labels.size(); ++C) {
    std::string Title = std::string(NumberWidth + 2, ' ') + cutTo(heading(C), Width - NumberWidth - 2, Look);
    if (C + 1 < Labels.size())
      Title += std::string(ColumnWidth - std::min<size_t>(ColumnWidth, columnsOf(Title)), ' ');
    Line += Title;
  }
  paint(OS, Look, raw_ostream::SAVEDCOLOR, Line);
  OS << '\n';
  for (const Row &R : Rows) {
    OS << std::string(2 + R.Column * ColumnWidth, ' ');
    printRow(R, Width);
    OS << '\n';
    printRemark(R, 2 + R.Column * ColumnWidth + NumberWidth + 2);
  }
}

/// Below the step; drawn to the left where it would run over the edge.
void Table::printRemark(const Row &R, size_t Indent) {
  if (R.Remark.empty())
    return;
  const size_t Needed = columnsOf(R.Remark) + 2;
  if (Indent + Needed > Look.Width)
    Indent = Look.Width > Needed ? Look.Width - Needed : 0;
  OS << std::string(Indent, ' ');
  paint(OS, Look, raw_ostream::RED, (Look.pick("\u2514 ", "^ ") + R.Remark).str());
  OS << '\n';
}

void Table::printList() {
  size_t LabelWidth = 0, Needed = 0;
  for (size_t C = 0; C < Labels.size(); ++C) {
    LabelWidth = std::max(LabelWidth, Labels[C].size());
    OS << "  " << cutTo(heading(C), Look.Width - 2, Look) << '\n';
  }
  for (const Row &R : Rows)
    Needed = std::max(Needed, widthOf(R));
  const size_t Indent = 2 + LabelWidth + 2;
  for (const Row &R : Rows) {
    OS << "  " << left_justify(printable(Labels[R.Column]), LabelWidth) << "  ";
    printRow(R, std::min<size_t>(Needed, Look.Width > Indent ? Look.Width - Indent : 1));
    OS << '\n';
    printRemark(R, Indent + NumberWidth + 2);
  }
}

void Table::print() {
  if (Rows.empty())
    return;
  OS << '\n';
  size_t More = 0;
  if (Rows.size() > MostRows) {
    // The end is where the window breaks.
    More = Rows.size() - MostRows;
    Rows.erase(Rows.begin(), Rows.begin() + static_cast<std::ptrdiff_t>(More));
    OS << "  " << Look.ellipsis() << ' ' << counted(More, "earlier step") << '\n';
  }
  const size_t Each = (Look.Width - 2) / Labels.size();
  if (Each + 3 >= NarrowestColumn)
    printColumns(Each - 3);
  else
    printList();
  if (Left)
    OS << "  (" << counted(Left, "other task") << " not shown)\n";
}

void printInterleaving(raw_ostream &OS, const Style &Look, SourceLines &Sources, const Finding &F) {
  if (F.Shown && !F.Shown->Steps.empty())
    Table(OS, Look, Sources, F).print();
}

} // namespace corace::tool
