// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Five tasks modify one resource, each under the lock, with an await inside the critical section.
// Verdict: silent; under every schedule that is explored the resource ends at 5.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

int shared_resource = 0;
corace::mutex resource_mutex;

corace::task<void> modify_shared_resource() {
  auto lock = co_await resource_mutex.lock();
  std::printf("resource before: %d\n", shared_resource);
  shared_resource += 1;
  int mine = shared_resource;
  co_await corace::sleep_for(1s);
  assert(shared_resource == mine);
}

corace::task<void> modify_five_times() {
  std::vector<corace::task<void>> tasks;
  for (int i = 0; i < 5; ++i)
    tasks.push_back(modify_shared_resource());
  co_await corace::gather(std::move(tasks));
}

int main() {
  corace::run(modify_five_times());
  std::printf("resource after: %d\n", shared_resource);
  assert(shared_resource == 5);
}
