// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// mutex guards only the INITIATION of an async write; the operation itself is still in flight when the lock is released
#include "mini.hpp"
namespace bad {
struct ws { conn c; std::mutex m; task<> write_all(std::string s) { task<> op = [&] { std::lock_guard l(m); return c.send(s); }(); co_await op; } }; // EXPECT TLS
}
namespace good {
struct ws { conn c; async_mutex m; task<> write_all(std::string s) { auto u = co_await m.lock(); co_await c.send(s); } };
}
