// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A position that was computed from a container: it stays right as long as the container only grows at its end.
#include "mock.h"

#include <vector>

std::vector<int> grows, shrinks, shifts;

mock::task<> grows_ok() {
  auto i = grows.size();
  grows.emplace_back();
  co_await mock::sleep();
  grows[i] = 1;
}

mock::task<> shrinks_bad() {
  auto i = shrinks.size();
  shrinks.emplace_back();
  co_await mock::sleep();
  shrinks[i] = 1;
  // EXPECT: a position in 'shrinks' may no longer be valid: computed from it on line {-3}
}
void shrink() { shrinks.pop_back(); }

mock::task<> shifts_bad() {
  auto i = shifts.size();
  shifts.emplace_back();
  co_await mock::sleep();
  shifts[i] = 1;
  // EXPECT: a position in 'shifts' may no longer be valid: computed from it on line {-3}
}
void shift() { shifts.insert(shifts.begin(), 0); }

mock::task<std::vector<int>> returned_ok() { // the end of the local is no change of it
  std::vector<int> results;
  auto worker = [&]() -> mock::task<> {
    auto i = results.size();
    results.emplace_back();
    co_await mock::sleep();
    results[i] = 1;
  };
  auto a = worker(), b = worker();
  co_await mock::when_all(std::move(a), std::move(b));
  co_return results;
}
mock::task<std::vector<int>> cleared_bad() {
  std::vector<int> results;
  auto worker = [&]() -> mock::task<> {
    auto i = results.size();
    results.emplace_back();
    co_await mock::sleep();
    results[i] = 1;
    // EXPECT: a position in 'results' may no longer be valid
  };
  auto cleaner = [&]() -> mock::task<> {
    results.clear();
    co_return;
  };
  auto a = worker(), b = worker(), c = cleaner();
  co_await mock::when_all(std::move(a), std::move(b), std::move(c));
  co_return results;
}
