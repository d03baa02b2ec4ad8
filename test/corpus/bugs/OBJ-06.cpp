// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// awaited call on an object owned by a service that can be drained/destroyed; caller did not enter the service's gate
#include "mini.hpp"
namespace bad {
struct raft { task<> read_barrier(); };
struct g0 { std::unique_ptr<raft> srv; gate g; gate::holder hold_gate() { return g.hold(); } raft& server() { return *srv; }
  task<> abort_and_drain() { co_await g.close(); srv.reset(); } };
struct ss { g0& group; task<> load_stats() { co_await group.server().read_barrier(); } }; // EXPECT OBJ
}
namespace good {
struct raft { task<> read_barrier(); };
struct g0 { std::unique_ptr<raft> srv; gate g; gate::holder hold_gate() { return g.hold(); } raft& server() { return *srv; }
  task<> abort_and_drain() { co_await g.close(); srv.reset(); } };
struct ss { g0& group; task<> load_stats() { auto h = group.hold_gate(); co_await group.server().read_barrier(); } };
}
