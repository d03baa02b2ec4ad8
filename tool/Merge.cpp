// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Merge.h"

#include "tool/Support.h"
#include "vocab/finding_id.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <map>
#include <tuple>

using namespace llvm;

namespace corace::tool {

namespace {

/// Compares files by what they are, not by how they are spelled.
class FileNames {
public:
  const std::string &real(const std::string &Path) {
    std::string &Entry = Cache[Path];
    if (Entry.empty()) {
      SmallString<256> Real;
      Entry = sys::fs::real_path(Path, Real) ? absolutePath(Path) : std::string(Real);
    }
    return Entry;
  }

private:
  std::map<std::string, std::string> Cache;
};

class Merger {
public:
  Merger(std::vector<Finding> Claims, const std::vector<Evidence> &Left) : Candidates(std::move(Claims)), Runs(Left) {}
  std::vector<Finding> merge();

private:
  Finding *claimed(const RunFinding &Seen);
  bool sameWindow(const Finding &Candidate, const RunFinding &Seen);
  bool covers(const Place &Range, const Place &Point);
  void discover(const RunFinding &Seen, const Evidence &Run);
  void nameDiscoveries();
  void conclude(Finding &F);
  bool instrumented(const Finding &F, const Evidence &Run);
  std::string missed(const Finding &F, unsigned Line);

