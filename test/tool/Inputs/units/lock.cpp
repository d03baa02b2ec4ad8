// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks for callers.
#include "bank.h"

mock::task<mock::guard> Bank::own() {
  auto guard = co_await lock_.scoped_lock();
  co_return std::move(guard);
}
mock::awaiter<> Bank::take() { return lock_.lock(); }
void Bank::giveBack() { lock_.unlock(); }
