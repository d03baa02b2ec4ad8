// Tasks that use memory of their own are independent, whatever addresses the allocator gives them: one schedule stands
// for all. Where they share it, both orders of two accesses are run.
// RUN: %clangxx_instrumented -O1 %s %link_instrumented -o %t
// RUN: env -u CORACE_OPTIONS %t | FileCheck %s

#include <corace/corace.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

using corace::task;

task<void> with_a_block(int &) {
  co_await corace::yield();
  {
    auto first = std::make_unique<int>(0);
    ++*first;
    co_await corace::yield();
    ++*first;
  }
  auto second = std::make_unique<int>(3);
  ++*second;
}

task<void> increment(int &value) {
  const int before = value;
  co_await corace::yield();
  value = before + 1;
}

task<void> with_a_coroutine(int &) {
  int own = 0;
  co_await corace::yield();
  co_await increment(own);
  co_await increment(own);
}

task<void> with_a_map(int &) {
  std::map<int, std::string> own;
  co_await corace::yield();
  own[1] = std::string(40, 'x');
  co_await corace::yield();
  own[2] = "y";
  own.erase(1);
}

task<void> all_of(std::vector<task<void>> tasks) { co_await corace::gather(std::move(tasks)); }

void explore(const char *name, task<void> (*body)(int &), int tasks) {
  corace::explore_options options;
  options.strategy = "exhaustive";
  int shared = 0;
  const auto result = corace::explore(
      [&] {
        std::vector<task<void>> all;
        for (int i = 0; i < tasks; ++i)
          all.push_back(body(shared));
        return all_of(std::move(all));
      },
      options);
  std::printf("%s: %d, %s\n", name, static_cast<int>(result.runs), result.complete ? "complete" : "not complete");
}

int main() {
  explore("blocks", with_a_block, 3);         // CHECK: blocks: 1, complete
  explore("coroutines", with_a_coroutine, 3); // CHECK-NEXT: coroutines: 1, complete
  explore("maps", with_a_map, 3);             // CHECK-NEXT: maps: 1, complete
  explore("shared", increment, 2);            // CHECK-NEXT: shared: 4, complete
}
