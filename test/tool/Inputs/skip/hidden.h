// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "mock.h"
inline int total;
#define WAIT_AND_ADD                                                                                                   \
  add(int n) {                                                                                                         \
    int had = total;                                                                                                   \
    co_await mock::fetch(n);                                                                                           \
    total = had + n;                                                                                                   \
  }
