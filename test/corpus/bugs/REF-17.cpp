// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// reference PARAMETER bound by callers to an element of a member map; callee became suspending and uses it afterwards
#include "mini.hpp"
namespace bad {
struct ep { std::string status; };
struct goss { std::map<int, ep> eps; task<> update_version(); void notify(int, ep);
  task<> mark_dead(int id, ep& st) { st.status = "down";
    co_await update_version();
    notify(id, st); } // EXPECT REF
  task<> convict(int id) { co_await mark_dead(id, eps[id]); } };
}
namespace good {
struct ep { std::string status; };
struct goss { std::map<int, ep> eps; task<> update_version(); void notify(int, ep);
  task<> mark_dead(int id, ep& st) { st.status = "down"; ep copy = st;
    co_await update_version();
    notify(id, copy); }
  task<> convict(int id) { co_await mark_dead(id, eps[id]); } };
}
