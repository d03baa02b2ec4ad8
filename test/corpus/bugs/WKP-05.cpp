// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// read of remote/persisted state suspends; event signalled during the read; then when() sleeps
#include "mini.hpp"
namespace bad {
struct ts { cond_var ev; long reloads = 0; task<bool> done(int id);
  void on_reload() { ++reloads; ev.broadcast(); }
  task<> wait_for(int id) { while (true) { if (co_await done(id)) co_return;
      co_await ev.wait(); } } }; // EXPECT WKP
}
namespace good {
struct ts { cond_var ev; long reloads = 0; task<bool> done(int id);
  void on_reload() { ++reloads; ev.broadcast(); }
  task<> wait_for(int id) { while (true) { auto c = reloads; if (co_await done(id)) co_return;
      if (c == reloads) co_await ev.wait(); } } };
}
