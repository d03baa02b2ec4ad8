// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// begin_tx holds lock A and RPCs to a handler that needs lock B, whose holder RPCs back for lock A
#include "mini.hpp"
namespace bad {
struct coord; struct data { async_mutex pid; coord* c; task<> begin(int); task<> expire(); };
struct coord { async_mutex tx; data* d; task<> begin_tx(int p) { auto u = co_await tx.lock(); co_await d->begin(p); }
  task<> try_abort(int p) { auto u = co_await tx.lock(); co_await io(); } };
task<> data::begin(int p) { auto u = co_await pid.lock(); co_await io(); }
task<> data::expire() { auto u = co_await pid.lock(); co_await c->try_abort(1); } // EXPECT DLK
}
namespace good {
struct coord; struct data { async_mutex pid; coord* c; task<> begin(int); task<> expire(); };
struct coord { async_mutex tx; data* d; int cur = 0; task<> begin_tx(int p) { auto u = co_await tx.lock(); co_await d->begin(p); }
  task<bool> try_abort(int p) { if (cur != p) co_return true; auto u = tx.try_lock(); if (!u) co_return false; co_await io(); co_return true; } };
task<> data::begin(int p) { auto u = co_await pid.lock(); co_await io(); }
task<> data::expire() { auto u = co_await pid.lock(); co_await c->try_abort(1); }
}
