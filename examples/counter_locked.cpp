// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The counter with one lock held from the read to the write.
// Verdict: silent; under every schedule the final value is 3, which the program itself asserts.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

int shared_counter = 0;
corace::mutex counter_mutex;

corace::task<void> increment(std::string label) {
  auto lock = co_await counter_mutex.lock();
  int value = shared_counter;
  co_await corace::sleep_for(0s); // nobody else gets past the lock
  shared_counter = value + 1;
  std::printf("%s: counter = %d\n", label.c_str(), shared_counter);
}

corace::task<void> count_to_three() { co_await corace::gather(increment("A"), increment("B"), increment("C")); }

int main() {
  corace::run(count_to_three());
  std::printf("final counter: %d\n", shared_counter);
  assert(shared_counter == 3);
}
