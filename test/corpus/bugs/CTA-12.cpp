// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// closed flag not consulted after waiting for the write semaphore: write lands on a closed stream
#include "mini.hpp"
namespace bad {
struct out { async_mutex mu; conn c; bool closed = false;
  task<> write(std::string s) { if (closed) co_return; auto u = co_await mu.lock(); co_await c.send(s); } // EXPECT CTA
  task<> stop() { closed = true; auto u = co_await mu.lock(); co_await c.close(); } };
}
namespace good {
struct out { async_mutex mu; conn c; bool closed = false;
  task<> write(std::string s) { auto u = co_await mu.lock(); if (closed) co_return; co_await c.send(s); }
  task<> stop() { closed = true; auto u = co_await mu.lock(); co_await c.close(); } };
}
