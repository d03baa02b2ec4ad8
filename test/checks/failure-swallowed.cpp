// RUN: %check_corace %s corace-unobserved-failure --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Empty handlers around an await, and results of tries that nobody looks at.
#include "mock.h"

#include <optional>

bool stopped();
void log();

mock::task<> endless_bad() {
  for (;;) {
    try {
      co_await mock::sleep();
    } catch (...) {
      // EXPECT: the empty handler swallows the cancellation of the 'co_await' on line {-1} too, and nothing else ends the loop on line {-3}
    }
  }
}
mock::task<> has_a_way_out_ok() {
  while (true) {
    try {
      co_await mock::sleep();
    } catch (...) {
    }
    if (stopped())
      co_return;
  }
}
mock::task<> has_a_condition_ok() {
  while (!stopped()) {
    try {
      co_await mock::sleep();
    } catch (...) {
    }
  }
}
mock::task<> once_ok() {
  try {
    co_await mock::sleep();
  } catch (...) {
  }
}
mock::task<> told_ok() {
  for (;;)
    try {
      co_await mock::sleep();
    } catch (...) {
      log();
    }
}
mock::task<> no_await_ok() {
  for (;;) {
    try {
      log();
    } catch (...) {
    }
    co_await mock::sleep();
  }
}

template <typename T> struct ring {
  bool try_pop(T &);
  bool tryPop(T &);
  bool try_push(T);
  std::optional<T> try_take();
  bool trying(T &);
};
ring<int> items;
mock::semaphore filled(0);

mock::task<int> ignored_try_bad() {
  co_await filled.acquire();
  int item = 0;
  items.try_pop(item);
  // EXPECT: 'ring::try_pop' may fail, and its result is ignored: 'item' is used as if it had been set
  // EXPECT-NOTE -2: the permit that is awaited here does not promise that it succeeds
  items.tryPop(item);
  // EXPECT: 'ring::tryPop' may fail
  co_return item;
}
mock::task<int> tested_try_ok() {
  co_await filled.acquire();
  int item = 0;
  while (!items.try_pop(item))
    co_await mock::sleep();
  co_return item;
}
mock::task<int> meant_ok() {
  co_await filled.acquire();
  int item = 0;
  (void)items.try_pop(item);
  items.try_push(item);
  items.trying(item);
  co_return item;
}
mock::task<int> without_a_permit_ok() {
  co_await mock::sleep();
  int item = 0;
  items.try_pop(item);
  co_return item;
}
