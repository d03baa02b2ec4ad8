// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// process a member map entry and erase it after the await; additions made meanwhile for the same key vanish
#include "mini.hpp"
namespace bad {
struct gen { std::map<int, std::vector<int>> pending; task<> process(std::vector<int>);
  void add(int t, int s) { pending[t].push_back(s); }
  task<> loop() { while (!pending.empty()) { auto it = pending.begin();
      auto batch = std::exchange(it->second, {});
      co_await process(std::move(batch));
      pending.erase(it); } } // EXPECT LU
};
}
namespace good {
struct gen { std::map<int, std::vector<int>> pending; task<> process(std::vector<int>);
  void add(int t, int s) { pending[t].push_back(s); }
  task<> loop() { while (!pending.empty()) { auto all = std::exchange(pending, {}); for (auto& [t, v] : all) co_await process(std::move(v)); } } };
}
