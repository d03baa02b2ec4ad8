// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that call functions of a third file, and coroutines with references.
#include "store.h"

int Store::shown() const { return stored(); }
void Store::put(int value) { keep(value); }
int Store::spare() const { return spared(); }

mock::task<> keeps(const std::string &text) {
  co_await mock::sleep();
  use(static_cast<int>(text.size()));
}
mock::task<> ignores(const std::string &) { co_await mock::sleep(); }
void launch(mock::task<> task) { mock::spawn(std::move(task)); }
