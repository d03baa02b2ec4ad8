// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/DetachedLifetime.h"

#include "checks/Report.h"
#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Lifetimes.h"
#include "checks/analysis/Published.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef DetachedLifetime::summary() const {
  return "Finds a coroutine that may use a capture, an argument or its object after that has been destroyed.";
}

llvm::StringRef DetachedLifetime::details() const {
  return R"(A coroutine's frame keeps copies of its parameters, but not what they refer to, and nothing of the lambda that it is
the body of: captures live in the closure. A lazy task has not even begun when the call returns.

    spawn([&]() -> task<> { co_await sleep(); use(x); }());     // reported: the closure is a temporary
    auto t = fetch(std::string("key"));                         // reported, if fetch takes a reference
    task<> start() { header h; return read(h); }                // reported, the same

    co_await [&]() -> task<> { co_await sleep(); use(x); }();   // fine: it ends within the statement
    co_spawn(ex, [this]() -> awaitable<void> { ... }, detached); // fine: co_spawn keeps the lambda
    [](int x) -> task<> { ... }(x)                              // fine: parameters by value are in the frame

Looked at is what the coroutine really uses after its first suspension (a lazy one: at all), and what becomes of the
task: awaited in the same statement, kept in a variable, stored, returned, spawned.

Also reported: tasks in a container that are awaited one by one with a way out between, while they refer to locals; a
coroutine that nobody awaits, of a class with shared_from_this(), that uses its object after a suspension and holds
nothing; an await_suspend that sets a member after it has put the awaiter where other threads find it.

Not reported: arguments and objects whose life is not known (members, globals, references, shared pointers).
)";
}

namespace {

class OutlivedReport {
public:
  OutlivedReport(const Outlived &X, const UnitFacts &Unit) : X(X), Unit(Unit), Context(Unit.Context) {}

  [[nodiscard]] Finding finding(StringRef Check) const;

private:
  [[nodiscard]] Place place(const Stmt *S) const { return placeOf(Context, S->getSourceRange()); }
  [[nodiscard]] std::string line(const Expr *E) const;
  [[nodiscard]] std::string coroutine() const;
  [[nodiscard]] std::string object() const;
  [[nodiscard]] std::string fate() const;
  [[nodiscard]] std::string uses() const;
  [[nodiscard]] std::string gone() const;
  [[nodiscard]] std::string closureMessage() const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] std::string mend() const;
  [[nodiscard]] std::string used() const;
  [[nodiscard]] Confidence sure() const;
  void notes(Finding &F) const;
  void fix(Finding &F) const;

  const Outlived &X;
  const UnitFacts &Unit;
  const ASTContext &Context;
};

std::string quoted(StringRef Name) { return ("'" + Name + "'").str(); }

std::string OutlivedReport::line(const Expr *E) const {
  const Place There = place(E), Here = place(X.Where);
  if (There.File != Here.File)
    return There.File + ":" + std::to_string(There.Line);
  return There.Line == Here.Line ? "this line" : "line " + std::to_string(There.Line);
}

std::string OutlivedReport::coroutine() const {
  const auto *Method = dyn_cast<CXXMethodDecl>(X.Coroutine);
  return Method && Method->getParent()->isLambda() ? "the lambda" : quoted(X.Coroutine->getNameAsString());
}

/// What the use is of: the capture, the member, the parameter.
std::string OutlivedReport::used() const {
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(X.Use))
    return quoted(Ref->getDecl()->getNameAsString());
  return "'this'";
}

std::string OutlivedReport::object() const {
  switch (X.Kind) {
  case Outlived::What::Closure:
    return X.Dies.Var ? X.Dies.Var->getNameAsString() : X.Use ? used().substr(1, used().size() - 2) : "lambda";
  case Outlived::What::Escaped: return used().substr(1, used().size() - 2);
  case Outlived::What::Self: return "this";
  case Outlived::What::Container: return X.Var->getNameAsString();
  case Outlived::What::Given: return X.Param->getNameAsString();
  default: break;
  }
  if (X.Dies.Var)
    return X.Dies.Var->getNameAsString();
  return X.Param ? X.Param->getNameAsString() : "temporary";
}

