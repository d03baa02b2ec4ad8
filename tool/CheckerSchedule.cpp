// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CheckerSchedule.h"

#include "checks/Analyze.h"
#include "tool/CheckerScan.h"
#include "tool/CheckerUnit.h"
#include "tool/CrashGuard.h"

#include "clang/AST/ASTContext.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <thread>

#include <unistd.h>

using namespace llvm;

namespace corace::tool {

namespace {

constexpr unsigned MaxRounds = 8; // of answers that raise new questions

/// One unit on its way. Its thread writes it while it is busy, the schedule in between.
struct Work {
  explicit Work(const Unit &What) : What(What) {}

  const Unit &What;
  CacheEntry Entry;
  std::string Errors;
  bool Broken = false, Crashed = false;
  bool Arrived = false;             ///< done for the first time
  bool Final = false;               ///< see checkAll()
  bool Late = false;                ///< was skipped and is parsed after all
  std::optional<StringSet<>> Words; ///< of a unit that was skipped, once somebody asks something

  // The thread that holds its tree, waiting for more to do.
  bool Parked = false, Leave = false;
  const checks::Summaries *Task = nullptr;
};

class Schedule {
public:
  Schedule(const ScheduleRequest &Request, std::function<void(std::size_t, UnitResult)> Deliver)
      : Request(Request), Deliver(std::move(Deliver)),
        Alone(Request.Units.size() == 1 && Request.Known.empty() && !Request.Kept.isEnabled()),
        Scan(Request.ResourceDirectory), Budget(physicalMemory() / 4), FreeSlots(Request.Jobs) {
    for (const Unit &What : Request.Units)
      All.emplace_back(What);
    Next = All.begin();
  }

