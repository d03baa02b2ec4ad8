// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/ThreadLocalUse.h"

#include "checks/Report.h"
#include "checks/analysis/ThreadLocals.h"

#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef ThreadLocalUse::summary() const {
  return "Finds what each thread has its own of, taken before a suspension and used after it, perhaps on another "
         "thread.";
}

llvm::StringRef ThreadLocalUse::details() const {
  return R"(After an await the coroutine may run on another thread. A reference to a thread_local still refers to that of the first
thread, which uses it at the same time; a value that was written there is not what the second thread reads.

    thread_local buffer scratch;

    task<void> session::send() {
      auto &out = scratch;
      out.clear();
      co_await socket_.ready();
      out.append(data_);                  // reported: the other thread's
    }

      co_await socket_.ready();
      scratch.clear();                    // take it again after the await: all in one segment
      scratch.append(data_);

Found are references and pointers to a thread_local, also through functions that return one; a thread_local that is written
before the await and read after it, or saved before and set back after (another thread is set, and the first never is);
errno; and the id of a thread that is kept and used as a key.

Silent where each segment reads again, where the value is tested or compared after the await, and in coroutines of
libraries that keep to one thread ('threads: one' in the models), unless the await is known to change it.
)";
}

namespace {

class ForeignReport {
public:
  ForeignReport(const ForeignUse &Use, const ASTContext &Context)
      : Use(Use), Context(Context), First(place(Use.First)), Suspension(place(Use.Suspension)),
        Second(place(Use.Second)) {}
  [[nodiscard]] Finding finding(StringRef Check) const;

private:
  [[nodiscard]] Place place(const Expr *E) const { return placeOf(Context, E->getSourceRange()); }
  [[nodiscard]] std::string line(const Place &P) const {
    return P.Line == Second.Line ? "this line" : "line " + std::to_string(P.Line);
  }
  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] std::string firstSays() const;
  [[nodiscard]] std::string mend() const;

  const ForeignUse &Use;
  const ASTContext &Context;
  const Place First, Suspension, Second;
};

std::string ForeignReport::name() const {
  const std::string Name = Use.Of->getNameAsString();
  // The C library's functions behind errno are nobody's idea of its name.
  return llvm::is_contained({"__errno_location", "__error", "___errno", "_errno"}, Name) ? "'errno'" : "'" + Name + "'";
}

std::string ForeignReport::message() const {
  const std::string After = "after the 'co_await' on " + line(Suspension);
  const std::string May = Use.ChangesThread ? "runs" : "may run";
  const std::string Carrier = Use.Carrier ? "'" + Use.Carrier->getNameAsString() + "'" : std::string();
  switch (Use.What) {
  case ForeignUse::How::Reference:
    return Carrier + " refers to " + name() + " of the thread that ran " + line(First) + "; " + After +
           " the coroutine " + May + " on another one";
  case ForeignUse::How::Value:
    return name() + " is set to what was read on " + line(First) + ", and each thread has its own; " + After +
           " the coroutine " + May + " on another one";
  case ForeignUse::How::Written:
    return "each thread has its own " + name() + ": what is read here may not be what was written on " + line(First) +
           ", as " + After + " the coroutine " + May + " on another one";
  case ForeignUse::How::Identity:
    return Carrier + " names the thread that ran " + line(First) + "; " + After + " the coroutine " + May +
           " on another one";
  }
  return {};
}

std::string ForeignReport::firstSays() const {
  switch (Use.What) {
  case ForeignUse::How::Reference: return "taken here";
  case ForeignUse::How::Value: return "read here";
  case ForeignUse::How::Written: return "written here";
  case ForeignUse::How::Identity: return "asked for here";
  }
  return {};
}

std::string ForeignReport::mend() const {
  const std::string After = "after line " + std::to_string(Suspension.Line);
  switch (Use.What) {
  case ForeignUse::How::Reference: return "take it again " + After + ", or keep a copy in the coroutine";
  case ForeignUse::How::Value: return "set and set back within one segment, or keep the value in the coroutine";
  case ForeignUse::How::Written: return "keep the value in a local of the coroutine";
  case ForeignUse::How::Identity: return "ask for it again " + After;
  }
  return {};
}

Finding ForeignReport::finding(StringRef Check) const {
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::foreign_thread_local;
  F.Sure = Use.ChangesThread ? Confidence::High : Confidence::Medium;
  F.Message = message();
  F.Main = Second;
  F.First = First;
  F.Suspension = Suspension;
  F.Function = nameOfFunction(*Use.Function);
  F.Object = Use.Of->getNameAsString();
  F.Notes.push_back({NoteRole::First, firstSays(), First});
  F.Notes.push_back(
      {NoteRole::Suspension,
       "may suspend here: " + Use.Class.Why + (Use.ChangesThread ? ", and goes on on another thread" : ""),
       Suspension});
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + mend(), First});
  return F;
}

} // namespace

void ThreadLocalUse::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  const ThreadLocals Locals(Unit.Library, Unit.Context);
  for (const FunctionDecl *Coroutine : Unit.Rivals.coroutines())
    if (!Coroutine->isInvalidDecl())
      for (const ForeignUse &Use : findForeignUses(*Coroutine, Unit, Locals))
        Sink(ForeignReport(Use, Unit.Context).finding(name()));
}

} // namespace corace::checks
