// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/LockOrder.h"

#include "checks/Report.h"
#include "checks/analysis/LockOrders.h"

#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corace::checks {

llvm::StringRef LockOrder::summary() const {
  return "Finds locks that a coroutine waits for while it holds what others need to give them back.";
}

llvm::StringRef LockOrder::details() const {
  return R"(Locks of coroutines are not recursive: who asks for one that it holds waits for itself, and never goes on.

    task<> flush() {
      auto lock = co_await mutex.scoped_lock();
      co_await write(buffer);
    }
    task<> close() {
      auto lock = co_await mutex.scoped_lock();
      co_await flush();                         // reported: 'flush' takes 'mutex' again
    }

    task<> flush_locked();                      // to mend it: expects that the lock is held

Two locks that one coroutine takes in one order and another in the other end the same way as soon as each has its first.
Take them in one order everywhere, or both under a third. Three and more in a circle are the same trouble.

Not found: locks of which nobody can say whether they are the same, tasks that wait for
each other by other means than locks. Tries that do not wait, readers beside readers and semaphores with units left are
fine.
)";
}

namespace {

std::string quoted(const AccessPath &P) { return "'" + P.spelling() + "'"; }

std::string functionName(const FunctionDecl &F) {
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F); Method && Method->getParent()->isLambda())
    return "the lambda";
  return "'" + F.getNameAsString() + "'";
}

Finding report(const LockTrouble &T, const ASTContext &Context, StringRef Check) {
  const LockStep &S = T.Step;
  auto place = [&](const Expr *E) { return placeOf(Context, E->getSourceRange()); };
  Finding F;
  F.Check = Check.str();
  F.Kind = race_kind::lock_order;
  F.Sure = T.Sure;
  F.Main = place(S.Site);
  F.First = place(S.HeldBy->Site);
  F.Function = nameOfFunction(*S.Function);
  F.Object = S.Asked.spelling();
  const bool Inside = S.AskedBy->Site != S.Site, Again = T.Others.empty();
  F.Notes.push_back({NoteRole::Lock, quoted(S.Held) + " is taken here", F.First});
  if (Inside)
    F.Notes.push_back({NoteRole::Lock,
                       functionName(*S.Where) + " asks for " + (Again ? "it again here" : quoted(S.Asked) + " here"),
                       place(S.AskedBy->Site)});
  if (Again) {
    F.Message = Inside
                    ? functionName(*S.Where) + " takes " + quoted(S.Asked) +
                          ", which is held here: the task waits for itself and never goes on"
                    : quoted(S.Asked) + " is taken again while it is held: the task waits for itself and never goes on";
    F.Notes.push_back(
        {NoteRole::Mend,
         Inside ? "to mend it: give the lock back before this call, or call a variant that expects it to be held"
                : "to mend it: give the lock back first, or go on with the one that is held",
         F.Main});
    return F;
  }
  if (T.Others.size() == 1)
    F.Message = quoted(S.Asked) + " is asked for while " + quoted(S.Held) + " is held, and " +
                functionName(*T.Others.front().Function) +
                " takes them the other way round: the two may wait for each other for ever";
  else
    F.Message = quoted(S.Asked) + " is asked for while " + quoted(S.Held) + " is held, and " +
                functionName(*T.Others.front().Function) + " takes it before " + quoted(T.Others.front().Asked) + ": " +
                std::to_string(T.Others.size() + 1) + " tasks may wait for each other in a circle, for ever";
  for (const LockStep &R : T.Others) {
    F.Notes.push_back({NoteRole::Rival, functionName(*R.Function) + " takes " + quoted(R.Held) + " first, here",
                       place(R.HeldBy->Site)});
    F.Notes.push_back({NoteRole::Rival, "and then asks for " + quoted(R.Asked), place(R.Site)});
  }
  F.Notes.push_back({NoteRole::Mend,
                     T.Others.size() == 1 ? "to mend it: take the two in the same order everywhere"
                                          : "to mend it: take them in one order everywhere",
                     F.Main});
  return F;
}

} // namespace

void LockOrder::checkUnit(const UnitFacts &Unit, llvm::function_ref<void(Finding)> Sink) const {
  for (const LockTrouble &T : findLockTroubles(Unit))
    Sink(report(T, Unit.Context, name()));
}

} // namespace corace::checks
