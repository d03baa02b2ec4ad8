// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comments that suppress: both front ends read them alike.
#include "mock.h"

// clang-tidy drops notes on lines with a comment as well, so what is suppressed here is no rival of the rest.
int n, m;

mock::task<> comments_ok() {
  n = n + co_await mock::fetch(); // NOLINT
  n = n + co_await mock::fetch(); // NOLINT(corace-read-await-write)
  n = n + co_await mock::fetch(); // NOLINT(corace-*): single writer
  n = n + co_await mock::fetch(); // NOLINT(*-write)
  n = n + co_await mock::fetch(); // NOLINT(*-await-*)
  n = n + co_await mock::fetch(); // NOLINT(misc-*, corace-read-await-write)
  n = n + co_await mock::fetch(); /* NOLINT(*) why not */
  // NOLINTNEXTLINE
  n = n + co_await mock::fetch();
  // NOLINTNEXTLINE(corace-read*): it is
  n = n + co_await mock::fetch();
  n = n + co_await mock::fetch(); // NOLINT(corace-read-await-write
}

mock::task<> comments_bad() {
  m = m + co_await mock::fetch(); // NOLINT(corace-unawaited-task)
  // EXPECT: 'm' may be overwritten
  m = m + co_await mock::fetch(); // NOLINT()
  // EXPECT: 'm' may be overwritten
  m = m + co_await mock::fetch(); // NOLINT(read-await-write)
  // EXPECT: 'm' may be overwritten
  m = m + co_await mock::fetch(); // NOLINT(-corace-check*)
  // EXPECT: 'm' may be overwritten
  m = m + co_await mock::fetch(); // NOLINT(corace)
  // EXPECT: 'm' may be overwritten
  m = m + co_await mock::fetch(); // NOLINTS
  // EXPECT: 'm' may be overwritten
  // NOLINT
  m = m + co_await mock::fetch();
  // EXPECT: 'm' may be overwritten
  m = m + co_await mock::fetch(); // NOLINTNEXTLINE
  // EXPECT: 'm' may be overwritten
  // NOLINTNEXTLINE

  m = m + co_await mock::fetch();
  // EXPECT: 'm' may be overwritten
}

// NOLINTBEGIN(corace-*): generated
mock::task<> block_ok() {
  n = n + co_await mock::fetch();
  // NOLINTBEGIN(misc-*)
  n = n + co_await mock::fetch();
  // NOLINTEND(misc-*)
}
// NOLINTEND(corace-*)
mock::task<> after_block_bad() {
  m = m + co_await mock::fetch();
  // EXPECT: 'm' may be overwritten
}

#define ADD m = m + co_await mock::fetch()
#define ADD_TO_M m = m + co_await mock::fetch()
mock::task<> macro_ok() {
  ADD; // NOLINT
}
mock::task<> macro_bad() {
  ADD_TO_M;
  // EXPECT: 'm' may be overwritten
}
