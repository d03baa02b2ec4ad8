// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/IneffectiveLock.h"

#include "checks/Report.h"
#include "checks/analysis/LockMisuse.h"
#include "checks/analysis/Marks.h"

#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef IneffectiveLock::summary() const {
  return "Finds locks that are taken in a way that keeps nobody out, and writes that ignore the lock that others rely "
         "on.";
}

llvm::StringRef IneffectiveLock::details() const {
  return R"(A lock protects from the moment it is there until its guard goes, and only against those who take it too.

    co_await mutex.scoped_lock();               // reported: the guard ends with this statement
    auto lock = mutex.scoped_lock();            // reported: never awaited, so nothing is locked
    std::lock_guard lock(mutex);                // reported: calls lock() and drops what it returns
    semaphore.release();                        // reported where it has to be awaited
    async_mutex mutex;                          // reported when taken: each run of the coroutine has its own
    co_await m.lock(); co_await f(); m.unlock();   // reported if f throws: nobody gives it back

    auto lock = co_await mutex.scoped_lock();   // to mend it

A coroutine that holds a lock from a read to a write that depends on it relies on everybody else who writes. Reported is
a write without the lock, by a function that nobody calls with the lock held:

    task<> rotate() {
      auto lock = co_await mutex.scoped_lock();
      auto next = epoch + 1;
      co_await announce(next);
      epoch = next;
    }
    void reset() { epoch = 0; }                 // reported: 'rotate' overwrites it

The same where all others who write hold another lock: two members that are mutexes do not know of each other.

Where a lock is useless and a window is open because of that, the check of the window reports it and says so in a note.

Not reported: a guard that ends at once as the last thing that a function does (it waits until others have finished),
(void), writes of flags, writes after an await by functions that may have waited for the others to end (--pedantic).
)";
}

namespace {

std::string functionName(const FunctionDecl &F) {
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F); Method && Method->getParent()->isLambda())
    return "the lambda";
  return "'" + F.getNameAsString() + "'";
}

class MisuseReport {
public:
  MisuseReport(const LockMisuse &M, const ASTContext &Context) : M(M), Context(Context) {}

  [[nodiscard]] Finding finding(StringRef Check) const;

private:
  [[nodiscard]] Place place(const Expr *E) const { return placeOf(Context, E->getSourceRange()); }
  [[nodiscard]] std::string lock() const { return M.Lock.empty() ? "the lock" : "'" + M.Lock + "'"; }
  [[nodiscard]] std::string message() const;
  [[nodiscard]] std::string mend() const;
  void others(Finding &F) const;
  void awaitIt(Finding &F) const;

  const LockMisuse &M;
  const ASTContext &Context;
};

std::string MisuseReport::message() const {
  using How = LockMisuse::How;
  switch (M.What) {
  case How::NeverTaken: return lock() + " is never taken: '" + nameOfOperation(M.Site) + "' is not awaited";
  case How::NeverReleased: return lock() + " is never given back: '" + nameOfOperation(M.Site) + "' is not awaited";
  case How::GuardDropped:
    return lock() +
           " is given back at the end of this statement: its guard is a temporary and protects nothing after it";
  case How::ThreadGuard:
    return lock() +
           " is never taken: a guard for threads calls 'lock' and drops what it returns, which has to be awaited";
  case How::Private:
    return lock() + " keeps nobody out: it is a local variable, and every run of the coroutine has its own";
  case How::OtherLock:
    return lock() + " keeps nobody out who writes '" + M.State + "': the others hold '" + M.Instead + "' for it";
  case How::Ignored:
    if (!M.Instead.empty())
      return "'" + M.State + "' is written under '" + M.Instead + "', which does not keep out " +
             functionName(*M.Other) + ": that one relies on " + lock();
    return "'" + M.State + "' is written without " + lock() + ", on which " + functionName(*M.Other) +
           (M.Suspension ? " relies while it is suspended" : " relies for the same");
  case How::GivenBack:
    return "'" + M.State + "' is used without " + lock() + ", which " + functionName(*M.Other) +
           " has given back: " + functionName(*M.Rival) + " may take it away meanwhile";
  case How::ReadBefore: return "'" + M.State + "' was read before " + lock() + " was taken and may have changed since";
  }
  return {};
}

std::string MisuseReport::mend() const {
  using How = LockMisuse::How;
  switch (M.What) {
  case How::NeverTaken:
  case How::NeverReleased: return "'co_await' it";
  case How::GuardDropped: return "keep the guard in a variable: 'auto lock = ...'";
  case How::ThreadGuard: return "await the lock, and let a guard of its own library hold it";
  case How::Private: return "make the lock a member of what it protects, or hand one lock to all tasks";
  case How::OtherLock: return "take '" + M.Instead + "' here, or one lock everywhere";
  case How::Ignored: return M.Instead.empty() ? "take " + lock() + " for this write as well" : "take one lock for both";
  case How::GivenBack:
    return "hold " + lock() + " over this use as well, and call a variant of " + functionName(*M.Other) +
           " that expects it to be held";
  case How::ReadBefore: return "take the lock first, and then read";
  }
  return {};
}

