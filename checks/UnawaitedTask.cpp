// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/UnawaitedTask.h"

#include "checks/Repairs.h"
#include "checks/Report.h"
#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Tasks.h"
#include "checks/analysis/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef UnawaitedTask::summary() const {
  return "Finds a task that is dropped before anybody has awaited it, or awaited again when it is spent.";
}

llvm::StringRef UnawaitedTask::details() const {
  return R"(The body of a lazy task runs when it is awaited. Dropped before, it never runs at all; an eager task goes on by
itself, and nobody waits for it or sees its failure.

    task<void> transfer(int amount) {
      audit(amount);                      // reported: the body of audit never runs
      auto guard = lock.acquire();        // reported: nothing is locked
      if (amount == 0)
        co_return;
      ...
    }

    co_await audit(amount);               // await it
    spawn(audit(amount));                 // or hand it to something that runs it
    (void)audit(amount);                  // or say that it is meant

A task in a local variable is followed to the end: reported is one that nobody touches, one with a way out of the block
past all its uses, one that is overwritten while it still waits, and one that is awaited after it was moved away.

A callable that returns a task must not become a std::function<void()>, nor the argument of std::for_each and its like:
they drop what it returns.

A member is followed where its class is not visible to other files, and a local container of the standard library: what is
only ever put there is never awaited.

Not reported: tasks whose library says that dropping them is fine, generators.
)";
}

namespace {

/// Words for one loss.
class LossReport {
public:
  LossReport(const TaskLoss &Loss, const LibraryView &Library)
      : Loss(Loss), Library(Library), Context(Loss.Function->getASTContext()) {}

  [[nodiscard]] Finding finding(StringRef Check) const;

private:
  [[nodiscard]] Place place(SourceRange Range) const { return placeOf(Context, Range); }
  [[nodiscard]] std::string made() const;
  [[nodiscard]] std::string body() const;
  [[nodiscard]] std::string consequence() const;
  [[nodiscard]] std::string fate() const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] std::string mend() const;
  void notes(Finding &F) const;
  [[nodiscard]] bool isLock() const;
  [[nodiscard]] std::string line(const Stmt *S) const;

  const TaskLoss &Loss;
  const LibraryView &Library;
  const ASTContext &Context;
};

/// "'audit'", or "the lambda".
std::string LossReport::made() const {
  const auto *Await = dyn_cast_or_null<CoawaitExpr>(Loss.Made);
  if (Await)
    return "the awaited task";
  std::string Name = nameOfOperation(Loss.Made);
  if (Name.empty())
    return "the task";
  return Name == "the lambda" ? Name : "'" + Name + "'";
}

std::string LossReport::line(const Stmt *S) const {
  const Place There = place(S->getSourceRange()), Here = place(Loss.Where->getSourceRange());
  return There.Line == Here.Line ? "this line" : "line " + std::to_string(There.Line);
}

/// What would have run.
std::string LossReport::body() const {
  const auto *Call = dyn_cast_or_null<CallExpr>(Loss.Made);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr, *Definition = nullptr;
  const bool Forwards = Callee && Callee->isDefined(Definition) && !isCoroutine(*Definition);
  return (Forwards ? "the coroutine that " + made() + " returns" : "the body of " + made());
}

std::string LossReport::consequence() const {
  switch (Loss.Traits.Drop) {
  case DropEffect::NeverRuns: return body() + " never runs";
  case DropEffect::Leaks: return body() + " never runs, and its frame is never freed";
  case DropEffect::Cancels: return made() + " is cancelled";
  case DropEffect::Detaches: return made() + " goes on by itself, and nobody waits for it or sees its failure";
  }
  return {};
}

/// The same where the task has no name.
std::string LossReport::fate() const {
  switch (Loss.Traits.Drop) {
  case DropEffect::NeverRuns:
  case DropEffect::Leaks: return Loss.Contained ? "their bodies never run" : "the body never runs";
  case DropEffect::Cancels: return Loss.Contained ? "they are cancelled" : "it is cancelled";
  case DropEffect::Detaches:
    return Loss.Contained ? "they go on by themselves, and nobody waits for them or sees their failures"
                          : "it goes on by itself, and nobody waits for it or sees its failure";
  }
  return {};
}

