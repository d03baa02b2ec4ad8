// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// range-for where the awaited operation itself removes the element from the container
#include "mini.hpp"
namespace bad {
struct consumer { task<> leave(); };
struct client { std::set<std::shared_ptr<consumer>> group; void on_left(std::shared_ptr<consumer> c) { group.erase(c); }
  task<> stop() { for (auto& c : group) co_await c->leave(); } // EXPECT REF
};
}
namespace good {
struct consumer { task<> leave(); };
struct client { std::set<std::shared_ptr<consumer>> group; void on_left(std::shared_ptr<consumer> c) { group.erase(c); }
  task<> stop() { while (!group.empty()) { auto c = *group.begin(); co_await c->leave(); group.erase(c); } } };
}
