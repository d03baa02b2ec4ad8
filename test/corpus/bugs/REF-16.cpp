// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// intrusive/linked list iteration with yields; elements unlink themselves in their destructor
#include "mini.hpp"
namespace bad {
struct h { bool dead = false; task<> timeout(); };
struct proxy { std::list<std::shared_ptr<h>> handlers; void remove(std::shared_ptr<h> p) { handlers.remove(p); }
  task<> on_down() { auto it = handlers.begin(); while (it != handlers.end()) { auto p = *it; co_await p->timeout();
      ++it; } } }; // EXPECT REF
}
namespace good {
struct h { bool dead = false; task<> timeout(); };
struct proxy { std::list<std::shared_ptr<h>> handlers; void remove(std::shared_ptr<h> p) { handlers.remove(p); }
  task<> on_down() { std::vector<std::shared_ptr<h>> v(handlers.begin(), handlers.end()); for (auto& p : v) co_await p->timeout(); } };
}
