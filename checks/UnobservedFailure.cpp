// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/UnobservedFailure.h"

#include "checks/Report.h"
#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Failures.h"
#include "checks/analysis/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef UnobservedFailure::summary() const {
  return "Finds a task that may fail while nobody looks at how it ends.";
}

llvm::StringRef UnobservedFailure::details() const {
  return R"(An exception that leaves a task goes to whoever awaits it. A detached task has nobody: its failure is lost, or it
ends the program, and the rest goes on as if the work had been done.

    asio::awaitable<void> serve(tcp::socket s) {
      if (!co_await handshake(s))
        throw protocol_error();           // nobody catches this
      ...
    }
    asio::co_spawn(ex, serve(std::move(s)), asio::detached);   // reported: the failure is lost

    asio::co_spawn(ex, serve(std::move(s)), [](std::exception_ptr e) { if (e) log(e); });   // look at it
    ... or catch in the body of serve

Reported as well: a coroutine of a type that nobody can await and whose promise drops the exception, a join that hands the
failures over in its result when that is dropped (when_all_ready, collectAllTry), a join that throws the first failure at
once while another of its tasks goes on with locals of this function, an empty 'catch (...)' around an await in
a loop that never ends otherwise, because the task can not be cancelled any more, and a try_pop(x) after an awaited permit
whose result is ignored.

Not reported: tasks that catch std::exception or everything, tasks that only call what does not throw, tasks whose body is
not visible. Tasks that merely call something unknown are reported with --pedantic.
)";
}

namespace {

class FailureReport {
public:
  explicit FailureReport(const FailureLoss &Loss) : Loss(Loss), Context(Loss.Function->getASTContext()) {}

  [[nodiscard]] Finding finding(StringRef Check) const;

private:
  [[nodiscard]] Place place(const Stmt *S) const { return placeOf(Context, S->getSourceRange()); }
  [[nodiscard]] std::string line(const Stmt *S) const;
  [[nodiscard]] std::string task() const;
  [[nodiscard]] std::string sibling() const;
  [[nodiscard]] std::string fate() const;
  [[nodiscard]] std::string cause() const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] std::string mend() const;
  [[nodiscard]] Confidence sure() const;
  void notes(Finding &F) const;

  const FailureLoss &Loss;
  const ASTContext &Context;
};

/// "'serve'", or "the lambda".
std::string nameOf(const FunctionDecl *Task) {
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Task);
  return Method && Method->getParent()->isLambda() ? "the lambda" : "'" + Task->getNameAsString() + "'";
}
std::string FailureReport::task() const { return nameOf(Loss.Task); }
std::string FailureReport::sibling() const {
  return Loss.Sibling->getCanonicalDecl() == Loss.Task->getCanonicalDecl() ? "another " + nameOf(Loss.Sibling)
                                                                           : nameOf(Loss.Sibling);
}

std::string FailureReport::line(const Stmt *S) const {
  const Place There = place(S), Here = place(Loss.Where);
  if (There.File != Here.File)
    return There.File + ":" + std::to_string(There.Line);
  return There.Line == Here.Line ? "this line" : "line " + std::to_string(There.Line);
}

std::string FailureReport::fate() const {
  switch (Loss.End) {
  case FailureLoss::Fate::Lost: return "is lost";
  case FailureLoss::Fate::Logged: return "is only logged";
  case FailureLoss::Fate::Terminates: return "ends the program";
  }
  return {};
}

std::string FailureReport::cause() const {
  if (Loss.Why.What == Escape::How::Yes)
    return "nothing catches what is thrown on " + line(Loss.Why.Site);
  return "it calls what may throw, and catches nothing";
}

