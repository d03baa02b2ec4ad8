// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/ReadAwaitWrite.h"

#include "checks/Repairs.h"
#include "checks/Report.h"

namespace corace::checks {

llvm::StringRef ReadAwaitWrite::summary() const {
  return "Finds shared state that is read before a suspension and written after it with a value that comes from that "
         "read.";
}

llvm::StringRef ReadAwaitWrite::details() const {
  return R"(What another task writes during the suspension is lost.

    int value = shared_counter;      // read
    co_await sleep_for(0s);          // any other task may run here
    shared_counter = value + 1;      // reported: their update is lost

Any of these mends it:

    co_await sleep_for(0s);          // await first, then read and write in one step
    shared_counter += 1;

    auto guard = co_await lock.lock();   // one lock over the read, the await and the write
    int value = shared_counter;
    co_await sleep_for(0s);
    shared_counter = value + 1;

    while (!shared_atomic.compare_exchange_weak(value, value + delta)) {}

Not reported: state that only this coroutine can reach, awaits that never suspend, `x += co_await f()` (the
right-hand side is evaluated first), a value that is read and then not written back, a write that a comparison of
old and new value decides.
)";
}

void ReadAwaitWrite::check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const {
  for (const Window &W : Facts.Windows) {
    if (W.How != Dependence::Value && W.How != Dependence::Snapshot)
      continue;
    WindowReport R(Facts, W);
    std::string Carrier = R.carrier();
    std::string Into = Carrier.empty() ? "" : " into '" + Carrier + "'";
    if (W.How == Dependence::Snapshot) {
      Sink(R.finding(name(), race_kind::lost_update,
                     "this may throw away what other tasks put into " + R.object() + ": it was copied on " +
                         R.line(R.First) + ", and other tasks can run at " + R.suspension(),
                     "copied here" + Into,
                     "take the content away in one step before the await (std::exchange, std::move), or hold one async "
                     "mutex from " +
                         R.line(R.First) + " to " + R.line(R.Second)));
      continue;
    }
    Finding F = R.finding(name(), race_kind::lost_update,
                          R.object() + " may be overwritten with a stale value: read on " + R.line(R.First) +
                              ", and other tasks can run at " + R.suspension(),
                          "read here" + Into,
                          "read " + R.object() +
                              " after the await and write it in the same step, or hold one async mutex over "
                              "the read, the await and the write");
    F.Fixes = hoistAwait(Facts, W);
    Sink(std::move(F));
  }
}

} // namespace corace::checks
