// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// start/stop/reset of an owned component from several coroutines without mutual exclusion
#include "mini.hpp"
namespace bad {
struct part { std::unique_ptr<conn> arch; task<> start_arch(); 
  task<> start() { if (!arch) { arch = std::make_unique<conn>(); co_await start_arch(); } }
  task<> update_cfg() { if (arch) { co_await arch->close(); arch.reset(); } // EXPECT DBL
    arch = std::make_unique<conn>(); co_await start_arch(); }
  task<> stop() { if (arch) co_await arch->close(); } };
}
namespace good {
struct part { std::unique_ptr<conn> arch; async_mutex mu; task<> start_arch();
  task<> start() { auto u = co_await mu.lock(); if (!arch) { arch = std::make_unique<conn>(); co_await start_arch(); } }
  task<> update_cfg() { auto u = co_await mu.lock(); if (arch) { co_await arch->close(); arch.reset(); }
    arch = std::make_unique<conn>(); co_await start_arch(); }
  task<> stop() { auto u = co_await mu.lock(); if (arch) co_await arch->close(); } };
}
