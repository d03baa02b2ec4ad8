// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The coroutines.
#include "store.h"

mock::task<> Store::chain() {
  int had = shown();
  co_await mock::sleep();
  put(had + 1); // lost update
}

mock::task<> Store::others() {
  int had = spare();
  co_await mock::sleep();
  put(had + 1); // fine: read something else
}

mock::task<> Store::look(int id) {
  std::string &entry = entries_.at(id);
  co_await mock::sleep();
  entry += "!"; // drop() may have erased it
}

mock::task<> Store::named(int id) {
  std::string &name = names_.at(id);
  co_await mock::sleep();
  name += "!"; // fine: nobody erases
}

mock::task<> bill(Ledger &ledger) {
  int had = ledger.total();
  co_await mock::sleep();
  ledger.setTotal(had + 1); // lost update
}

mock::task<> limited(Ledger &ledger) {
  int limit = ledger.limit();
  co_await mock::sleep();
  ledger.setTotal(limit); // fine: read something else
}

mock::task<> measure(Meter *meter) {
  int had = meter->count();
  co_await mock::sleep();
  meter->setCount(had + 1); // which one is not known
}

void start() {
  std::string text = "text";
  mock::spawn(keeps(text)); // gone when it runs
}

void start_unread() {
  std::string text = "text";
  mock::spawn(ignores(text)); // fine: it does not look
}

void start_by_another() {
  std::string text = "text";
  launch(keeps(text)); // gone when it runs
}
