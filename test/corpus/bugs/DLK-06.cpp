// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// cancelled waiter had already been granted the slot: grant lost, everyone waits forever
#include "mini.hpp"
namespace bad {
struct pool { int avail = 0; std::deque<std::shared_ptr<event>> w;
  task<> acquire() { auto e = std::make_shared<event>(); w.push_back(e); co_await e->wait(); --avail; } // EXPECT DLK
  void release() { ++avail; if (!w.empty()) { auto e = w.front(); w.pop_front(); e->set(); } } };
}
namespace good {
struct pool { int avail = 0; std::deque<std::shared_ptr<event>> w;
  void wake() { if (!w.empty()) { auto e = w.front(); w.pop_front(); e->set(); } }
  task<> acquire() { auto e = std::make_shared<event>(); w.push_back(e); std::exception_ptr x; try { co_await e->wait(); } catch (...) { x = std::current_exception(); } if (x) { if (e->is_set()) wake(); else std::erase(w, e); std::rethrow_exception(x); } --avail; }
  void release() { ++avail; wake(); } };
}
