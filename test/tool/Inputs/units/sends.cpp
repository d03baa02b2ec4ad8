// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A coroutine that suspends.
#include "bank.h"

mock::task<> Bank::send() { co_await mock::sleep(); }
