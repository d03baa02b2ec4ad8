// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/summaries/Summaries.h"

#include "llvm/ADT/STLExtras.h"
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
  Units.push_back(std::move(Unit));
}

void Summaries::finish() {
  auto order = [](auto &Table) {
    for (auto &Item : Table)
      llvm::sort(Item.second, [](const auto &A, const auto &B) {
        return *A.What != *B.What ? *A.What < *B.What : A.Unit->File < B.Unit->File;
      });
  };
  order(Writes);
  order(Changes);
  order(Calls);
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
  }
  if (Answer.Functions.empty() && Answer.Writes.empty() && Answer.Changes.empty() && Answer.Calls.empty())
    return 0;
  std::string Text;
  raw_string_ostream OS(Text);
  writeSummary(OS, Answer);
  return std::max<std::uint64_t>(1, xxh3_64bits(OS.str()));
}

} // namespace corace::checks
