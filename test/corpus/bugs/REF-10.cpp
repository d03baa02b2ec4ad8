// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// const& to an element of a state object that is replaced wholesale by assignment in another fiber
#include "mini.hpp"
namespace bad {
struct node { std::vector<int> tokens; }; struct topo { std::map<int,node> nodes; };
struct svc { topo t; task<topo> load(); task<> bootstrap(const std::vector<int>&);
  task<> reload() { t = co_await load(); }
  task<> cmd(int id) { const auto& rs = t.nodes.at(id);
    co_await sleep_ms(120);
    co_await bootstrap(rs.tokens); } }; // EXPECT REF
}
namespace good {
struct node { std::vector<int> tokens; }; struct topo { std::map<int,node> nodes; };
struct svc { topo t; task<topo> load(); task<> bootstrap(const std::vector<int>&);
  task<> reload() { t = co_await load(); }
  task<> cmd(int id) { const auto rs = t.nodes.at(id);
    co_await sleep_ms(120);
    co_await bootstrap(rs.tokens); } };
}