void MisuseReport::others(Finding &F) const {
  const std::string Who = functionName(*M.Other);
  if (M.What == LockMisuse::How::OtherLock) {
    F.First = place(M.First);
    F.Suspension = place(M.Suspension);
    F.Notes.push_back({NoteRole::First, "reads here", F.First});
    F.Notes.push_back({NoteRole::Suspension, "lets other tasks run here", F.Suspension});
    F.Notes.push_back({NoteRole::Rival, Who + " writes it with '" + M.Instead + "' held, here", place(M.Taken)});
    F.Notes.push_back({NoteRole::Lock, "and goes on here as if nobody had written", place(M.Second)});
    return;
  }
  if (M.What == LockMisuse::How::Ignored) {
    F.Notes.push_back({NoteRole::Lock,
                       M.Taken ? Who + " takes " + lock() + " here" : Who + " is called with " + lock() + " held",
                       place(M.Taken ? M.Taken : M.First)});
    if (!M.Suspension) {
      F.Notes.push_back({NoteRole::Rival, "and does the same here under it", place(M.First)});
      return;
    }
    F.Notes.push_back({NoteRole::First, "reads here", place(M.First)});
    F.Notes.push_back({NoteRole::Suspension, "lets other tasks run here", place(M.Suspension)});
    F.Notes.push_back(
        {NoteRole::Rival,
         M.First == M.Second ? "and goes on with its iterators" : "and goes on here as if nobody had written",
         place(M.Second)});
    return;
  }
  F.First = place(M.First);
  if (M.What == LockMisuse::How::GivenBack) {
    F.Notes.push_back({NoteRole::First, "made sure of here", F.First});
    F.Notes.push_back(
        {NoteRole::Lock, Who + " takes " + lock() + " here, and gives it back at its end", place(M.Taken)});
    F.Notes.push_back(
        {NoteRole::Rival, functionName(*M.Rival) + " takes it away under the lock, here", place(M.Second)});
    return;
  }
  F.Suspension = place(M.Suspension);
  F.Notes.push_back({NoteRole::First, "read here", F.First});
  F.Notes.push_back({NoteRole::Lock, "the lock is taken here; others may have it until then", F.Suspension});
  if (M.Second)
    F.Notes.push_back({NoteRole::Rival, Who + " writes it here with the lock held", place(M.Second)});
}

/// Only in a coroutine, where nothing else has to change.
void MisuseReport::awaitIt(Finding &F) const {
  if (!isCoroutine(*M.Function) || F.Main.Range.isInvalid() || M.Site->getBeginLoc().isMacroID())
    return;
  Place Before = F.Main;
  Before.EndLine = Before.Line;
  Before.EndColumn = Before.Column;
  Before.EndOffset = Before.Offset;
  Before.Range = CharSourceRange::getCharRange(F.Main.Range.getBegin(), F.Main.Range.getBegin());
  F.Fixes.push_back({Before, "co_await "});
}

Finding MisuseReport::finding(StringRef Check) const {
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::ineffective_lock;
  F.Sure = M.Sure;
  F.Message = message();
  F.Main = place(M.Site);
  F.Function = nameOfFunction(*M.Function);
  // The same word as corace-unawaited-task has, so that one of the two speaks.
  F.Object = M.What == LockMisuse::How::NeverTaken || M.What == LockMisuse::How::NeverReleased
                 ? (M.Var ? M.Var->getNameAsString() : nameOfOperation(M.Site))
             : M.State.empty() ? M.Lock
                               : M.State;
  if (M.Other)
    others(F);
  if (M.What == LockMisuse::How::NeverTaken || M.What == LockMisuse::How::NeverReleased)
    awaitIt(F);
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + mend(), F.Main});
  return F;
}

Finding keptOnFailure(const LeftMark &M, const ASTContext &Context, StringRef Check) {
  auto place = [&](const Stmt *S) { return placeOf(Context, S->getSourceRange()); };
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::ineffective_lock;
  F.Sure = M.Cancelled || M.Fails.Why.Through ? Confidence::Medium : Confidence::High;
  F.Main = place(M.Fails.Await);
  F.First = place(M.Set);
  F.Suspension = F.Main;
  F.Function = nameOfFunction(*M.Function);
  F.Object = M.Place;
  F.Message = (M.Cancelled ? "if " + functionName(*M.Function) + " is cancelled here, '"
                           : "if " + functionName(*M.Fails.Task) + " fails here, '") +
              M.Place + "' is never given back";
  F.Notes.push_back({NoteRole::Lock, "taken here by hand", F.First});
  if (M.Cancelled)
    F.Notes.push_back({NoteRole::Task, "cancelled here when another task has ended before", place(M.Cancelled)});
  else
    F.Notes.push_back({NoteRole::Task, "thrown here, and caught nowhere on the way", place(M.Fails.Why.Site)});
  F.Notes.push_back({NoteRole::Lock, "what is thrown passes this by", place(M.Reset)});
  F.Notes.push_back({NoteRole::Mend, "to mend it: let a guard hold it", F.First});
  return F;
}

} // namespace

void IneffectiveLock::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  findLockMisuse(Unit, [&](LockMisuse M) { Sink(MisuseReport(M, Unit.Context).finding(name())); });
  findLeftMarks(Unit, /*Locks=*/true, [&](const LeftMark &M) { Sink(keptOnFailure(M, Unit.Context, name())); });
}

} // namespace corace::checks
