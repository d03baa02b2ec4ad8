// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/summaries/Summaries.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace corace::checks {

void Summaries::add(std::shared_ptr<const UnitSummary> Unit) {
  for (const FunctionSummary &F : Unit->Functions) {
    auto [It, New] = Functions.try_emplace(F.Usr, &F);
    // Programs of one build may each have their own: `main`, or a stub for tests.
    if (!New && It->second && !(*It->second == F))
      It->second = nullptr;
  }
  for (const WriteSummary &W : Unit->Writes)
    Writes[W.Place].push_back({Unit.get(), &W});
  for (const ChangeSummary &C : Unit->Changes)
    Changes[C.Place].push_back({Unit.get(), &C});
  for (const CallSummary &C : Unit->Calls)
    Calls[C.Callee].push_back({Unit.get(), &C});
  for (const DisturbanceSummary &D : Unit->Disturbances)
    Disturbances[D.Place].push_back({Unit.get(), &D});
  for (const OverrideSummary &O : Unit->Overrides)
    if (std::vector<StringRef> &Known = Overrides[O.Base]; Known.size() < 2 && !is_contained(Known, O.Runs))
      Known.push_back(O.Runs);
  Units.push_back(std::move(Unit));
}

/// What the callee names, as the caller of its caller does.
static std::optional<PathSummary> through(const FunctionSummary::Forward &By, const PathSummary &P) {
  PathSummary Result;
  auto passed = [&](std::uint64_t Param) { return Param < By.Params.size() ? By.Params[Param] : 0; };
  switch (P.From) {
  case PathSummary::Root::This:
    if (!By.Object)
      return std::nullopt;
    Result = *By.Object;
    break;
  case PathSummary::Root::Param:
    if (passed(P.Param) == 0)
      return std::nullopt;
    Result.From = PathSummary::Root::Param;
    Result.Param = passed(P.Param) - 1;
    break;
  case PathSummary::Root::Global:
    Result.From = PathSummary::Root::Global;
    Result.Var = P.Var;
    break;
  }
  for (PathSummary::Step S : P.Steps) {
    if (S.Kind == PathSummary::StepKind::Param) {
      const unsigned Param = S.Index < 0 ? 0 : passed(static_cast<std::uint64_t>(S.Index));
      S.Kind = Param ? PathSummary::StepKind::Param : PathSummary::StepKind::Any;
      S.Index = Param ? Param - 1 : 0;
    }
    Result.Steps.push_back(std::move(S));
  }
  Result.Const = Result.Const || P.Const;
  return Result;
}

/// Takes what the callees in other translation units do for the function's own; those that are not known stay.
void Summaries::resolve(FunctionSummary &F, unsigned Depth) const {
  constexpr unsigned MaxDepth = 4, MaxPaths = 64;
  std::vector<FunctionSummary::Forward> Left;
  for (FunctionSummary::Forward &By : std::exchange(F.Forwards, {})) {
    const FunctionSummary *Known = function(By.Usr);
    if (!Known || !Known->Simple || Depth == MaxDepth || F.Reads.size() + F.Writes.size() > MaxPaths) {
      Left.push_back(std::move(By));
      continue;
    }
    FunctionSummary Callee = *Known;
    resolve(Callee, Depth + 1);
    if (By.Result)
      for (const PathSummary &P : Callee.Reads)
        if (std::optional<PathSummary> Read = through(By, P))
          F.Reads.push_back(std::move(*Read));
    const bool Passes = any_of(By.Params, [](unsigned Param) { return Param != 0; });
    for (const FunctionSummary::Write &W : Callee.Writes)
      if (std::optional<PathSummary> Place = through(By, W.Place))
        F.Writes.push_back({std::move(*Place), W.What, W.TakesArguments && Passes});
    append_range(Left, Callee.Forwards);
  }
  F.Forwards = std::move(Left);
}

