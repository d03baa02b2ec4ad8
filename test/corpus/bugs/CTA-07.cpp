// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// a half-initialised placeholder is published in the shared map before the await that fills it
#include "mini.hpp"
namespace bad {
struct goss { std::map<int, std::string> eps; std::string& mine(int id) { return eps[id]; } task<> replicate(std::string);
  task<> start(int id) { std::string st = mine(id); st += "gen";
    co_await sleep_ms(1);
    co_await replicate(st); eps[id] = st; } // EXPECT CTA
  task<> reply() { for (auto it = eps.begin(); it != eps.end(); ++it) { if (it->second.empty()) throw std::logic_error("empty"); } co_return; } };
}
namespace good {
struct goss { std::map<int, std::string> eps; task<> replicate(std::string);
  task<> start(int id) { std::string st = "gen"; co_await sleep_ms(1); co_await replicate(st); eps[id] = std::move(st); }
  task<> reply() { for (auto it = eps.begin(); it != eps.end(); ++it) { if (it->second.empty()) throw std::logic_error("empty"); } co_return; } };
}
