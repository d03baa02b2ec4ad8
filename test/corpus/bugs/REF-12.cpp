// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// reference to a registry object (keyspace) fetched from a look-up function and used inside a lambda run after preemption
#include "mini.hpp"
namespace bad {
struct ks { bool tablets = false; }; struct db { std::map<std::string, ks> m; ks& find(const std::string& n) { return m.at(n); } void drop(const std::string& n) { m.erase(n); } };
struct gen { db& d; task<> apply(bool, int);
  task<> mutate(std::string n, std::vector<int> muts) { auto& k = d.find(n);
    co_await parallel_for_each(muts, [&](int m) -> task<> { co_await yield_now(); co_await apply(k.tablets, m); }); } }; // EXPECT REF
}
namespace good {
struct ks { bool tablets = false; }; struct db { std::map<std::string, ks> m; ks& find(const std::string& n) { return m.at(n); } void drop(const std::string& n) { m.erase(n); } };
struct gen { db& d; task<> apply(bool, int);
  task<> mutate(std::string n, std::vector<int> muts) { const bool tablets = d.find(n).tablets;
    co_await parallel_for_each(muts, [&](int m) -> task<> { co_await yield_now(); co_await apply(tablets, m); }); } };
}
