// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// iterate a module-level dict with await in the loop body
#include "mini.hpp"
namespace bad {
std::unordered_map<std::string,int>& chargers(); task<int> query(std::string);
struct poll { task<> fetch() { for (auto& [name, v] : chargers()) v = co_await query(name); } // EXPECT REF
};
}
namespace good {
std::unordered_map<std::string,int>& chargers(); task<int> query(std::string);
struct poll { task<> fetch() { std::vector<std::string> names; for (auto& [n, v] : chargers()) names.push_back(n);
    for (auto& n : names) { int r = co_await query(n); if (auto it = chargers().find(n); it != chargers().end()) it->second = r; } } };
}
