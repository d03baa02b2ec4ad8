// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole windows on one line: only the columns tell their places, and what an awaited coroutine does, apart.

#include <corace/corace.h>

#include <optional>

using corace::task;

int naps;
task<void> nap() {
  ++naps;
  co_await corace::yield();
  ++naps;
}

// clang-format off
task<void> owner(int &own) { int value = own; co_await nap(); own = value + 1; }

struct { unsigned low : 4, high : 4; } bits;
task<void> field() { unsigned value = bits.high; co_await nap(); bits.high = value + 1; }

std::optional<int> made;
task<void> make() { if (!made) { co_await nap(); made.emplace(3); } }
// clang-format on

int counts[2];
int &count(int which) { return counts[which]; }
task<void> all() { co_await corace::gather(owner(count(0)), owner(count(1)), field(), field(), make(), make()); }

int main() { corace::run(all()); }
