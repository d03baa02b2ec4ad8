// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// completion object's promise reused after its future was consumed without re-initialising it
#include "mini.hpp"
namespace bad {
struct promise { std::optional<int> st; task<> get_future(); };
struct fd { promise pr; void submit(); task<> poll() { submit(); co_await pr.get_future(); } // EXPECT AWT
  task<> loop() { for (;;) co_await poll(); } };
}
namespace good {
struct promise { std::optional<int> st; task<> get_future(); };
struct fd { promise pr; void submit(); task<> poll() { pr = promise{}; submit(); co_await pr.get_future(); }
  task<> loop() { for (;;) co_await poll(); } };
}
