// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// range-for over a member vector/deque with a conditional await in one branch
#include "mini.hpp"
namespace bad {
struct seg { long ts = 0; task<long> mtime(); };
struct log { std::vector<std::shared_ptr<seg>> segs; void roll() { segs.push_back(std::make_shared<seg>()); }
  task<> adjust() { for (const auto& s : segs) { if (s->ts > 100) { auto t = co_await s->mtime(); // EXPECT REF
        s->ts = t; } else break; } } };
}
namespace good {
struct seg { long ts = 0; task<long> mtime(); };
struct log { std::vector<std::shared_ptr<seg>> segs; void roll() { segs.push_back(std::make_shared<seg>()); }
  task<> adjust() { std::vector<std::shared_ptr<seg>> bogus; for (const auto& s : segs) { if (s->ts > 100) bogus.push_back(s); else break; }
    for (const auto& s : bogus) { auto t = co_await s->mtime(); s->ts = t; } } };
}
