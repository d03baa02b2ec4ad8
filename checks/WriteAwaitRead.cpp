// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/WriteAwaitRead.h"

#include "checks/Report.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef WriteAwaitRead::summary() const {
  return "Finds a global that is set to a task's own value before a suspension and read after it.";
}

llvm::StringRef WriteAwaitRead::details() const {
  return R"(Every task that runs during the suspension may set it to a value of its own.

    current_request = id;            // mine
    co_await handle();               // other tasks set it, too
    log(current_request);            // reported: theirs?

Pass the value as an argument, keep it in a local, or use a variable that belongs to the task
(corace::context_var).

Not reported: members, constants (`state = running`), a value that is compared after the await.
)";
}

namespace {

/// The value comes from the task: a local or a parameter takes part in it.
bool isOwnValue(const Stmt *S) {
  if (!S)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && !Var->hasGlobalStorage())
      return true;
  for (const Stmt *Child : childrenOf(*S))
    if (isOwnValue(Child))
      return true;
  return false;
}

const Expr *assignedValue(const Expr *Site) {
  if (const auto *Op = dyn_cast<BinaryOperator>(Site))
    return Op->getRHS();
  const auto *Call = dyn_cast<CXXOperatorCallExpr>(Site);
  return Call && Call->getNumArgs() == 2 ? Call->getArg(1) : nullptr;
}

/// The value is compared with something: the code looks whether it is still its own.
bool isCompared(const CoroutineFacts &Facts, const Expr *Read) {
  for (const Stmt *S = Read; S && isa<Expr>(S);) {
    if (const auto *Op = dyn_cast<BinaryOperator>(S); Op && Op->isComparisonOp())
      return true;
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(S); Op && Op->isComparisonOp())
      return true;
    auto It = Facts.Parents.find(S);
    S = It == Facts.Parents.end() ? nullptr : It->second;
  }
  return false;
}

} // namespace

void WriteAwaitRead::check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const {
  llvm::DenseSet<unsigned> Said; // one window for each write: later reads tell nothing new
  for (const Window &W : Facts.Windows) {
    if (W.How != Dependence::Identity || !isOwnValue(assignedValue(Facts.Facts[W.First].Site)) ||
        isCompared(Facts, W.Second) || !Said.insert(W.First).second)
      continue;
    WindowReport R(Facts, W);
    Finding F =
        R.finding(name(), race_kind::state_bleed,
                  R.object() + " may hold another task's value: set on " + R.line(R.First) +
                      ", and other tasks can run at " + R.suspension(),
                  "set here",
                  "pass the value on as an argument, or keep it in a local or in a variable of the task's own context");
    // What a function reads that is called may as well be a setting: only where somebody else sets it in sight.
    if (W.Inside && F.Sure != Confidence::High)
      F.Sure = Confidence::Low;
    Sink(std::move(F));
  }
}

} // namespace corace::checks
