// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A coroutine is called but its task is not awaited: the body never runs.
// Verdict: corace-unawaited-task on the line that creates the task; reported by a run when the task is destroyed.

#include <corace/corace.h>

#include <cstdio>

corace::task<void> save(int record) {
  std::printf("record %d saved\n", record);
  co_return;
}

corace::task<void> update(int record) {
  [[maybe_unused]] auto forgotten = save(record); // should have been: co_await save(record);
  std::printf("record %d updated\n", record);
  co_return;
}

int main() { corace::run(update(7)); }
