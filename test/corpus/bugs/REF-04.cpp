// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// explicit iterator loop over a shared manifest + find() in a second container, await in the body
#include "mini.hpp"
namespace bad {
struct rseg { task<int> tx(); };
struct part { std::map<long,int>& manifest; std::map<long, std::shared_ptr<rseg>> segs;
  task<int> aborted(long from) { int n = 0;
    for (auto it = manifest.lower_bound(from); it != manifest.end(); ++it) { auto m = segs.find(it->first);
      n += co_await m->second->tx(); } // EXPECT REF
    co_return n; } };
}
namespace good {
struct rseg { task<int> tx(); };
struct part { std::map<long,int>& manifest; std::map<long, std::shared_ptr<rseg>> segs;
  task<int> aborted(long from) { int n = 0; std::vector<std::shared_ptr<rseg>> v;
    for (auto it = manifest.lower_bound(from); it != manifest.end(); ++it) v.push_back(segs.find(it->first)->second);
    for (auto& s : v) n += co_await s->tx();
    co_return n; } };
}
