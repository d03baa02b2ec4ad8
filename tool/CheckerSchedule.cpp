// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CheckerSchedule.h"

#include "checks/Analyze.h"
#include "tool/CheckerScan.h"
#include "tool/CheckerUnit.h"

#include "clang/AST/ASTContext.h"
#include "llvm/Support/CrashRecoveryContext.h"

#include <atomic>
#include <condition_variable>
#include <list>
#include <thread>

#include <unistd.h>

using namespace llvm;

namespace corace::tool {

namespace {

constexpr unsigned StackSize = 8 << 20; // deep code needs a deep stack
constexpr unsigned MaxRounds = 8;       // of answers that raise new questions

/// One unit on its way. Its thread writes it while it is busy, the schedule in between.
struct Work {
  explicit Work(const Unit &What) : What(What) {}

  const Unit &What;
  CacheEntry Entry;
  std::string Errors;
  bool Broken = false, Crashed = false;
  bool Arrived = false; ///< done for the first time

  // The thread that holds its tree, waiting for more to do.
  bool Parked = false, Leave = false;
  const checks::Summaries *Task = nullptr;
};

class Schedule {
public:
  explicit Schedule(const ScheduleRequest &Request)
      : Request(Request), Alone(Request.Units.size() == 1 && Request.Known.empty() && !Request.Kept.isEnabled()),
        Scan(Request.ResourceDirectory), Budget(physicalMemory() / 4), FreeSlots(Request.Jobs) {
    for (const Unit &What : Request.Units)
      All.emplace_back(What);
  }

  std::vector<UnitResult> run() {
    // A crash on one file must not take the others along.
    CrashRecoveryContext::Enable();
    firstPass();
    if (!Request.Given && !Alone)
      for (unsigned Round = 0; Round < MaxRounds && nextRound(); ++Round)
        ;
    letGo();
    CrashRecoveryContext::Disable();
    std::vector<UnitResult> Results;
    for (Work &W : All)
      Results.push_back({std::move(W.Entry.Findings), W.Errors + W.Entry.Remarks, W.Broken, W.Crashed});
    return Results;
  }

private:
  static std::uint64_t physicalMemory() {
    const long Pages = sysconf(_SC_PHYS_PAGES), Size = sysconf(_SC_PAGESIZE);
    return Pages > 0 && Size > 0 ? std::uint64_t(Pages) * std::uint64_t(Size) : std::uint64_t(1) << 32;
  }

  void firstPass() {
    for (Work &W : All)
      launch(W, [this, &W] {
        if (!fromCache(W) && !skip(W))
          parseAndCheck(W, Request.Given ? *Request.Given : Nothing);
        arrived(W);
      });
    for (const Unit &What : Request.Known)
      if (std::optional<CacheEntry> Entry = Request.Kept.load(What, Files); Entry && Entry->Summary)
        Background.push_back(Entry->Summary);
    waitForAll();
  }

  void arrived(Work &W) const {
    if (!std::exchange(W.Arrived, true) && Request.Step)
      Request.Step();
  }

  bool fromCache(Work &W) {
    std::optional<CacheEntry> Entry = Request.Kept.load(W.What, Files);
    if (Entry)
      W.Entry = std::move(*Entry);
    return Entry.has_value();
  }

  bool skip(Work &W) {
    if (Request.Given || !Request.MaySkip || Scan.mayHoldCoroutines(W.What, W.Entry.Inputs))
      return false;
    W.Entry.Skipped = true;
    Request.Kept.store(W.What, W.Entry);
    return true;
  }

  void parseAndCheck(Work &W, const checks::Summaries &Others) {
    const auto Use = [&](clang::ASTContext &Context, std::vector<InputFile> Inputs) {
      checks::UnitAnalysis Analysis(Context, Request.Models);
      W.Entry.Inputs = std::move(Inputs);
      W.Entry.Skipped = false;
      if (!Request.Given && !Alone)
        W.Entry.Summary = std::make_shared<const checks::UnitSummary>(Analysis.summary());
      check(W, Analysis, Others);
      arrived(W);
      if (!W.Entry.Asked.empty() && !Request.Given && !Alone)
        park(W, Context, Analysis);
    };
    W.Errors.clear();
    W.Broken = !parse({W.What, Request.ResourceDirectory, Request.Kept.isEnabled(), Use}, W.Errors);
  }

  void check(Work &W, checks::UnitAnalysis &Analysis, const checks::Summaries &Others) {
    CacheEntry &Entry = W.Entry;
    Entry.Findings.clear();
    Entry.Asked.clear();
    checks::CheckOptions Options;
    Options.Pedantic = true;
    const std::set<checks::SummaryQuery> Asked =
        Analysis.check(Options, Others, [&](checks::Finding F) { Entry.Findings.push_back(std::move(F)); });
    Entry.Remarks = Analysis.remarks();
    const StringRef Self = Entry.Summary ? Entry.Summary->File : StringRef();
    for (const checks::SummaryQuery &Query : Asked)
      Entry.Asked.emplace_back(Query, Others.answer(Query, Self));
    if (Entry.Summary)
      Request.Kept.store(W.What, Entry);
  }

