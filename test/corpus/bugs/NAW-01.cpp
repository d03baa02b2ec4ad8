// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lock future stored in a variable, co_await forgotten: no mutual exclusion (and [[nodiscard]] silenced)
#include "mini.hpp"
namespace bad {
struct kv { std::map<int,int> m; async_rwlock snap; task<std::map<int,int>> read();
  task<> apply_snapshot() { auto u = snap.write(); // EXPECT NAW
    auto s = co_await read(); m = std::move(s); } };
}
namespace good {
struct kv { std::map<int,int> m; async_rwlock snap; task<std::map<int,int>> read();
  task<> apply_snapshot() { auto u = co_await snap.write();
    auto s = co_await read(); m = std::move(s); } };
}
