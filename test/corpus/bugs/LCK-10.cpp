// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fix added a lock to select+register and to one mutation path; a second mutation path (bypass) was missed
#include "mini.hpp"
namespace bad {
struct cs { async_mutex set_lock; }; struct cm { cs st; std::set<int> main, busy; task<std::set<int>> snapshot(); task<> complete(int);
  task<int> pick() { auto u = co_await st.set_lock.lock(); auto s = co_await snapshot(); for (int f : s) if (!busy.contains(f)) { busy.insert(f); co_return f; } co_return -1; }
  task<> replace(int f) { auto u = co_await st.set_lock.lock(); main.erase(f); busy.erase(f); co_await complete(f); }
  task<> bypass(int f) { main.erase(f); co_await complete(f); } }; // EXPECT LCK
}
namespace good {
struct cs { async_mutex set_lock; }; struct cm { cs st; std::set<int> main, busy; task<std::set<int>> snapshot(); task<> complete(int);
  task<int> pick() { auto u = co_await st.set_lock.lock(); auto s = co_await snapshot(); for (int f : s) if (!busy.contains(f)) { busy.insert(f); co_return f; } co_return -1; }
  task<> replace(int f) { auto u = co_await st.set_lock.lock(); main.erase(f); busy.erase(f); co_await complete(f); }
  task<> bypass(int f) { auto u = co_await st.set_lock.lock(); main.erase(f); co_await complete(f); } };
}
