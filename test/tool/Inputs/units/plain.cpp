// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without coroutines.
#include "bank.h"

int Bank::balance() const { return balance_; }
void Bank::setBalance(int amount) { balance_ = amount; }