  void run() {
    firstPass();
    if (!Request.Given && !Alone)
      for (unsigned Round = 0; Round < MaxRounds && nextRound(); ++Round)
        ;
    letGo();
    for (Work &W : All)
      W.Final = true;
    std::unique_lock Guard(Lock);
    deliver(Guard);
    std::size_t Index = 0;
    for (Work &W : All) {
      if (W.Late)
        handOver(Index, W, Guard);
      ++Index;
    }
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
        W.Final = isSettled(W);
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
    {
      const std::lock_guard Guard(Lock);
      Known = &Merged;
    }
    bool Any = false;
    for (Work &W : All) {
      const StringRef Self = W.Entry.Summary ? W.Entry.Summary->File : StringRef();
      if (W.Final || W.Broken || W.Crashed ||
          all_of(W.Entry.Asked, [&](const auto &Asked) { return Merged.answer(Asked.first, Self) == Asked.second; })) {
        const std::lock_guard Guard(Lock);
        W.Final = true; // nobody who was left out can say more: see parseWanted()
        continue;
      }
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
    Known = nullptr;
    return Any;
  }

  using Names = std::set<std::pair<StringRef, StringRef>>;

  /// What the unit asked and nobody answered.
  static void addUnanswered(const Work &W, const checks::Summaries &Merged, Names &To) {
    for (const auto &[Query, Answer] : W.Entry.Asked) {
      const bool AboutFunction = Query.About == checks::SummaryQuery::Topic::Function;
      const checks::FunctionSummary *Known = AboutFunction ? Merged.function(Query.Usr) : nullptr;
      if (!Known)
        To.emplace(Query.Name, Query.Scope);
      else // what it calls in other files
        for (const checks::FunctionSummary::Forward &By : Known->Forwards)
          To.emplace(By.Name, By.Scope);
    }
  }

  static bool isLeftOut(const Work &W) { return W.Entry.Skipped && !W.Crashed; }

  static bool mentions(const Work &W, const Names &Any) {
    return any_of(Any, [&](const auto &Name) {
      return W.Words->contains(Name.first) && (Name.second.empty() || W.Words->contains(Name.second));
    });
  }

  /// Parses units that were skipped, because they mention what others ask for and nobody has answered.
  bool parseWanted(const checks::Summaries &Merged) {
    Names Wanted;
    for (const Work &W : All)
      addUnanswered(W, Merged, Wanted);
    bool Any = false;
    for (Work &W : All) {
      if (Wanted.empty() || !isLeftOut(W))
        continue;
      if (!W.Words)
        W.Words = wordsOf(W.What.File);
      if (!mentions(W, Wanted))
        continue;
      Any = true;
      {
        const std::lock_guard Guard(Lock);
        W.Entry.Skipped = W.Final = false;
        W.Late = true;
      }
      launch(W, [this, &W] { parseAndCheck(W, Nothing); });
    }
    waitForAll();
    return Any;
  }

  /// The unit has been checked with all that was known then. Is that all that can be known?
  [[nodiscard]] bool isSettled(const Work &W) const {
    if (Request.Given || Alone || W.Broken || W.Crashed || W.Entry.Asked.empty())
      return true;
    if (!Known)
      return false;
    Names Open;
    addUnanswered(W, *Known, Open);
    return none_of(All, [&](const Work &Other) { return isLeftOut(Other) && Other.Words && mentions(Other, Open); });
  }

  // Threads. Only so many are at work as there are slots; those that are parked do not count.

  void launch(Work &W, std::function<void()> Job) {
    std::unique_lock Guard(Lock);
    waitUntil(Guard, [&] { return FreeSlots > 0; });
    --FreeSlots;
    ++Busy;
    ++Alive;
    std::thread([this, &W, Job = std::move(Job)] {
      const bool Fine = CrashGuard::run(Job);
      const std::lock_guard Last(Lock);
      if (!Fine) {
        W.Crashed = true;
        W.Task = nullptr;
        W.Parked = false;
      }
      W.Final = isSettled(W);
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
    waitUntil(Guard, [&] { return Busy == 0; });
  }

  /// For the thread that runs the schedule: what becomes final meanwhile is handed over.
  void waitUntil(std::unique_lock<std::mutex> &Guard, function_ref<bool()> Done) {
    for (;;) {
      deliver(Guard);
      if (Done())
        return;
      if (!Request.Tick) {
        Changed.wait(Guard);
        continue;
      }
      Changed.wait_for(Guard, std::chrono::milliseconds(200));
      Guard.unlock();
      Request.Tick();
      Guard.lock();
    }
  }

  void deliver(std::unique_lock<std::mutex> &Guard) {
    for (; Next != All.end() && (Next->Final || Next->Late); ++Next, ++NextIndex)
      if (!Next->Late)
        handOver(NextIndex, *Next, Guard);
  }

  void handOver(std::size_t Index, Work &W, std::unique_lock<std::mutex> &Guard) {
    UnitResult Result{std::move(W.Entry.Findings), W.Errors + W.Entry.Remarks, W.Broken, W.Crashed};
    Guard.unlock();
    Deliver(Index, std::move(Result));
    Guard.lock();
  }

  void letGo() {
    std::unique_lock Guard(Lock);
    for (Work &W : All)
      W.Leave = true;
    Changed.notify_all();
    Changed.wait(Guard, [&] { return Alive == 0; });
  }

  const CrashGuard Guarded;
  const ScheduleRequest &Request;
  const std::function<void(std::size_t, UnitResult)> Deliver;
  const bool Alone; ///< there is nobody to ask
  const checks::Summaries Nothing;
  FileStates Files;
  TextScan Scan;
  std::list<Work> All;
  std::list<Work>::iterator Next; ///< the first that has not been handed over
  std::size_t NextIndex = 0;
  std::vector<std::shared_ptr<const checks::UnitSummary>> Background;

  std::mutex Lock;
  std::condition_variable Changed;
  const std::uint64_t Budget; ///< bytes of trees that may be kept
  std::atomic<std::uint64_t> Used = 0;
  unsigned FreeSlots;
  unsigned Busy = 0, Alive = 0;
  const checks::Summaries *Known = nullptr; ///< what all units say, once they are all checked with it
};

} // namespace

void checkAll(const ScheduleRequest &Request, std::function<void(std::size_t, UnitResult)> Deliver) {
  Schedule(Request, std::move(Deliver)).run();
}

} // namespace corace::tool
