// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// google-benchmark's main, with one option more: --iterations=N runs each job N times around its loop, so that two runs
// tell what one more iteration costs in instructions.

#include "jobs.h"

#include <cstring>
#include <malloc.h>
#include <string>

std::size_t runtime_bench::heap_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

namespace {
std::int64_t iterations = 0; ///< 0: google-benchmark finds out
}

int main(int count, char **arguments) {
  benchmark::Initialize(&count, arguments);
  constexpr const char *option = "--iterations=";
  if (count == 2 && std::strncmp(arguments[1], option, std::strlen(option)) == 0) {
    iterations = std::stoll(arguments[1] + std::strlen(option));
    --count;
  }
  if (benchmark::ReportUnrecognizedArguments(count, arguments))
    return 2;
  runtime_bench::register_jobs([](const char *name, void (*job)(benchmark::State &)) {
    auto *added = benchmark::RegisterBenchmark(name, job);
    if (std::strcmp(name, "memory") == 0)
      added->Iterations(1); // what is pooled is there the second time
    else if (iterations > 0)
      added->Iterations(iterations);
  });
  benchmark::RunSpecifiedBenchmarks();
}