void Summaries::finish() {
  std::vector<std::unique_ptr<FunctionSummary>> Whole;
  for (const auto &Item : Functions)
    if (const FunctionSummary *F = Item.second; F && !F->Forwards.empty())
      resolve(*Whole.emplace_back(std::make_unique<FunctionSummary>(*F)), 0);
  for (const auto &F : Whole)
    Functions[F->Usr] = F.get();
  Resolved = std::move(Whole);
  auto order = [](auto &Table) {
    for (auto &Item : Table)
      llvm::sort(Item.second, [](const auto &A, const auto &B) {
        return *A.What != *B.What ? *A.What < *B.What : A.Unit->File < B.Unit->File;
      });
  };
  order(Writes);
  order(Changes);
  order(Calls);
  order(Disturbances);
  // The least solution: a cycle in which nobody suspends does not.
  StringMap<std::vector<StringRef>> Callers;
  std::vector<StringRef> Work;
  Suspending.clear();
  auto mark = [&](StringRef Usr) {
    if (Suspending.insert(Usr).second)
      Work.push_back(Usr);
  };
  for (const auto &Item : Functions) {
    const FunctionSummary *F = Item.second;
    if (!F || F->May == FunctionSummary::Suspends::Yes) {
      mark(Item.first());
      continue;
    }
    for (const std::string &Callee : F->Callees) {
      const FunctionSummary *Known = function(Callee);
      if (!Known || !Known->Coroutine)
        mark(Item.first());
      else
        Callers[Callee].push_back(Item.first());
    }
  }
  while (!Work.empty()) {
    const StringRef Usr = Work.back();
    Work.pop_back();
    for (StringRef Caller : Callers.lookup(Usr))
      mark(Caller);
  }
}

const FunctionSummary *Summaries::function(StringRef Usr) const { return Functions.lookup(Usr); }

template <typename T>
std::vector<const T *> Summaries::select(const StringMap<std::vector<Entry<T>>> &Table, StringRef Key, StringRef But) {
  std::vector<const T *> Found;
  if (auto It = Table.find(Key); It != Table.end())
    for (const Entry<T> &E : It->second)
      // What a header does is said by each translation unit that includes it.
      if (E.Unit->File != But && (Found.empty() || !(*Found.back() == *E.What)))
        Found.push_back(E.What);
  return Found;
}

std::vector<const WriteSummary *> Summaries::writesOf(StringRef Place, StringRef But) const {
  return select(Writes, Place, But);
}
std::vector<const ChangeSummary *> Summaries::changesOf(StringRef Place, StringRef But) const {
  return select(Changes, Place, But);
}
std::vector<const CallSummary *> Summaries::callsOf(StringRef Callee, StringRef But) const {
  return select(Calls, Callee, But);
}

std::vector<const DisturbanceSummary *> Summaries::disturbancesOf(StringRef Place, StringRef But) const {
  return select(Disturbances, Place, But);
}

std::string Summaries::onlyOverride(StringRef Base) const {
  const auto It = Overrides.find(Base);
  return It != Overrides.end() && It->second.size() == 1 ? It->second.front().str() : std::string();
}

std::uint64_t Summaries::answer(const SummaryQuery &Query, StringRef But) const {
  UnitSummary Answer;
  auto copy = [](const auto &From, auto &To) {
    for (const auto *Item : From)
      To.push_back(*Item);
  };
  switch (Query.About) {
  case SummaryQuery::Topic::Function:
    if (const FunctionSummary *F = function(Query.Usr)) {
      Answer.Functions.push_back(*F);
      Answer.File = suspends(*F) ? "suspends" : "";
    }
    break;
  case SummaryQuery::Topic::Writes: copy(writesOf(Query.Usr, But), Answer.Writes); break;
  case SummaryQuery::Topic::Changes: copy(changesOf(Query.Usr, But), Answer.Changes); break;
  case SummaryQuery::Topic::Calls: copy(callsOf(Query.Usr, But), Answer.Calls); break;
  case SummaryQuery::Topic::Disturbances: copy(disturbancesOf(Query.Usr, But), Answer.Disturbances); break;
  case SummaryQuery::Topic::Overrides: Answer.File = onlyOverride(Query.Usr); break;
  }
  if (Answer.Functions.empty() && Answer.Writes.empty() && Answer.Changes.empty() && Answer.Calls.empty() &&
      Answer.Disturbances.empty() && Answer.File.empty())
    return 0;
  std::string Text;
  raw_string_ostream OS(Text);
  writeSummary(OS, Answer);
  return std::max<std::uint64_t>(1, xxh3_64bits(OS.str()));
}

} // namespace corace::checks
