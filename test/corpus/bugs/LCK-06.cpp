// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// range lock returned by a helper is dropped before the second lock is acquired (temporary lifetime)
#include "mini.hpp"
namespace bad {
struct cache { task<units> evict_range(); };
struct seg { cache& c; async_rwlock lk; task<> do_release();
  task<> release() { co_await c.evict_range();
    auto w = co_await lk.write(); // EXPECT LCK
    co_await do_release(); } };
}
namespace good {
struct cache { task<units> evict_range(); };
struct seg { cache& c; async_rwlock lk; task<> do_release();
  task<> release() { units w; { auto r = co_await c.evict_range();
      w = co_await lk.write(); }
    co_await do_release(); } };
}
