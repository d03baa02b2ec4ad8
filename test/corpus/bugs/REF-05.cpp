// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// reference to a btree element captured before an await and assigned through after it
#include "mini.hpp"
namespace bad {
struct part { std::map<long, std::shared_ptr<conn>> segs; task<std::shared_ptr<conn>> materialize(long);
  task<> touch(long k) { auto& st = segs[k];
    st = co_await materialize(k); // EXPECT REF
  } };
}
namespace good {
struct part { std::map<long, std::shared_ptr<conn>> segs; task<std::shared_ptr<conn>> materialize(long);
  task<> touch(long k) { auto p = co_await materialize(k); segs.insert_or_assign(k, p); } };
}
