// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A coroutine that suspends if another one does.
#include "bank.h"

mock::task<> Bank::relay() { co_await send(); }