  std::vector<Finding> Candidates;
  const std::vector<Evidence> &Runs;
  std::vector<Finding> Discovered;
  FileNames Names;
};

} // namespace

static const Place *placeIn(const Proof &Shown, StringRef Role) {
  for (const Place &Where : Shown.Places)
    if (Role == Where.Role)
      return &Where;
  return nullptr;
}

/// Whether both kinds mean the same order of accesses: a look-up that decides an insert is a read and a write as well.
static bool sameShape(race_kind A, race_kind B) { return A == B || (isRace(A) && shapeOf(A) == shapeOf(B)); }

/// Demangled names carry parameters and template arguments, the checker's names do not: only what both have is
/// compared.
static StringRef bareName(StringRef Function) {
  Function = Function.split('(').first.split('[').first;
  // Return types of templates stand in front.
  Function = Function.split('<').first.rtrim();
  const size_t Blank = Function.rfind(' ');
  return Blank == StringRef::npos ? Function : Function.drop_front(Blank + 1);
}

/// "Session::count" and "this->count" are one object as far as names can tell: their last words are the same.
static StringRef lastWord(StringRef Object) {
  Object = Object.split('[').first.rtrim();
  const size_t At = Object.find_last_of(":.>* ");
  return At == StringRef::npos ? Object : Object.drop_front(At + 1);
}

bool Merger::covers(const Place &Range, const Place &Point) {
  return Point.Line >= Range.Line && Point.Line <= std::max(Range.Line, Range.EndLine) &&
         Names.real(Range.File) == Names.real(Point.File);
}

bool Merger::sameWindow(const Finding &Candidate, const RunFinding &Seen) {
  if (!sameShape(Candidate.Kind, Seen.Kind))
    return false;
  // The run knows where the task was created, and the coroutine; the checker knows the variable that keeps it.
  if (Candidate.Kind == race_kind::never_awaited) {
    const Place *Created = placeIn(Seen.Shown, "second");
    Created = Created ? Created : placeIn(Seen.Shown, "first");
    return Created && covers(Candidate.Main, *Created);
  }
  const Place *First = Candidate.place("first"), *SeenFirst = placeIn(Seen.Shown, "first"),
              *SeenSecond = placeIn(Seen.Shown, "second");
  if (!SeenSecond)
    return false;
  if (!isRace(Seen.Kind) || !First || !SeenFirst)
    return Candidate.Kind == Seen.Kind && bareName(Candidate.Function) == bareName(SeenSecond->Function) &&
           lastWord(Candidate.Object) == lastWord(Seen.Object);
  return covers(*First, *SeenFirst) && covers(Candidate.Main, *SeenSecond);
}

Finding *Merger::claimed(const RunFinding &Seen) {
  if (!Seen.Candidate.empty())
    for (Finding &F : Candidates)
      if (F.Id == Seen.Candidate)
        return &F;
  for (Finding &F : Candidates)
    if (sameWindow(F, Seen))
      return &F;
  return nullptr;
}

/// Takes what the run has to show unless something better is there.
static void prove(Finding &F, const RunFinding &Seen, const Evidence &Run) {
  const auto Rank = [](outcome Result, const Proof &Shown) {
    return std::tuple(Result, Shown.Token.empty(), Shown.Steps.empty(), Shown.Switches, Shown.Runs);
  };
  if (F.Outcome && F.Shown && Rank(*F.Outcome, *F.Shown) <= Rank(Seen.Result, Seen.Shown))
    return;
  F.Outcome = Seen.Result;
  F.Shown = Seen.Shown;
  F.Shown->Command = Run.Command;
  F.Reason.clear();
}

void Merger::discover(const RunFinding &Seen, const Evidence &Run) {
  Finding F;
  F.Kind = Seen.Kind;
  F.Object = Seen.Object;
  F.Dynamic = Seen.Candidate.empty();
  F.Id = Seen.Candidate;
  const Place *Where = placeIn(Seen.Shown, "second");
  if (!Where)
    Where = placeIn(Seen.Shown, "first");
  if (!Where && !Seen.Shown.Places.empty())
    Where = &Seen.Shown.Places.front();
  if (Where) {
    F.Main = *Where;
    F.Main.Role = "second";
    F.Function = bareName(Where->Function).str(); // as the checker would name it
  }
  if (!Seen.Shown.Messages.empty())
    F.Message = Seen.Shown.Messages.front();
  else
    F.Message = (F.Object.empty() ? "" : "'" + F.Object + "': ") + std::string(meaning_of(F.Kind));
  // Several processes may have seen the same window.
  for (Finding &Known : Discovered)
    if (Known.Kind == F.Kind && Known.Id == F.Id && Known.Object == F.Object && Known.Main.Line == F.Main.Line &&
        Known.Main.Column == F.Main.Column && Names.real(Known.Main.File) == Names.real(F.Main.File)) {
      const Place *A = Known.place("first"), *B = placeIn(Seen.Shown, "first");
      if ((A ? A->Line : 0) == (B ? B->Line : 0))
        return prove(Known, Seen, Run);
    }
  prove(F, Seen, Run);
  Discovered.push_back(std::move(F));
}

/// Ids as the checker makes them: alike windows of one function are numbered in the order of the source.
void Merger::nameDiscoveries() {
  llvm::sort(Discovered, standsBefore);
  std::map<std::string, uint64_t> Ordinals;
  for (Finding &F : Discovered) {
    if (!F.Id.empty())
      continue;
    const StringRef File = sys::path::filename(F.Main.File);
    const std::string Key =
        (Twine(std::string(to_string(F.Kind))) + "\n" + File + "\n" + F.Function + "\n" + F.Object).str();
    F.Id = finding_id(F.Kind, {File.data(), File.size()}, F.Function, F.Object, Ordinals[Key]++);
  }
}

bool Merger::instrumented(const Finding &F, const Evidence &Run) {
  const std::string &File = Names.real(F.Main.File);
  return any_of(Run.Instrumented, [&](const std::string &Other) { return Names.real(Other) == File; });
}

/// Why no run came to a line. Only runs that ended in order, and all that there are, say something about the code.
std::string Merger::missed(const Finding &F, unsigned Line) {
  const std::string Where = "line " + std::to_string(Line) + (F.Function.empty() ? "" : " in '" + F.Function + "'");
  std::string Failed, Unfinished;
  for (const Evidence &Run : Runs) {
    if (!instrumented(F, Run))
      continue;
    for (const RunFinding &Seen : Run.Findings)
      if (Seen.Kind == race_kind::assertion || Seen.Kind == race_kind::exception || Seen.Kind == race_kind::deadlock)
        // A deadlock's message tells a long story, and stands in its own finding.
        Failed = Seen.Kind == race_kind::deadlock || Seen.Shown.Messages.empty() ? words(Seen.Kind)
                                                                                 : Seen.Shown.Messages.front();
    if (Failed.empty())
      Failed = Run.Killed;
    if (Run.Searched && !Run.Searched->Complete)
      Unfinished = Run.Searched->Stopped == "-" ? "" : Run.Searched->Stopped;
  }
  if (!Failed.empty())
    return "runs ended early, so it is open whether they come to " + Where + ": " + Failed;
  if (!Unfinished.empty())
    return "the search ended early, so it is open whether a run comes to " + Where + ": " + Unfinished;
  return "no run came to " + Where;
}

/// The outcome of a candidate that no run has broken.
void Merger::conclude(Finding &F) {
  F.Shown.reset();
  if (none_of(Runs, [&](const Evidence &Run) { return instrumented(F, Run); })) {
    F.Outcome = outcome::not_instrumented;
    F.Reason = shownPath(F.Main.File) + " was not compiled with $(corace flags --compile)";
    return;
  }
  Evidence::Reach Reach;
  uint64_t Tried = 0;
  bool Searched = false, Complete = true;
  for (const Evidence &Run : Runs) {
    const auto It = Run.Reached.find(F.Id);
    if (It == Run.Reached.end())
      continue;
    Reach.First += It->second.First;
    Reach.Second += It->second.Second;
    if (!It->second.First || !It->second.Second)
      continue;
    Searched |= Run.Searched.has_value();
    Complete &= Run.Searched && Run.Searched->Complete;
    Tried += Run.Searched ? Run.Searched->Runs : 1;
  }
  if (!isRace(F.Kind)) { // nothing that a schedule decides
    F.Outcome = outcome::not_reached;
    F.Reason = F.Kind == race_kind::never_awaited
                   ? "no run dropped a task that is made on line " + std::to_string(F.Main.Line) +
                         "; only tasks of corace are watched"
                   : "runs are not watched for it";
    return;
  }
  const Place *First = F.place("first");
  if (!Reach.First || !Reach.Second) {
    F.Outcome = outcome::not_reached;
    const unsigned Line = !Reach.First && First ? First->Line : F.Main.Line;
    F.Reason = missed(F, Line);
    return;
  }
  F.Outcome = outcome::not_confirmed;
  if (!Searched)
    F.Reason = "both places ran, and no other task came between them in this run";
  else if (Complete)
    F.Reason = "exhaustive: none of all " + counted(Tried, "schedule") + " breaks it";
  else
    F.Reason = "not broken within " + counted(Tried, "schedule");
}

std::vector<Finding> Merger::merge() {
  for (Finding &F : Candidates) {
    F.Outcome.reset(); // of an earlier run
    F.Reason.clear();
    F.Shown.reset();
  }
  std::erase_if(Candidates, [](const Finding &F) { return F.Dynamic; });
  for (const Evidence &Run : Runs)
    for (const RunFinding &Seen : Run.Findings) {
      if (Finding *F = claimed(Seen))
        prove(*F, Seen, Run);
      else
        discover(Seen, Run);
    }
  nameDiscoveries();
  for (Finding &F : Candidates)
    if (!F.Outcome)
      conclude(F);
  for (Finding &F : Candidates)
    if (F.Suppressed) {
      F.Outcome = outcome::suppressed;
      F.Reason = F.Suppressed->Reason;
      F.Shown.reset();
    }
  Candidates.insert(Candidates.end(), std::make_move_iterator(Discovered.begin()),
                    std::make_move_iterator(Discovered.end()));
  llvm::sort(Candidates, [](const Finding &A, const Finding &B) {
    return A.Outcome != B.Outcome ? *A.Outcome < *B.Outcome : standsBefore(A, B);
  });
  return std::move(Candidates);
}

std::vector<Finding> merge(std::vector<Finding> Candidates, const std::vector<Evidence> &Runs) {
  return Merger(std::move(Candidates), Runs).merge();
}

} // namespace corace::tool
