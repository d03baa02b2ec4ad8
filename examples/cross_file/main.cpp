// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A race that one file alone does not show: the getter and the setter are in account.cpp.
#include "account.h"

#include <corace/corace.h>

using namespace std::chrono_literals;

Account account;

corace::task<void> deposit(int amount) {
  int had = account.balance();
  co_await corace::sleep_for(0s);
  account.setBalance(had + amount);
}

corace::task<void> both() { co_await corace::gather(deposit(1), deposit(2)); }

int main() { corace::run(both()); }
