// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/Check.h"

#include "checks/CheckAwaitAct.h"
#include "checks/HostileLock.h"
#include "checks/IneffectiveLock.h"
#include "checks/LockOrder.h"
#include "checks/ReadAwaitWrite.h"
#include "checks/ReferenceAcrossAwait.h"
#include "checks/ThreadLocalUse.h"
#include "checks/UnawaitedTask.h"
#include "checks/UnobservedFailure.h"
#include "checks/WriteAwaitRead.h"

namespace corace::checks {

Check::~Check() = default;

void Check::check(const CoroutineFacts &, llvm::function_ref<void(Finding)>) const {}
void Check::checkUnit(const UnitFacts &, llvm::function_ref<void(Finding)>) const {}

llvm::ArrayRef<const Check *> allChecks() {
  static const ReadAwaitWrite TheReadAwaitWrite;
  static const CheckAwaitAct TheCheckAwaitAct;
  static const WriteAwaitRead TheWriteAwaitRead;
  static const ReferenceAcrossAwait TheReferenceAcrossAwait;
  static const IneffectiveLock TheIneffectiveLock;
  static const LockOrder TheLockOrder;
  static const UnawaitedTask TheUnawaitedTask;
  static const HostileLock TheHostileLock;
  static const ThreadLocalUse TheThreadLocalUse;
  static const UnobservedFailure TheUnobservedFailure;
  // The order is also that of precedence: of two findings on one second access the first check's is kept.
  static const Check *const All[] = {
      &TheReadAwaitWrite, &TheCheckAwaitAct, &TheWriteAwaitRead, &TheReferenceAcrossAwait, &TheIneffectiveLock,
      &TheLockOrder,      &TheUnawaitedTask, &TheHostileLock,    &TheThreadLocalUse,       &TheUnobservedFailure};
  return All;
}

const Check *findCheck(llvm::StringRef Name) {
  Name.consume_front("corace-");
  for (const Check *C : allChecks())
    if (C->name().drop_front(7) == Name)
      return C;
  return nullptr;
}

} // namespace corace::checks
