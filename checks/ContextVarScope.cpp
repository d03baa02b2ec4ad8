// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/ContextVarScope.h"

#include "checks/Report.h"
#include "checks/analysis/ContextUse.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef ContextVarScope::summary() const {
  return "Finds a context variable that is set, reset or made where its value cannot reach the task that needs it.";
}

llvm::StringRef ContextVarScope::details() const {
  return R"(A task starts with a copy of what its creator sees. A change stays in the task, and in tasks that it creates later; what
it awaits directly is part of it. So these cannot work:

    auto child = create_task(worker());    // worker reads request_id
    request_id.set(7);                     // reported: worker has its copy already

    co_await create_task(login());         // login sets user
    use(user.get());                       // reported: what login set has stayed in its task

    auto token = request_id.set(7);
    create_task(finish(std::move(token))); // reported: resetting in another task throws
    user.reset(std::move(token));          // reported: the token is another variable's

    task<> f() { context_var<int> v("v"); ... }   // reported: make it at namespace scope

A value that is set in one task and read in another is reported only if nobody else in the translation unit sets (or
reads) that variable.
)";
}

namespace {

Finding report(const ContextMisuse &X, const UnitFacts &Unit, StringRef Check) {
  using What = ContextMisuse::What;
  auto place = [&](const Expr *E) { return placeOf(Unit.Context, E->getSourceRange()); };
  const std::string Name = "'" + X.Variable->getNameAsString() + "'";
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::context_scope;
  F.Sure = Confidence::High;
  F.Object = X.Variable->getNameAsString();
  F.Function = X.Function ? nameOfFunction(*X.Function) : std::string();
  F.Main = X.Where ? place(X.Where) : placeOf(Unit.Context, X.Variable->getLocation());
  std::string Mend;
  auto note = [&](const Expr *E, std::string Text) { F.Notes.push_back({NoteRole::Task, std::move(Text), place(E)}); };
  switch (X.Kind) {
  case What::Local:
    F.Sure = Confidence::Medium;
    F.Message = Name + " is another context variable in each call: tasks that outlive it keep values that nobody can "
                       "read, and a later one may take its place";
    Mend = "make it at namespace scope";
    break;
  case What::ChildSets:
    F.Message = Name + " has not the value that the spawned task set: what a task sets stays in it";
    note(X.Spawn, "the task is made here, with a copy of the context");
    note(X.Far, "set here, and nowhere else");
    Mend = "await the coroutine directly instead of making a task of it, or let it return the value";
    break;
  case What::SetTooLate:
    F.Message = Name + " is set too late for the task that reads it: the task has had its copy of the context";
    note(X.Spawn, "the task is made here, with a copy of the context");
    note(X.Far, "read here, and nowhere else");
    Mend = "set it before the task is made";
    break;
  case What::TokenMoves:
    F.Message = "the token of " + Name +
                " goes into another task, where 'reset' throws: it works only in the task that made it";
    note(X.Far, "the token is made here");
    Mend = "reset in the task that set";
    break;
  case What::OtherToken:
    F.Message = Name + " is reset with a token of '" + X.Other->getNameAsString() + "': 'reset' throws";
    note(X.Far, "the token is made here");
    Mend = "reset each variable with its own token";
    break;
  case What::TokenTwice:
    F.Message = Name + " is reset again with a token that was used: 'reset' throws";
    note(X.Far, "used here");
    Mend = "reset once, or set again in between";
    break;
  }
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + Mend, F.Main});
  return F;
}

} // namespace

void ContextVarScope::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  for (const ContextMisuse &X : findContextMisuses(Unit))
    Sink(report(X, Unit, name()));
}

} // namespace corace::checks
