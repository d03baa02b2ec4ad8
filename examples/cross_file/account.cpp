// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An account. Nothing here looks like a coroutine.
#include "account.h"

int Account::balance() const { return balance_; }
void Account::setBalance(int amount) { balance_ = amount; }
