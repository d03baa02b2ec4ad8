// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/CheckAwaitAct.h"

#include "checks/Repairs.h"
#include "checks/Report.h"
#include "checks/analysis/EarlyReads.h"
#include "checks/analysis/Evidence.h"
#include "checks/analysis/Marks.h"
#include "checks/analysis/RivalIndex.h"
#include "checks/summaries/Others.h"

#include "clang/AST/DeclCXX.h"

namespace corace::checks {

llvm::StringRef CheckAwaitAct::summary() const {
  return "Finds a test of shared state that decides, across a suspension, what is done to that state.";
}

llvm::StringRef CheckAwaitAct::details() const {
  return R"(When the act comes, another task may have changed what was tested.

    if (!cache.contains(key))                // tested
      cache[key] = co_await fetch(key);      // reported: other tasks looked, and missed, meanwhile

Any of these mends it:

    auto value = co_await fetch(key);        // test again after the await
    if (!cache.contains(key))
      cache[key] = value;

    if (in_flight.insert(key).second) { ... }    // leave a mark before the await that keeps others out

    auto guard = co_await lock.lock();       // one lock over the test, the await and the act

Two critical sections of one lock do not help: the lock is free between them. `if (busy) co_await event.wait();` is
reported as well when `busy` is set after it; `while` tests again and is fine.

Also reported: a wait for a condition variable whose wake-up may come during an earlier await, when nothing tests the
state in between; an owner that is reset after an await on what it holds, while others take it away; a gate that was
found open and not entered; a flag that is tested before the lock is taken under which the act happens; a mark that
stays when the await throws that it was left for (a scope guard takes it away).

Not reported: a test of something else, a test that is repeated after the last suspension, assertions, a loop that
ends itself through its own flag.
)";
}

namespace {

/// Somebody can take away what a pointer refers to: another function in sight writes it, or it is visible elsewhere.
bool canBeReset(const CoroutineFacts &Facts, const AccessPath &P) {
  const clang::ValueDecl *State = stateOf(P);
  for (const RivalIndex::Write &W : Facts.Rivals.writesOf(State))
    if (W.Function && !llvm::isa<clang::CXXConstructorDecl>(W.Function))
      return true;
  // A method of its class that is not visible here may write it as well.
  if (const auto *Field = llvm::dyn_cast_or_null<clang::FieldDecl>(State))
    if (const auto *Class = llvm::dyn_cast<clang::CXXRecordDecl>(Field->getParent()))
      for (const clang::CXXMethodDecl *M : Class->methods())
        if (!M->isConst() && !M->isImplicit() && !M->isStatic() && !M->isDefined() &&
            !llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(M))
          return true;
  const auto *Var = llvm::dyn_cast_or_null<clang::VarDecl>(State);
  return Var && Var->hasGlobalStorage() && Var->isExternallyVisible();
}

/// Something may change which element stands where: removes, puts in anywhere but at the end, or replaces the whole.
bool canShift(const CoroutineFacts &Facts, const AccessPath &P) {
  using Effect = RivalIndex::Change::Effect;
  using Kind = RivalIndex::Disturbance::Kind;
  const clang::ValueDecl *State = stateOf(P);
  for (const RivalIndex::Change &C : Facts.Rivals.changesOf(State))
    if (C.What == Effect::Other &&
        !llvm::isa_and_nonnull<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(C.Function))
      return true;
  for (const RivalIndex::Disturbance &D : Facts.Rivals.disturbancesOf(State))
    if (D.Level == 0 && D.What != Kind::InsertAtEnd && D.What != Kind::Reserve)
      return true;
  if (const Others *Elsewhere = Facts.Library.others())
    return llvm::any_of(Elsewhere->changesOf(State),
                        [](const ChangeSummary *C) { return C->What == static_cast<unsigned>(Effect::Other); });
  return false;
}

const char *verb(Act What) {
  switch (What) {
  case Act::Assign:
  case Act::Modify:
  case Act::Replace: return "written";
  case Act::Insert: return "inserted into";
  case Act::Erase: return "erased from";
  case Act::Clear: return "cleared";
  case Act::Use: return "used";
  }
  return "used";
}

/// Waits and shutdowns: the test and the act are about different places that belong together.
void shutdown(const CoroutineFacts &Facts, const Window &W, const WindowReport &R,
              llvm::function_ref<void(Finding)> Sink) {
  const std::string Tested = "'" + Facts.Facts[W.First].Path.spelling() + "'";
  const std::string Meanwhile = ", and other tasks can run at " + R.suspension();
  const llvm::StringRef Name = "corace-check-await-act";
  if (W.How == Dependence::Missed)
    return Sink(R.finding(Name, race_kind::check_then_act,
                          "this wait for " + R.object() + " may miss its wake-up: that can come at " + R.suspension() +
                              ", and nothing tests " + Tested + " between there and the wait",
                          "a wake-up that comes after this and before the wait is lost",
                          "test " + Tested + " right before the wait, in a loop, or give the wait a predicate"));
  if (W.How == Dependence::Gate)
    return Sink(R.finding(Name, race_kind::stale_read,
                          R.object() + " is used after a test of " + Tested + " that may no longer hold: tested on " +
                              R.line(R.First) + Meanwhile,
                          "tested here; that keeps nobody from closing it",
                          "enter the gate before the await and hold it to the end"));
  if (W.How == Dependence::Flag)
    return Sink(R.finding(Name, race_kind::check_then_act,
                          R.object() + " is used under the lock after a test of " + Tested +
                              " that may no longer hold: tested on " + R.line(R.First) + Meanwhile,
                          "tested here, before the lock is taken",
                          "test " + Tested + " after the lock has been taken"));
  Finding F = R.finding(Name, race_kind::check_then_act,
                        R.object() + " may be reset under somebody else's hands: what it held was awaited on " +
                            R.line(R.First) + ", and other tasks can replace or close it meanwhile",
                        "awaits an operation of what " + R.object() + " holds",
                        "take it out first (std::move or std::exchange into a local), and await on the local");
  if (F.Sure != Confidence::High)
    F.Sure = Confidence::Low; // without a rival it is the usual way to close something
  Sink(std::move(F));
}

} // namespace

