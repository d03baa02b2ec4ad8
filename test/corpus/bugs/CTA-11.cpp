// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// children stopped one by one with awaits while another fiber adds a new child (no closed-gate check on the add path)
#include "mini.hpp"
namespace bad {
struct group { gate g; std::vector<std::shared_ptr<conn>> kids;
  task<> stop() { co_await g.close(); auto copy = kids; for (auto& k : copy) co_await k->close(); kids.clear(); }
  bool split() { kids.push_back(std::make_shared<conn>()); return true; } // EXPECT CTA
};
}
namespace good {
struct group { gate g; std::vector<std::shared_ptr<conn>> kids;
  task<> stop() { co_await g.close(); auto copy = kids; for (auto& k : copy) co_await k->close(); kids.clear(); }
  bool split() { if (g.closed()) return false; kids.push_back(std::make_shared<conn>()); return true; } };
}
