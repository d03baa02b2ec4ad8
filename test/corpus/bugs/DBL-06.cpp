// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// stop() awaits gate close, then closes parser; second stop() passes the same checks
#include "mini.hpp"
namespace bad {
struct rd { gate g; std::unique_ptr<conn> parser; bool stopped = false;
  task<> stop() { co_await g.close(); if (parser) { co_await parser->close(); parser.reset(); } // EXPECT DBL
    stopped = true; } };
}
namespace good {
struct rd { gate g; std::unique_ptr<conn> parser; bool stopped = false;
  task<> stop() { if (std::exchange(stopped, true)) co_return; co_await g.close(); if (auto p = std::move(parser)) co_await p->close(); } };
}
