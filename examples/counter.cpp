// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bug in its smallest form: three tasks increment one counter, each with an await between its read and its write.
// Verdict: flagged on the write, confirmed; the final value is below 3.
//
//   corace confirm examples/counter.cpp

#include <corace/corace.h>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

int shared_counter = 0;

corace::task<void> increment(std::string label) {
  int value = shared_counter;     // read
  co_await corace::sleep_for(0s); // any other coroutine may run here
  shared_counter = value + 1;     // write: their update is lost
  std::printf("%s: counter = %d\n", label.c_str(), shared_counter);
}

corace::task<void> count_to_three() { co_await corace::gather(increment("A"), increment("B"), increment("C")); }

int main() {
  corace::run(count_to_three());
  std::printf("final counter: %d\n", shared_counter);
}
