// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// select candidates, then a deferring point, then mark them busy
#include "mini.hpp"
namespace bad {
struct cm { std::set<int> files, busy; task<> rewrite_one(int);
  std::vector<int> candidates() { std::vector<int> v; for (int f : files) if (!busy.contains(f)) v.push_back(f); return v; }
  task<> rewrite() { auto v = candidates();
    co_await yield_now();
    for (int f : v) busy.insert(f); // EXPECT CTA
    for (int f : v) co_await rewrite_one(f); } };
}
namespace good {
struct cm { std::set<int> files, busy; task<> rewrite_one(int);
  std::vector<int> candidates() { std::vector<int> v; for (int f : files) if (!busy.contains(f)) v.push_back(f); return v; }
  task<> rewrite() { co_await yield_now(); auto v = candidates(); for (int f : v) busy.insert(f); for (int f : v) co_await rewrite_one(f); } };
}