  /// Keeps the tree, while there is memory, until all units have told what they do: parsing again takes longer than
  /// everything else.
  void park(Work &W, const clang::ASTContext &Context, checks::UnitAnalysis &Analysis) {
    const std::uint64_t Size = Context.getASTAllocatedMemory() + Context.getSideTableAllocatedMemory();
    if (Used.fetch_add(Size) + Size <= Budget) {
      std::unique_lock Guard(Lock);
      W.Parked = true;
      for (;;) {
        finishedOne();
        Changed.wait(Guard, [&] { return W.Task || W.Leave; });
        if (!W.Task)
          break;
        Changed.wait(Guard, [&] { return FreeSlots > 0; });
        --FreeSlots;
        Guard.unlock();
        check(W, Analysis, *W.Task);
        Guard.lock();
        W.Task = nullptr;
      }
      ++Busy; // the slot is not ours any more; the end of the thread gives one back
      --FreeSlots;
      W.Parked = false;
    }
    Used.fetch_sub(Size);
  }

  /// Merges what is known by now and checks again whom that concerns. False if it concerns nobody.
  bool nextRound() {
    checks::Summaries Merged;
    for (const Work &W : All)
      if (W.Entry.Summary)
        Merged.add(W.Entry.Summary);
    for (const auto &Summary : Background)
      Merged.add(Summary);
    Merged.finish();
    if (parseWanted(Merged))
      return true;
    bool Any = false;
    for (Work &W : All) {
      const StringRef Self = W.Entry.Summary ? W.Entry.Summary->File : StringRef();
      if (W.Broken || W.Crashed ||
          all_of(W.Entry.Asked, [&](const auto &Asked) { return Merged.answer(Asked.first, Self) == Asked.second; }))
        continue;
      Any = true;
      if (W.Parked) {
        const std::lock_guard Guard(Lock);
        W.Task = &Merged;
        ++Busy;
        Changed.notify_all();
      } else {
        launch(W, [this, &W, &Merged] { parseAndCheck(W, Merged); });
      }
    }
    waitForAll();
    return Any;
  }

  /// Parses units that were skipped, because they mention what others ask for and nobody has answered.
  bool parseWanted(const checks::Summaries &Merged) {
    std::set<std::pair<StringRef, StringRef>> Names;
    for (const Work &W : All)
      for (const auto &[Query, Answer] : W.Entry.Asked)
        if (Query.About != checks::SummaryQuery::Topic::Function || !Merged.function(Query.Usr))
          Names.emplace(Query.Name, Query.Scope);
    bool Any = false;
    for (Work &W : All) {
      if (Names.empty() || !W.Entry.Skipped || W.Crashed)
        continue;
      const StringSet<> Words = wordsOf(W.What.File);
      if (none_of(Names, [&](const auto &Name) {
            return Words.contains(Name.first) && (Name.second.empty() || Words.contains(Name.second));
          }))
        continue;
      Any = true;
      W.Entry.Skipped = false;
      launch(W, [this, &W] { parseAndCheck(W, Nothing); });
    }
    waitForAll();
    return Any;
  }

  // Threads. Only so many are at work as there are slots; those that are parked do not count.

  void launch(Work &W, std::function<void()> Job) {
    std::unique_lock Guard(Lock);
    Changed.wait(Guard, [&] { return FreeSlots > 0; });
    --FreeSlots;
    ++Busy;
    ++Alive;
    std::thread([this, &W, Job = std::move(Job)] {
      CrashRecoveryContext Context;
      const bool Fine = Context.RunSafelyOnThread(Job, StackSize);
      const std::lock_guard Last(Lock);
      if (!Fine) {
        W.Crashed = true;
        W.Task = nullptr;
        W.Parked = false;
      }
      finishedOne();
      --Alive;
    }).detach();
  }

  /// With the lock held.
  void finishedOne() {
    --Busy;
    ++FreeSlots;
    Changed.notify_all();
  }

  void waitForAll() {
    std::unique_lock Guard(Lock);
    Changed.wait(Guard, [&] { return Busy == 0; });
  }

  void letGo() {
    std::unique_lock Guard(Lock);
    for (Work &W : All)
      W.Leave = true;
    Changed.notify_all();
    Changed.wait(Guard, [&] { return Alive == 0; });
  }

  const ScheduleRequest &Request;
  const bool Alone; ///< there is nobody to ask
  const checks::Summaries Nothing;
  FileStates Files;
  TextScan Scan;
  std::list<Work> All;
  std::vector<std::shared_ptr<const checks::UnitSummary>> Background;

  std::mutex Lock;
  std::condition_variable Changed;
  const std::uint64_t Budget; ///< bytes of trees that may be kept
  std::atomic<std::uint64_t> Used = 0;
  unsigned FreeSlots;
  unsigned Busy = 0, Alive = 0;
};

} // namespace

std::vector<UnitResult> checkAll(const ScheduleRequest &Request) { return Schedule(Request).run(); }

} // namespace corace::tool
