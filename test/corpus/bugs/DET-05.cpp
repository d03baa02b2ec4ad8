// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// first operation's future stored; the state it mutates is read before it is awaited
#include "mini.hpp"
namespace bad {
struct stm { std::vector<int> aborted; task<> offload(); void fill(std::vector<int>& o) { o = aborted; } task<> write(std::vector<int>);
  task<> snapshot() { auto f = offload();
    std::vector<int> s; fill(s); // EXPECT DET
    co_await f; co_await write(s); } };
task<> stm::offload() { auto v = aborted; co_await io(); aborted.clear(); }
}
namespace good {
struct stm { std::vector<int> aborted; task<> offload(); void fill(std::vector<int>& o) { o = aborted; } task<> write(std::vector<int>);
  task<> snapshot() { co_await offload();
    std::vector<int> s; fill(s);
    co_await write(s); } };
task<> stm::offload() { auto v = aborted; co_await io(); aborted.clear(); }
}