void CheckAwaitAct::check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const {
  for (const Window &W : Facts.Windows) {
    WindowReport R(Facts, W);
    const std::string Meanwhile = ", and other tasks can run at " + R.suspension();
    const std::string Mend = "test " + R.object() +
                             " again after the await, or hold one async mutex over the test, the "
                             "await and the act";
    const race_kind Kind = W.What == Act::Use ? race_kind::stale_read : race_kind::check_then_act;
    switch (W.How) {
    case Dependence::Condition:
      if (W.What == Act::Use && !canBeReset(Facts, W.Place))
        break;
      Sink(R.finding(name(), Kind,
                     R.object() + " is " + verb(W.What) + " after a test that may no longer hold: tested on " +
                         R.line(R.First) + Meanwhile,
                     "tested here", Mend));
      break;
    case Dependence::Decided:
      Sink(R.finding(name(), Kind,
                     R.object() + " is " + verb(W.What) + " with a choice that may no longer hold: tested on " +
                         R.line(R.First) + Meanwhile,
                     "tested here", Mend));
      break;
    case Dependence::Waited: {
      Finding F = R.finding(name(), Kind,
                            R.object() + " is " + verb(W.What) + " after waiting once: tested on " + R.line(R.First) +
                                ", but another task may be faster after the wake-up",
                            "tested here", "test again in a loop: 'while' instead of 'if'");
      F.Fixes = testInLoop(Facts, W);
      Sink(std::move(F));
      break;
    }
    case Dependence::Index:
      if (!canShift(Facts, W.Place))
        break;
      Sink(R.finding(name(), Kind,
                     "a position in " + R.object() + " may no longer be valid: computed from it on " + R.line(R.First) +
                         Meanwhile,
                     "read here", "compute the position after the await, or hold one async mutex over both"));
      break;
    case Dependence::Missed:
    case Dependence::Owner:
    case Dependence::Gate:
    case Dependence::Flag: shutdown(Facts, W, R, Sink); break;
    case Dependence::Value:
    case Dependence::Snapshot:
    case Dependence::Identity:
    case Dependence::Reference: break;
    }
  }
}

namespace {

/// A copy of what a task that is under way is about to take away.
Finding earlyRead(const EarlyRead &R, const clang::ASTContext &Context) {
  auto place = [&](const clang::Stmt *S) { return placeOf(Context, S->getSourceRange()); };
  const std::string Task = shortName(*R.Task), State = R.State->getNameAsString();
  Finding F;
  F.Check = "corace-check-await-act";
  F.Kind = race_kind::stale_read;
  F.Sure = Confidence::Medium;
  F.Main = place(R.Copy);
  F.First = F.Suspension = place(R.Started);
  F.Function = nameOfFunction(*R.Function);
  F.Object = State;
  F.Message = "'" + State + "' is copied while " + Task + " is under way, which takes away what is in it";
  F.Notes.push_back({NoteRole::First, Task + " is started here, and not awaited yet", F.First});
  F.Notes.push_back({NoteRole::Task, Task + " has copied it here", place(R.Saved)});
  F.Notes.push_back({NoteRole::Rival, "and changes it here, when it goes on", place(R.Gone)});
  F.Notes.push_back({NoteRole::Mend, "to mend it: await " + Task + " first", F.First});
  return F;
}

} // namespace

/// What follows other things than windows: marks, and tasks that are under way.
void CheckAwaitAct::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  findEarlyReads(Unit, [&](const EarlyRead &R) { Sink(earlyRead(R, Unit.Context)); });
  findLeftMarks(Unit, /*Locks=*/false, [&](const LeftMark &M) {
    auto place = [&](const clang::Stmt *S) { return placeOf(Unit.Context, S->getSourceRange()); };
    const std::string Failing = M.Cancelled ? "if " + shortName(*M.Function) + " is cancelled here, '"
                                            : "if " + shortName(*M.Fails.Task) + " fails here, '";
    Finding F;
    F.Check = name().str();
    F.Kind = race_kind::exposed_intermediate;
    F.Sure = M.Cancelled || M.Fails.Why.Through ? Confidence::Medium : Confidence::High;
    F.Main = place(M.Fails.Await);
    F.First = place(M.Set);
    F.Suspension = F.Main;
    F.Function = nameOfFunction(*M.Function);
    F.Object = M.Place;
    F.Message = Failing + M.Place + (M.Test ? "' stays set and keeps others out for ever" : "' is never counted back");
    F.Notes.push_back({NoteRole::First, M.Test ? "set here" : "counted here", F.First});
    if (M.Cancelled)
      F.Notes.push_back({NoteRole::Task, "cancelled here when another task has ended before", place(M.Cancelled)});
    else
      F.Notes.push_back({NoteRole::Task, "thrown here, and caught nowhere on the way", place(M.Fails.Why.Site)});
    F.Notes.push_back(
        {NoteRole::Order,
         "what is thrown passes this by; so does the end of a coroutine that is destroyed while it is suspended",
         place(M.Reset)});
    F.Notes.push_back({NoteRole::Mend, "to mend it: undo it in the destructor of a local (a scope guard)", F.First});
    Sink(std::move(F));
  });
}

} // namespace corace::checks
