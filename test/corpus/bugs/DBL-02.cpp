// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// close old writer, then (continuation) reset the optional; a concurrent close() closes it twice
#include "mini.hpp"
namespace bad {
struct wr { std::optional<conn> cur; void alloc() { cur.emplace(); }
  task<> switch_writer() { if (cur) { co_await cur->close(); cur = std::nullopt; } alloc(); } // EXPECT DBL
  task<> close() { if (cur) co_await cur->close(); } };
}
namespace good {
struct wr { std::optional<conn> cur; void alloc() { cur.emplace(); }
  task<> switch_writer() { if (cur) { auto w = std::exchange(cur, std::nullopt); co_await w->close(); } alloc(); }
  task<> close() { if (cur) { auto w = std::exchange(cur, std::nullopt); co_await w->close(); } } };
}
