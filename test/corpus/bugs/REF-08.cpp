// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fence map: iterator found, replicate awaited, then used for insert-or-update decision
#include "mini.hpp"
namespace bad {
struct grp { std::unordered_map<int,int> fence; task<> replicate(int);
  task<int> begin_tx(int pid, int ep) { auto it = fence.find(pid); if (it != fence.end() && ep < it->second) co_return -1;
    co_await replicate(ep);
    if (it == fence.end()) fence.emplace(pid, ep); else it->second = ep; // EXPECT REF
    co_return 0; } };
}
namespace good {
struct grp { std::unordered_map<int,int> fence; task<> replicate(int);
  task<int> begin_tx(int pid, int ep) { auto it = fence.find(pid); if (it != fence.end() && ep < it->second) co_return -1;
    co_await replicate(ep);
    it = fence.find(pid); if (it == fence.end()) fence.emplace(pid, ep); else if (ep >= it->second) it->second = ep;
    co_return 0; } };
}
