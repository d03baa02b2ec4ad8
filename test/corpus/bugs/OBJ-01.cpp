// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fire-and-forget member coroutine uses `this` after resume_background without holding a strong/weak reference
#include "mini.hpp"
namespace bad {
struct host : std::enable_shared_from_this<host> { std::shared_ptr<conn> peasant; int desk = 0;
  fire_and_forget notify_activate() { co_await bg_thread();
    co_await peasant->send(std::to_string(desk)); } // EXPECT OBJ
};
}
namespace good {
struct host : std::enable_shared_from_this<host> { std::shared_ptr<conn> peasant; int desk = 0;
  fire_and_forget notify_activate() { auto weak = weak_from_this(); co_await bg_thread(); auto strong = weak.lock(); if (!strong) co_return;
    co_await peasant->send(std::to_string(desk)); } };
}
