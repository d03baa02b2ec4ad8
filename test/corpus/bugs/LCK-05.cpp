// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// async iteration over a member map under 'exclusive' assumption; synchronous callback from another component erases
#include "mini.hpp"
namespace bad {
struct stm { std::map<int, std::shared_ptr<conn>> producers; async_rwlock st;
  void on_evicted(int pid) { producers.erase(pid); }
  task<> reset() { for (auto& [id, p] : producers) co_await p->close(); // EXPECT LCK
    producers.clear(); }
  task<> apply_snapshot() { auto u = co_await st.write(); co_await reset(); } };
}
namespace good {
struct stm { std::map<int, std::shared_ptr<conn>> producers; async_rwlock st; std::deque<int> evicted;
  void on_evicted(int pid) { evicted.push_back(pid); }
  task<> cleanup() { while (!evicted.empty()) { int pid = evicted.front(); evicted.pop_front(); auto u = co_await st.read(); producers.erase(pid); } }
  task<> reset() { for (auto& [id, p] : producers) co_await p->close();
    producers.clear(); }
  task<> apply_snapshot() { auto u = co_await st.write(); co_await reset(); } };
}
