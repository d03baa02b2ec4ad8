// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// std::mutex held across a coroutine suspension: completion needs the same mutex, may resume on another thread
#include "mini.hpp"
namespace bad {
struct client { std::mutex m; event done; bool fin = false; void finish() { std::lock_guard l(m); fin = true; done.set(); }
  task<> wait() { std::unique_lock l(m); if (!fin) co_await done.wait(); } }; // EXPECT TLS
}
namespace good {
struct client { std::mutex m; event done; bool fin = false; void finish() { std::lock_guard l(m); fin = true; done.set(); }
  task<> wait() { { std::unique_lock l(m); if (fin) co_return; } co_await done.wait(); } };
}
