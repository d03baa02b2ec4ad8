// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fuzzer that chooses the schedule: libFuzzer finds the bytes under which a withdrawal is lost.
//
//   clang++-19 -std=c++20 -fsanitize=fuzzer -I include examples/fuzz_schedules.cpp lib/libcorace-rt.a -pthread
//   ./a.out -runs=10000
#include <corace/corace.h>
#include <corace/fuzz.h>

static corace::task<void> withdraw(corace::shared<int> &balance, int amount) {
  const int seen = balance.load();
  co_await corace::yield(); // the bank is asked
  balance.store(seen - amount);
}

static corace::task<void> two_withdrawals() {
  corace::shared<int> balance{100, "balance"};
  co_await corace::gather(withdraw(balance, 10), withdraw(balance, 20));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  static corace::byte_explorer explorer(two_withdrawals);
  const auto result = explorer.run({data, size});
  if (!result.clean())
    corace::abort_with(result.failures.front());
  return 0;
}
