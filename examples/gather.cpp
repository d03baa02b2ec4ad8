// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two tasks run concurrently and gather() hands their results over in the order of its arguments.
// Verdict: silent; the program itself asserts order and duration.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

corace::task<int> fetch_data(int id, std::chrono::seconds delay) {
  std::printf("fetching %d\n", id);
  co_await corace::sleep_for(delay); // virtual time: nobody waits
  std::printf("fetched %d\n", id);
  co_return id * 10;
}

corace::task<void> fetch_all() {
  auto [first, second, third] = co_await corace::gather(fetch_data(1, 2s), fetch_data(2, 1s), fetch_data(3, 3s));
  std::printf("%d %d %d\n", first, second, third);
  assert(first == 10 && second == 20 && third == 30);
}

int main() { corace::run(fetch_all()); }
