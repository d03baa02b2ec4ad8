// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// parallel merge into one accumulator: the merge itself can suspend, so two fibers merge from the same base
#include "mini.hpp"
namespace bad {
struct agg { std::string acc; task<std::string> merge(std::string a, std::string b);
  task<> add_node(int n) { std::string part = co_await download(n);
    std::string base = acc;
    base = co_await merge(std::move(base), part);
    acc = std::move(base); } // EXPECT LU
  task<> run(std::vector<int> nodes) { co_await parallel_for_each(nodes, [this](int n) { return add_node(n); }); } };
}
namespace good {
struct agg { std::string acc; task<std::string> merge(std::string a, std::string b);
  task<> add_node(int n) { std::string part = co_await download(n);
    while (!acc.empty()) { auto prev = std::exchange(acc, {}); part = co_await merge(std::move(part), std::move(prev)); }
    acc = std::move(part); }
  task<> run(std::vector<int> nodes) { co_await parallel_for_each(nodes, [this](int n) { return add_node(n); }); } };
}
