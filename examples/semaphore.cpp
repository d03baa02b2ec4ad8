// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A semaphore of two over five tasks: never more than two are inside.
// Verdict: silent; the program itself asserts it under every schedule that is explored.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

int inside = 0;
int most_inside = 0;

corace::task<void> access_resource(corace::counting_semaphore &semaphore, int id) {
  auto unit = co_await semaphore.acquire();
  ++inside;
  if (inside > most_inside)
    most_inside = inside;
  std::printf("task %d inside, %d in all\n", id, inside);
  assert(inside <= 2);
  co_await corace::sleep_for(1s);
  --inside;
}

corace::task<void> access_five_times() {
  corace::counting_semaphore semaphore{2};
  std::vector<corace::task<void>> tasks;
  for (int id = 0; id < 5; ++id)
    tasks.push_back(access_resource(semaphore, id));
  co_await corace::gather(std::move(tasks));
}

int main() {
  corace::run(access_five_times());
  std::printf("never more than %d inside\n", most_inside);
  assert(inside == 0 && most_inside <= 2);
}
