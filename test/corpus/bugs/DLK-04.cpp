// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// stop() awaits a worker that awaits a quorum that can only be unblocked by services stopped later
#include "mini.hpp"
namespace bad {
struct svc { gate g; event quorum; task<> worker() { auto h = g.hold(); co_await quorum.wait(); }
  task<> stop() { co_await g.close(); quorum.set(); } }; // EXPECT DLK
}
namespace good {
struct svc { gate g; event quorum; task<> worker() { auto h = g.hold(); co_await quorum.wait(); }
  task<> stop() { quorum.set(); co_await g.close(); } };
}
