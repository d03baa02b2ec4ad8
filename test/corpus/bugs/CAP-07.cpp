// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// async generator lambda invoked via a helper that keeps the functor only until the generator object dies, but its cleanup coroutine still uses the captures
#include "mini.hpp"
namespace bad {
struct gen { task<int> next(); task<> cleanup(); };
template<class F> task<> co_invoke_gen(F f) { gen g = f(); co_await g.next(); spawn(g.cleanup()); } // EXPECT CAP
struct user { int res = 0; gen make(int*); task<> go() { co_await co_invoke_gen([this] { return make(&res); }); } };
}
namespace good {
struct gen { task<int> next(); task<> cleanup(); };
template<class F> task<> co_invoke_gen(F f) { gen g = f(); co_await g.next(); co_await g.cleanup(); }
struct user { int res = 0; gen make(int*); task<> go() { co_await co_invoke_gen([this] { return make(&res); }); } };
}
