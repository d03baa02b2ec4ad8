// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code that is legal and unusual: the analysis neither stumbles nor reports.
#include "mock.h"

mock::task<> empty() { co_return; }
mock::task<int> only_goto(bool c) {
again:
  if (c)
    goto again;
  co_return 1;
}
struct [[maybe_unused]] bits {
  unsigned a : 3, : 0, b : 5;
  union {
    int i;
    float f;
  };
  bits &self() { return *this; }
};
mock::task<> nested_lambdas(bits &b) {
  auto outer = [&](auto... xs) -> mock::task<> {
    auto inner = [&, ... ys = xs]() -> mock::task<> {
      co_await mock::sleep();
      ((void)ys, ...);
    };
    co_await inner();
  };
  co_await outer(1, 2L, b.self().a);
}
template <typename... T> mock::task<> folded(T... ts) {
  (co_await mock::fetch(ts), ...);
  int sum = (0 + ... + (co_await mock::fetch(ts)));
  (void)sum;
}
template mock::task<> folded(int, int, int);
mock::task<> conditional(bool c) {
  auto &&x = c ? co_await mock::fetch(1) : co_await mock::fetch(2);
  switch (int y = x; y) {
    for (; y < 3; ++y) {
    case 1: co_await mock::sleep(); continue;
    default: break;
    }
  }
  static_cast<void>([]() -> mock::task<> { co_return; }());
}
mock::task<> throws() try { co_await mock::sleep(); throw 1; } catch (int) { throw; } catch (...) {}
struct has_conversion { operator mock::task<>(); };
mock::task<> converted(has_conversion h) { co_await static_cast<mock::task<>>(h); }
int values[2][2];
mock::task<> arrays() {
  auto [a, b] = values[co_await mock::fetch()];
  values[a][b] += co_await mock::fetch();
  for (auto &[c, d] : values)
    c = d;
}
