// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// flag computed before an await chain, then state is reset unconditionally after it
#include "mini.hpp"
namespace bad {
struct state { std::optional<int> initial_for; };
struct table { std::map<int, state> states; task<int> check_dest(int);
  task<> prepare_transfer(int key, int rev) { auto& st = states.at(key);
    bool initial = st.initial_for == rev;
    co_await check_dest(key);
    if (initial) { st.initial_for = std::nullopt; states.erase(key); } } // EXPECT LU
};
}
namespace good {
struct state { std::optional<int> initial_for; };
struct table { std::map<int, state> states; task<int> check_dest(int);
  task<> prepare_transfer(int key, int rev) { bool initial = states.at(key).initial_for == rev;
    co_await check_dest(key);
    if (initial) { auto it = states.find(key); if (it != states.end() && it->second.initial_for == rev) states.erase(it); } } };
}
