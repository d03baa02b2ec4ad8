// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop of mini.h and the report of a run, not instrumented. Linked into programs of the tests.
#include "mini.h"

#include "detect/detector.h"

#include <cstdio>
#include <deque>
#include <string>

namespace {
std::deque<std::coroutine_handle<>> ready;
}

void mini::post(std::coroutine_handle<> h) { ready.push_back(h); }
void mini::run() {
  while (!ready.empty()) {
    const auto next = ready.front();
    ready.pop_front();
    next.resume();
  }
}
void mini::begin() { corace::detect::begin_run({}); }
void mini::end(const char *title) {
  namespace detect = corace::detect;
  const detect::run_result result = detect::end_run();
  std::printf("%s: %zu violations\n", title, result.violations.size());
  for (const detect::violation &v : result.violations)
    std::printf("%s: %s on '%s': %u, %u, %u, %u in %s against %s\n", title, std::string(to_string(v.kind)).c_str(),
                v.object.c_str(), v.first.site->line, v.suspension.site ? v.suspension.site->line : 0,
                v.rival.site->line, v.second.site->line, detect::task_name(v.second.task).c_str(),
                detect::task_name(v.rival.task).c_str());
}
