// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/HostileLock.h"

#include "checks/Report.h"
#include "checks/analysis/HeldLocks.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

#include <optional>

using namespace clang;

namespace corace::checks {

llvm::StringRef HostileLock::summary() const {
  return "Finds a lock that belongs to a thread, or another object that is bound to its thread, alive while a "
         "coroutine "
         "is suspended.";
}

llvm::StringRef HostileLock::details() const {
  return R"(While the coroutine is suspended, its thread goes on with other tasks. The first of them that takes the same lock
blocks the thread, which then never resumes the coroutine that would release it. If another thread resumes the coroutine,
the lock is released by a thread that does not have it, which is undefined.

    task<void> session::close() {
      std::lock_guard lock(mutex_);       // taken here
      open_ = false;
      co_await socket_.shutdown();        // reported: held while suspended
    }

    {
      std::lock_guard lock(mutex_);       // end the scope before the await
      open_ = false;
    }
    co_await socket_.shutdown();

    auto lock = co_await async_mutex_.lock();   // or hold a lock that is made for coroutines

What counts is the type of the lock: std::unique_lock over a lock for coroutines is fine. Guards in members, optionals and
smart pointers, locks that are taken by hand, unlock(), std::defer_lock, release() and moves are followed, and so are
guards that are temporaries of the awaiting expression.

The same goes for other objects that are bound to their thread: guards that count exceptions (scope_fail), that set a
thread_local variable and set it back, that hold the lock of an interpreter, and whatever a models file or
must_not_suspend says.

Not reported: awaits that never suspend; awaits that get the guard or the lock as an argument, which may well release it.
)";
}

namespace {

class HeldReport {
public:
  HeldReport(const HeldLock &Held, const UnitFacts &Unit) : Held(Held), Unit(Unit), Context(Unit.Context) {}
  [[nodiscard]] Finding finding(StringRef Check, const LockSites &Sites) const;

private:
  [[nodiscard]] Place place(SourceRange Range) const { return placeOf(Context, Range); }
  [[nodiscard]] std::string guard() const { return Held.Owner ? "'" + Held.Owner->getNameAsString() + "'" : ""; }
  [[nodiscard]] std::string lock() const;
  [[nodiscard]] std::string message(const Place &Taken, const Place &Main) const;
  [[nodiscard]] std::string taken() const;
  [[nodiscard]] std::string mend(const Place &Main) const;
  [[nodiscard]] std::string asyncLock() const;
  [[nodiscard]] std::optional<Note> rival(const LockSites &Sites) const;

  const HeldLock &Held;
  const UnitFacts &Unit;
  const ASTContext &Context;
};

std::string HeldReport::lock() const {
  if (!Held.Lock.empty())
    return "'" + Held.Lock + "'";
  return Held.Owner ? "the lock of " + guard() : "a lock";
}

std::string HeldReport::message(const Place &Taken, const Place &Main) const {
  const std::string Where = Taken.Line == Main.Line ? "this line" : "line " + std::to_string(Taken.Line);
  if (Held.Bond == ThreadBond::Scope)
    return guard() + " lives across a suspension: " + Held.Reason;
  if (Held.ByCaller)
    return lock() + ", which belongs to a thread, may be held across a suspension: the caller has it";
  return lock() + ", which belongs to a thread, may be held across a suspension: locked on " + Where;
}

std::string HeldReport::taken() const {
  if (Held.Bond == ThreadBond::Scope)
    return guard() + " is made here";
  if (Held.ByCaller)
    return "this says that the caller holds it";
  if (Held.Temporary)
    return "locked here; the temporary guard lives until the whole expression has been evaluated";
  if (Held.Owner && isa<ParmVarDecl>(Held.Owner))
    return "locked by the caller, and handed over in " + guard();
  return Held.Owner ? "locked here; " + guard() + " releases it" : "locked here";
}

/// The lock that the library of the coroutine's own task type offers.
std::string HeldReport::asyncLock() const {
  const TypeModel *Task = Unit.Library.type(Held.Function->getReturnType());
  std::string Found;
  if (Task)
    Unit.Library.models().forEachType(Task->Library, [&](const TypeModel &Type) {
      if (Found.empty() && Type.Role == "lock")
        Found = Type.Key;
    });
  return Found.empty() ? "hold a lock that is made for coroutines" : "hold a '" + Found + "' instead";
}

std::string HeldReport::mend(const Place &Main) const {
  const std::string Before = "before line " + std::to_string(Main.Line);
  if (Held.Bond == ThreadBond::Scope)
    return "end the scope of " + guard() + " " + Before;
  std::string First;
  if (Held.ByCaller)
    First = "lock and release it in here, " + Before;
  else if (Held.Temporary)
    First = "copy what is needed into a local in a statement of its own " + Before;
  else if (!Held.Owner)
    First = "release " + lock() + " " + Before;
  else if (isa<ParmVarDecl>(Held.Owner))
    First = "release it " + Before;
  else
    First = "end the scope of " + guard() + " " + Before;
  return First + ", or " + asyncLock();
}

/// Somebody else who takes the same lock, and so waits for this coroutine.
std::optional<Note> HeldReport::rival(const LockSites &Sites) const {
  for (const ValueDecl *Lock : Held.Locks)
    for (const LockSites::Site &Site : Sites.of(Lock)) {
      if (!Site.Function || Site.Function->getLocation() == Held.Function->getLocation())
        continue; // itself, or another instantiation of it
      const auto *Method = dyn_cast<CXXMethodDecl>(Site.Function);
      const std::string Who = Method && Method->getParent()->isLambda() ? std::string("a lambda")
                                                                        : "'" + Site.Function->getNameAsString() + "'";
      return Note{NoteRole::Rival, Who + " locks it here, and blocks its thread if it runs meanwhile",
                  place(Site.Where)};
    }
  return std::nullopt;
}

Finding HeldReport::finding(StringRef Check, const LockSites &Sites) const {
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::thread_lock_held;
  F.Main = F.Suspension = place(Held.Suspension->getSourceRange());
  F.First = place(Held.Taken);
  F.Message = message(F.First, F.Main);
  F.Function = nameOfFunction(*Held.Function);
  F.Object = !Held.Lock.empty() ? Held.Lock : Held.Owner ? Held.Owner->getNameAsString() : "lock";
  F.Notes.push_back({NoteRole::First, taken(), F.First});
  F.Notes.push_back({NoteRole::Suspension, "may suspend here: " + Held.Class.Why, F.Main});
  const std::optional<Note> Rival = rival(Sites);
  if (Rival)
    F.Notes.push_back(*Rival);
  if (Held.Bond != ThreadBond::Scope)
    F.Notes.push_back({NoteRole::Lock, "another thread may resume the coroutine, and may not release it", F.Main});
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + mend(F.Main), F.First});
  F.Sure = Rival || Held.SurelySuspends ? Confidence::High : Confidence::Medium;
  return F;
}

} // namespace

void HostileLock::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  const ThreadLocks Types(Unit.Library);
  std::optional<LockSites> Sites; // only where somebody asks
  for (const FunctionDecl *Coroutine : Unit.Rivals.coroutines()) {
    if (Coroutine->isInvalidDecl())
      continue;
    for (const HeldLock &Held : findHeldLocks(*Coroutine, Unit, Types)) {
      if (!Sites)
        Sites.emplace(Unit, Types);
      Sink(HeldReport(Held, Unit).finding(name(), *Sites));
    }
  }
}

} // namespace corace::checks
