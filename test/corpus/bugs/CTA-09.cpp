// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// helper 'maybe_wait()' combines the check and the (possibly not suspending) await; even a ready co_await may preempt before the act
#include "mini.hpp"
namespace bad {
struct reader { bool evicted = false; task<> readmit(); void recreate();
  task<> maybe_wait() { if (evicted) co_await readmit(); }
  task<> resume() { co_await maybe_wait();
    recreate(); } // EXPECT CTA
};
}
namespace good {
struct reader { bool evicted = false; task<> readmit(); void recreate();
  task<> resume() { if (evicted) co_await readmit(); recreate(); } };
}
