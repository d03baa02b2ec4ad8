// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// raw pointer from a member unique_ptr captured in a deferred action that runs after awaits
#include "mini.hpp"
namespace bad {
struct arch { task<> prepare(); void complete(); };
struct part { std::unique_ptr<arch> a; task<> do_transfer(); void reset() { a.reset(); a = std::make_unique<arch>(); }
  task<> transfer() { if (!a) co_return; arch* raw = a.get();
    co_await raw->prepare(); co_await do_transfer();
    raw->complete(); } }; // EXPECT OBJ
}
namespace good {
struct arch { task<> prepare(); void complete(); };
struct part { std::unique_ptr<arch> a; task<> do_transfer(); void reset() { a.reset(); a = std::make_unique<arch>(); }
  task<> transfer() { if (!a) co_return;
    co_await a->prepare(); co_await do_transfer();
    if (a) a->complete(); } };
}
