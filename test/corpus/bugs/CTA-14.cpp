// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expensive work first, then lock acquisition, but objects may have been closed meanwhile: missing is_closed re-check under the locks
#include "mini.hpp"
namespace bad {
struct seg { bool closed = false; async_rwlock lk; task<> swap_in(std::string); };
struct log { task<std::string> compact(std::vector<std::shared_ptr<seg>>&);
  task<> compact_adjacent(std::vector<std::shared_ptr<seg>> v) { for (auto& s : v) if (s->closed) co_return;
    auto f = co_await compact(v);
    auto u = co_await v[0]->lk.write();
    co_await v[0]->swap_in(f); } // EXPECT CTA
};
}
namespace good {
struct seg { bool closed = false; async_rwlock lk; task<> swap_in(std::string); };
struct log { task<std::string> compact(std::vector<std::shared_ptr<seg>>&);
  task<> compact_adjacent(std::vector<std::shared_ptr<seg>> v) {
    auto f = co_await compact(v);
    auto u = co_await v[0]->lk.write(); for (auto& s : v) if (s->closed) throw std::runtime_error("closed");
    co_await v[0]->swap_in(f); } };
}