std::string FailureReport::message() const {
  switch (Loss.What) {
  case FailureLoss::How::Detached:
    if (Loss.Handler)
      return "the handler does not look at how " + task() + " ends, and its failure " + fate() + ": " + cause();
    return task() + " runs detached, and its failure " + fate() + ": " + cause();
  case FailureLoss::How::FireAndForget:
    return "an exception may leave " + task() + " here and " + fate() +
           (Loss.Name.empty() ? ": nobody can await its task" : ": nobody can await a '" + Loss.Name + "'");
  case FailureLoss::How::Results:
    return "'" + Loss.Name + "' returns the failures of its tasks, and the result is dropped" +
           (Loss.Task ? ": " + task() + " may fail on " + line(Loss.Why.Site) : std::string());
  case FailureLoss::How::Swallowed:
    return Loss.Loop ? "the empty handler swallows the cancellation of the 'co_await' on " + line(Loss.Before) +
                           " too, and nothing else ends the loop on " + line(Loss.Loop)
                     : "the empty handler swallows any failure and the cancellation of the 'co_await' on " +
                           line(Loss.Before);
  case FailureLoss::How::LeftRunning:
    return "if " + task() +
           (Loss.Name.empty()
                ? " fails here, " + sibling() + " is left running and goes on with '"
                : " fails, '" + Loss.Name + "' ends and leaves " + sibling() + " running, which goes on with '") +
           Loss.Local->getNameAsString() + "' when that is gone";
  case FailureLoss::How::TryIgnored:
    return "'" + Loss.Name + "' may fail, and its result is ignored: '" + Loss.Out + "' is used as if it had been set";
  }
  return {};
}

std::string FailureReport::mend() const {
  switch (Loss.What) {
  case FailureLoss::How::Detached:
    return "catch in " + task() + " what may be thrown, or start it with something that looks at how it ends";
  case FailureLoss::How::FireAndForget: return "catch in " + task() + " what may be thrown";
  case FailureLoss::How::Results:
    return Loss.Instead.empty() ? "look at each result"
                                : "look at each result, or use '" + Loss.Instead + "', which throws the first failure";
  case FailureLoss::How::Swallowed: return "catch the failures that are expected, or leave the loop";
  case FailureLoss::How::LeftRunning:
    return "wait for " + sibling() +
           " as well before the failure leaves the function, or give it what it needs to keep";
  case FailureLoss::How::TryIgnored: return "test the result, and try again if it failed";
  }
  return {};
}

Confidence FailureReport::sure() const {
  const bool Throws = Loss.Why.What == Escape::How::Yes;
  switch (Loss.What) {
  case FailureLoss::How::Detached:
  case FailureLoss::How::FireAndForget:
    if (!Throws)
      return Confidence::Low;
    return !Loss.Why.Through && !Loss.Explicit && Loss.End == FailureLoss::Fate::Lost ? Confidence::High
                                                                                      : Confidence::Medium;
  case FailureLoss::How::Results:
    return Throws ? Confidence::High : Loss.Instead.empty() || Loss.InSight ? Confidence::Low : Confidence::Medium;
  case FailureLoss::How::Swallowed: return Loss.Loop ? Confidence::Medium : Confidence::Low;
  case FailureLoss::How::LeftRunning: return Throws ? Confidence::High : Confidence::Low;
  case FailureLoss::How::TryIgnored: return Confidence::Medium;
  }
  return Confidence::Low;
}

void FailureReport::notes(Finding &F) const {
  const bool AtSite = Loss.What == FailureLoss::How::FireAndForget && !Loss.Why.Through;
  if (Loss.Why.Through && Loss.What != FailureLoss::How::FireAndForget)
    F.Notes.push_back({NoteRole::Task, task() + " calls what throws here", place(Loss.Why.Through)});
  if (Loss.Why.Site && !AtSite)
    F.Notes.push_back({NoteRole::Task,
                       Loss.Why.What == Escape::How::Yes ? "thrown here, and caught nowhere on the way out of " + task()
                                                         : "what is called here may throw",
                       place(Loss.Why.Site)});
  if (Loss.Use)
    F.Notes.push_back({NoteRole::Task, sibling() + " uses it here", place(Loss.Use)});
  if (Loss.Handler)
    F.Notes.push_back({NoteRole::Task, "this handler is told of the failure first", place(Loss.Handler)});
  if (Loss.Before)
    F.Notes.push_back({NoteRole::Suspension,
                       Loss.What == FailureLoss::How::TryIgnored
                           ? "the permit that is awaited here does not promise that it succeeds"
                           : "a task that is cancelled while it is suspended here gets an exception",
                       place(Loss.Before)});
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + mend(), F.Main});
}

Finding FailureReport::finding(StringRef Check) const {
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::unobserved_failure;
  F.Sure = sure();
  F.Message = message();
  F.Main = place(Loss.Where);
  F.Function = nameOfFunction(*Loss.Function);
  F.Object = Loss.Task ? Loss.Task->getNameAsString() : Loss.Name;
  notes(F);
  return F;
}

} // namespace

void UnobservedFailure::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  findFailureLosses(Unit, [&](FailureLoss Loss) { Sink(FailureReport(Loss).finding(name())); });
}

} // namespace corace::checks
