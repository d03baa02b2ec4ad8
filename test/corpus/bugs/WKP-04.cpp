// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// observer updates state (awaits), then waits; a batch that finished during the update already broadcast
#include "mini.hpp"
namespace bad {
struct vw { cond_var ev; bool finished = false; task<> update();
  void on_batch_done() { finished = true; ev.broadcast(); }
  task<> observer() { for (;;) { finished = false; co_await update(); co_await ev.wait(); } } }; // EXPECT WKP
}
namespace good {
struct vw { cond_var ev; bool finished = false; task<> update();
  void on_batch_done() { finished = true; ev.broadcast(); }
  task<> observer() { for (;;) { finished = false; co_await update(); if (!finished) co_await ev.wait(); } } };
}
