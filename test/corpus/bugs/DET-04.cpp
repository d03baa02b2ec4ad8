// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// N tasks started, awaited sequentially; early return/throw on the first error abandons the rest, which hold references to caller state
#include "mini.hpp"
namespace bad {
struct ex { task<int> prev_size(const std::string& state, int k);
  task<int> batch(std::string state, std::vector<int> ks) { std::vector<task<int>> fs; for (int k : ks) fs.push_back(prev_size(state, k));
    int n = 0; for (auto& f : fs) { int r = co_await f; if (r < 0) co_return -1; n += r; } // EXPECT DET
    co_return n; } };
}
namespace good {
struct ex { task<int> prev_size(const std::string& state, int k); task<std::vector<int>> all(std::vector<task<int>>);
  task<int> batch(std::string state, std::vector<int> ks) { std::vector<task<int>> fs; for (int k : ks) fs.push_back(prev_size(state, k));
    auto rs = co_await all(std::move(fs)); int n = 0; for (int r : rs) { if (r < 0) co_return -1; n += r; }
    co_return n; } };
}
