// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// reader: stop() destroys the parser that a suspended read_some() is using (no gate)
#include "mini.hpp"
namespace bad {
struct reader { std::unique_ptr<conn> parser; gate g;
  task<std::string> read_some() { if (!parser) parser = std::make_unique<conn>();
    auto s = co_await parser->recv(); co_await parser->send("ack"); co_return s; } // EXPECT OBJ
  task<> stop() { if (parser) { co_await parser->close(); parser.reset(); } } };
}
namespace good {
struct reader { std::unique_ptr<conn> parser; gate g;
  task<std::string> read_some() { auto h = g.hold(); if (!parser) parser = std::make_unique<conn>();
    auto s = co_await parser->recv(); co_await parser->send("ack"); co_return s; }
  task<> stop() { co_await g.close(); if (parser) { co_await parser->close(); parser.reset(); } } };
}