std::string LossReport::message() const {
  const std::string Var = Loss.Var ? "'" + Loss.Var->getNameAsString() + "'" : std::string();
  switch (Loss.What) {
  case TaskLoss::How::Discarded: return "the task of " + made() + " is discarded: " + consequence();
  case TaskLoss::How::Swallowed: {
    return "the task that this callable returns is discarded by '" + Loss.Into + "': " + fate();
  }
  case TaskLoss::How::Forgotten:
    if (Loss.Contained)
      return "the tasks in " + Var + " are never awaited: " + fate();
    return Var + " is never awaited: " + consequence();
  case TaskLoss::How::OnSomePath: return Var + " is not awaited on every path: past its uses, " + consequence();
  case TaskLoss::How::Overwritten: return Var + " is overwritten before it was awaited: " + consequence();
  case TaskLoss::How::Again:
    if (Loss.Where == Loss.Spent)
      return Var + " is awaited again in the next round of the loop: its task " +
             (Loss.Moved ? "has been moved away in the first" : "can be awaited only once");
    return Var + " is awaited again: its task " +
           (Loss.Moved ? "was moved away on " : "can be awaited only once, and was on ") + line(Loss.Spent);
  }
  return {};
}

std::string LossReport::mend() const {
  switch (Loss.What) {
  case TaskLoss::How::Discarded:
    return "'co_await' it, or hand it to something that runs it; write '(void)' if it is meant";
  case TaskLoss::How::Swallowed:
    return "call it where its task can be awaited, or let it hand its task to something that runs it";
  case TaskLoss::How::Forgotten:
  case TaskLoss::How::Overwritten: return "'co_await' it, or hand it to something that runs it";
  case TaskLoss::How::OnSomePath: return "await it on every path, or make it only where it is needed";
  case TaskLoss::How::Again: return "make a task for each await, or keep the result of the first";
  }
  return {};
}

bool LossReport::isLock() const {
  const OpModel *Op = Loss.Made ? Library.op(Loss.Made) : nullptr;
  return Op && Op->Acquire && !Op->AcquiresWhenCalled;
}

void LossReport::notes(Finding &F) const {
  const bool AtMade = Loss.What != TaskLoss::How::Overwritten && Loss.What != TaskLoss::How::Again;
  if (!AtMade && Loss.Made)
    F.Notes.push_back({NoteRole::Task, "the task is created here", place(Loss.Made->getSourceRange())});
  if (Loss.What == TaskLoss::How::Again && Loss.Where != Loss.Spent)
    F.Notes.push_back(
        {NoteRole::Task, Loss.Moved ? "moved away here" : "awaited here", place(Loss.Spent->getSourceRange())});
  if (Loss.What == TaskLoss::How::OnSomePath && Loss.Where) {
    // The end of a block is its brace; other ways out are statements of their own.
    const bool Block = !isa<ReturnStmt, CoreturnStmt, BreakStmt, ContinueStmt, GotoStmt>(Loss.Where);
    F.Notes.push_back({NoteRole::Task, "'" + Loss.Var->getNameAsString() + "' is left behind here",
                       place(Block ? SourceRange(Loss.Where->getEndLoc()) : Loss.Where->getSourceRange())});
  }
  if (AtMade && isLock())
    F.Notes.push_back({NoteRole::Lock,
                       Loss.Traits.Lazy ? "without 'co_await' nothing is locked"
                                        : "without 'co_await' the code goes on before it has the lock",
                       F.Main});
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + mend(), F.Main});
}

Finding LossReport::finding(StringRef Check) const {
  Finding F;
  const bool Again = Loss.What == TaskLoss::How::Again;
  F.Check = Check.str();
  F.Kind = Again ? race_kind::awaited_twice : race_kind::never_awaited;
  F.Message = message();
  F.Main = place(Again || Loss.What == TaskLoss::How::Overwritten ? Loss.Where->getSourceRange()
                                                                  : Loss.Made->getSourceRange());
  F.Function = nameOfFunction(*Loss.Function);
  F.Object = Loss.Var ? Loss.Var->getNameAsString() : nameOfOperation(Loss.Made);
  notes(F);
  F.Fixes = awaitTask(Loss, isLock());
  return F;
}

} // namespace

void UnawaitedTask::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  const TaskFacts Tasks = findTaskLosses(Unit.Context, Unit.Library);
  for (const TaskLoss &Loss : Tasks.Losses)
    Sink(LossReport(Loss, Unit.Library).finding(name()));
}

} // namespace corace::checks
