// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// paired values: pick object before/at an await, read its companion attribute after it
#include "mini.hpp"
namespace bad {
struct view { long manifest_start = 0; task<int> materialize(long q); };
struct cursor { view& v; int current = 0; long start = 0;
  task<> seek(long q) { int m = co_await v.materialize(q);
    current = m; start = v.manifest_start; } // EXPECT LU
};
}
namespace good {
struct view { long manifest_start = 0; task<int> materialize(long q); };
struct cursor { view& v; int current = 0; long start = 0;
  task<> seek(long q) { long s = v.manifest_start; int m = co_await v.materialize(q); current = m; start = s; } };
}