std::string OutlivedReport::fate() const {
  switch (X.Fate.K) {
  case TaskFate::Kind::InVariable:
    return (X.Fate.Container ? "the task goes into " : "the task is kept in ") +
           (X.Fate.Var->getIdentifier() && !X.Fate.Var->isImplicit() ? quoted(X.Fate.Var->getName())
                                                                     : "the range of the loop");
  case TaskFate::Kind::Stored: return "the task is stored";
  case TaskFate::Kind::Scoped: return "the task runs until its scope is joined";
  case TaskFate::Kind::Returned: return "the task is returned";
  case TaskFate::Kind::Detached: return "nobody waits for the task here";
  default: return {};
  }
}

std::string OutlivedReport::uses() const {
  if (!X.Use)
    return coroutine() + " may use it";
  return coroutine() + " uses it on " + line(X.Use);
}

std::string OutlivedReport::gone() const {
  return X.Dies.K == Referent::Kind::Temporary || X.Fate.K == TaskFate::Kind::Returned ? "is gone" : "may be gone";
}

std::string OutlivedReport::closureMessage() const {
  const std::string When = " when its coroutine uses " + used() + " on " + line(X.Use) + ": " + fate();
  if (X.Dropper)
    return "the captures are gone when the lambda uses " + used() + " on " + line(X.Use) + ": " +
           quoted(nameOfOperation(X.Dropper)) + " destroys the lambda once it has called it";
  if (X.Dies.K == Referent::Kind::Temporary)
    return "the lambda is a temporary, and is gone with its captures" + When;
  return quoted(X.Dies.Var->getNameAsString()) + " " + gone() + " with its captures" + When;
}

std::string OutlivedReport::message() const {
  const std::string Thing = X.Dies.Var                         ? quoted(X.Dies.Var->getNameAsString())
                            : X.Kind == Outlived::What::Object ? "this object, a temporary,"
                                                               : "this temporary";
  switch (X.Kind) {
  case Outlived::What::Closure: return closureMessage();
  case Outlived::What::Object: return Thing + " " + gone() + " when " + uses() + ": " + fate();
  case Outlived::What::Argument:
    return Thing + " " + gone() + " when " + uses() +
           (X.Param->getIdentifier() && !(X.Dies.Var && X.Dies.Var->getDeclName() == X.Param->getDeclName())
                ? " through " + quoted(X.Param->getName())
                : std::string()) +
           ": " + fate();
  case Outlived::What::Captured:
    return Thing + ", captured by reference, " + gone() + " when " + uses() + ": " + fate();
  case Outlived::What::Escaped:
    return "the captures may be gone when the lambda uses " + used() + " on " + line(X.Use) +
           ": nobody can await its coroutine, and it may outlive the lambda";
  case Outlived::What::Self:
    return "the object may be gone when " + coroutine() + " uses it" +
           (X.Use == X.Where ? std::string(" here") : " on " + line(X.Use)) +
           ": nobody waits for the coroutine, and it holds no reference to its object";
  case Outlived::What::Container:
    return "the other tasks in " + quoted(X.Var->getNameAsString()) + " go on when the loop is left, and " + Thing +
           ", to which they refer, may be gone";
  case Outlived::What::Given:
    return quoted(X.Param->getNameAsString()) + " may be gone when " + coroutine() +
           " uses it here: an rvalue reference keeps nothing alive";
  }
  return {};
}

std::string OutlivedReport::mend() const {
  switch (X.Kind) {
  case Outlived::What::Closure:
    if (X.Fate.Op && X.Dies.K == Referent::Kind::Temporary)
      if (const OpModel *Op = Unit.Library.op(X.Fate.Op); Op && Op->Callable == "kept")
        return "hand over the lambda itself, without calling it: " + quoted(nameOfOperation(X.Fate.Op)) + " keeps it";
    return "give the lambda parameters by value instead of captures, or await its task while the lambda lives";
  case Outlived::What::Escaped: return "copy what is needed into locals before the first suspension";
  case Outlived::What::Object: return "await the task while the object lives, or let the task own the object";
  case Outlived::What::Argument: return "take the parameter by value, or await the task while the argument lives";
  case Outlived::What::Captured: return "capture by value, or await the task before the variable goes";
  case Outlived::What::Self: return "keep 'shared_from_this()' in a local or in the parameters of the coroutine";
  case Outlived::What::Container: return "wait for all tasks before leaving";
  case Outlived::What::Given: return "take the parameter by value";
  }
  return {};
}

