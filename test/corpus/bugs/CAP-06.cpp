// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// by-value capture of a lambda coroutine run on another shard/executor used after a yield inside a loop
#include "mini.hpp"
namespace bad {
struct dbx { std::vector<std::string> tables; template<class F> task<> map_reduce(F f);
  task<> snap(std::string ks) { co_await map_reduce([ks](dbx& d) -> task<> { for (size_t i = 0; i < d.tables.size(); ++i) { if (d.tables[i] == ks) co_await io(); } }); } }; // EXPECT CAP
}
namespace good {
struct dbx { std::vector<std::string> tables; template<class F> task<> map_reduce(F f);
  task<> snap(std::string ks_) { co_await map_reduce([ks_](dbx& d) -> task<> { auto ks = ks_; for (size_t i = 0; i < d.tables.size(); ++i) { if (d.tables[i] == ks) co_await io(); } }); } };
}
