// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// snapshot of the set taken before the deletion lock instead of under it
#include "mini.hpp"
namespace bad {
struct sst { task<std::string> files(); };
struct tbl { std::vector<std::shared_ptr<sst>> set; async_mutex del;
  task<> snap(std::vector<std::string>& out) { auto s = set;
    auto u = co_await del.lock();
    for (auto& x : s) out.push_back(co_await x->files()); } // EXPECT LCK
  task<> compact() { auto u = co_await del.lock(); set.clear(); } };
}
namespace good {
struct sst { task<std::string> files(); };
struct tbl { std::vector<std::shared_ptr<sst>> set; async_mutex del;
  task<> snap(std::vector<std::string>& out) { auto u = co_await del.lock();
    auto s = set; for (auto& x : s) out.push_back(co_await x->files()); }
  task<> compact() { auto u = co_await del.lock(); set.clear(); } };
}
