// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lock covers the roll decision but is dropped before the append that depends on it
#include "mini.hpp"
namespace bad {
struct log { async_mutex roll; std::unique_ptr<file> app; 
  task<> ensure() { auto u = co_await roll.lock(); if (!app) app = std::make_unique<file>(); }
  task<> apply_ms() { auto u = co_await roll.lock(); if (app) { co_await app->close(); app.reset(); } }
  task<> append(std::string s) { co_await ensure();
    co_await app->write(s); } }; // EXPECT LCK
}
namespace good {
struct log { async_mutex roll; std::unique_ptr<file> app;
  void ensure_locked() { if (!app) app = std::make_unique<file>(); }
  task<> apply_ms() { auto u = co_await roll.lock(); if (app) { co_await app->close(); app.reset(); } }
  task<> append(std::string s) { auto u = co_await roll.lock(); ensure_locked();
    co_await app->write(s); } };
}