Confidence OutlivedReport::sure() const {
  switch (X.Kind) {
  case Outlived::What::Given: return Confidence::Low;
  case Outlived::What::Escaped:
  case Outlived::What::Self:
  case Outlived::What::Container: return Confidence::Medium;
  default: break;
  }
  const bool Certain = X.Dies.K == Referent::Kind::Temporary || X.Fate.K == TaskFate::Kind::Returned;
  return X.Use && Certain ? Confidence::High : Confidence::Medium;
}

void OutlivedReport::notes(Finding &F) const {
  if (X.Kind == Outlived::What::Captured && X.Made != X.Where)
    F.Notes.push_back({NoteRole::Task, "the task is made here", place(X.Made)});
  if (X.Kind == Outlived::What::Container)
    F.Notes.push_back({NoteRole::Task, "the task is made here, and refers to " + quoted(X.Dies.Var->getNameAsString()),
                       place(X.Made)});
  if (X.Kind == Outlived::What::Self && X.Made && !(X.Fate.Sink && X.Fate.Op))
    F.Notes.push_back({NoteRole::Task, "it is started here", place(X.Made)});
  if (X.Fate.Sink && (X.Fate.K == TaskFate::Kind::Detached || X.Fate.K == TaskFate::Kind::Scoped) && X.Fate.Op)
    F.Notes.push_back(
        {NoteRole::Task, quoted(nameOfOperation(X.Fate.Op)) + " starts it and goes on", place(X.Fate.Op)});
  if (X.Use && X.Use != X.Where)
    F.Notes.push_back({NoteRole::Task,
                       X.Lazy ? "used here; nothing of the coroutine runs before it is awaited or started"
                              : "used here, where the coroutine may have been suspended",
                       place(X.Use)});
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + mend(), F.Main});
}

/// `co_spawn(ex, [..] {..}(), ..)`: the call goes.
void OutlivedReport::fix(Finding &F) const {
  const auto *Call = dyn_cast_or_null<CallExpr>(X.Made);
  const auto *Lambda = dyn_cast_or_null<LambdaExpr>(X.Where ? strip(X.Where) : nullptr);
  if (X.Kind != Outlived::What::Closure || X.Fate.K != TaskFate::Kind::Detached || !Call || !Lambda ||
      Call->getNumArgs() != 1 || !X.Fate.Op || Call->getEndLoc().isMacroID() || Lambda->getBeginLoc().isMacroID())
    return;
  const OpModel *Op = Unit.Library.op(X.Fate.Op);
  if (!Op || Op->Callable != "kept")
    return;
  Place Whole = place(Call), Inner = place(Lambda);
  if (Inner.EndOffset >= Whole.EndOffset)
    return;
  Place Parentheses = Whole;
  Parentheses.Line = Inner.EndLine;
  Parentheses.Column = Inner.EndColumn;
  Parentheses.Offset = Inner.EndOffset;
  Parentheses.Range = CharSourceRange::getCharRange(Inner.Range.getEnd(), Whole.Range.getEnd());
  F.Fixes.push_back({Parentheses, ""});
}

Finding OutlivedReport::finding(StringRef Check) const {
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::outlived_state;
  F.Sure = sure();
  F.Message = message();
  F.Main = place(X.Where);
  F.Function = nameOfFunction(*X.Function);
  F.Object = object();
  notes(F);
  fix(F);
  return F;
}

Finding report(const LateMember &M, const ASTContext &Context, StringRef Check) {
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::outlived_state;
  F.Main = placeOf(Context, M.Write->getSourceRange());
  F.First = placeOf(Context, M.Published->getSourceRange());
  F.Function = nameOfFunction(*M.Function);
  F.Object = M.Member->getNameAsString();
  F.Message = quoted(F.Object) +
              " is set after other threads can have the awaiter: one may resume the coroutine before, without it";
  F.Notes.push_back({NoteRole::First, "the awaiter is put where others find it here", F.First});
  F.Notes.push_back({NoteRole::Mend, "to mend it: set all members first", F.Main});
  return F;
}

} // namespace

void DetachedLifetime::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  for (const Outlived &X : findOutlived(Unit))
    Sink(OutlivedReport(X, Unit).finding(name()));
  findLateMembers(Unit, [&](const LateMember &M) { Sink(report(M, Unit.Context, name())); });
}

} // namespace corace::checks
