// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// coroutine takes a struct by const& ; caller passes a temporary/stack object that dies before resumption
#include "mini.hpp"
namespace bad {
struct header { int version = 0; };
struct parser { task<std::string> read(int);
  task<int> async_read(const header& h) { auto s = co_await read(1);
    co_return h.version; } // EXPECT CAP
  task<int> start() { header h{2}; return async_read(h); } };
}
namespace good {
struct header { int version = 0; };
struct parser { task<std::string> read(int);
  task<int> async_read(header h) { auto s = co_await read(1);
    co_return h.version; }
  task<int> start() { header h{2}; return async_read(h); } };
}
