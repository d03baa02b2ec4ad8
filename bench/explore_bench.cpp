// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the explorer promises, measured: class counts against known numbers, executions per second, and how both grow.
// Prints Markdown. Arguments: which parts (counts, speed, growth, memory); none: all but memory.
//
// The lost update at access granularity: each load and each store of a shared counter is a segment of its own. The
// counts are those of an independent model checker (GenMC 0.11, sequentially consistent) for threads of the same shape.
#include <corace/corace.h>

#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

namespace {

using corace::shared;
using corace::task;

task<void> increment(shared<int> &counter, int times) {
  for (int i = 0; i < times; ++i) {
    if (i > 0)
      co_await corace::yield();
    const int seen = counter;
    co_await corace::yield();
    counter = seen + 1;
  }
}

task<void> lost_update(int tasks, int times) {
  shared<int> counter{0, "counter"};
  std::vector<task<void>> all;
  for (int i = 0; i < tasks; ++i)
    all.push_back(increment(counter, times));
  co_await corace::gather(std::move(all));
}

task<void> dine(std::vector<std::unique_ptr<corace::mutex>> &forks, std::size_t i) {
  auto left = co_await forks[i]->lock();
  co_await corace::yield();
  auto right = co_await forks[(i + 1) % forks.size()]->lock();
}

task<void> dinner(std::size_t count) {
  std::vector<std::unique_ptr<corace::mutex>> forks;
  for (std::size_t i = 0; i < count; ++i)
    forks.push_back(std::make_unique<corace::mutex>("fork"));
  std::vector<task<void>> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(dine(forks, i));
  co_await corace::gather(std::move(all));
}

/// Of this process, which has one thread: what others do on the machine does not count.
[[nodiscard]] double processor_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct measured {
  corace::explore_result result;
  double seconds;
  [[nodiscard]] double rate() const { return static_cast<double>(result.runs + result.blocked) / seconds / 1e6; }
};

template <class Body> measured measure(Body body, const char *strategy, std::uint64_t runs) {
  corace::explore_options options;
  options.strategy = strategy;
  options.runs = runs;
  options.seconds = 600;
  options.footprints = true;
  const double before = processor_seconds();
  measured m{corace::explore(body, options), 0};
  m.seconds = processor_seconds() - before;
  return m;
}

bool counts() {
  struct row {
    const char *name;
    std::function<task<void>()> body;
    std::uint64_t classes;
  };
  const row rows[] = {
      {"lost update 2x1", [] { return lost_update(2, 1); }, 4},
      {"lost update 2x2", [] { return lost_update(2, 2); }, 34},
      {"lost update 3x1", [] { return lost_update(3, 1); }, 36},
      {"lost update 3x2", [] { return lost_update(3, 2); }, 7134},
      {"lost update 3x3", [] { return lost_update(3, 3); }, 1824912},
      {"dining philosophers 3", [] { return dinner(3); }, 16},
      {"dining philosophers 4", [] { return dinner(4); }, 59},
  };
  bool good = true;
  std::printf(
      "| program | classes | known | runs given up | seconds | M executions/s |\n|---|---:|---:|---:|---:|---:|\n");
  for (const row &each : rows) {
    const measured m = measure(each.body, "exhaustive", ~std::uint64_t{0});
    good &= m.result.complete && m.result.runs == each.classes;
    std::printf("| %s | %llu%s | %llu | %llu | %.3f | %.2f |\n", each.name,
                static_cast<unsigned long long>(m.result.runs), m.result.complete ? "" : " (not complete)",
                static_cast<unsigned long long>(each.classes), static_cast<unsigned long long>(m.result.blocked),
                m.seconds, m.rate());
  }
  return good;
}

void speed() {
  std::printf("\n| random | executions | M executions/s |\n|---|---:|---:|\n");
  for (auto [tasks, times] : {std::pair(2, 1), std::pair(2, 2), std::pair(3, 3)}) {
    const measured m = measure([=] { return lost_update(tasks, times); }, "random", 2'000'000);
    std::printf("| %dx%d | %llu | %.2f |\n", tasks, times, static_cast<unsigned long long>(m.result.runs), m.rate());
  }
}

void growth() {
  std::printf("\n| tasks | increments each | segments | ns per segment |\n|---:|---:|---:|---:|\n");
  for (auto [tasks, times] : {std::pair(2, 5), std::pair(2, 50), std::pair(2, 500), std::pair(2, 2500),
                              std::pair(10, 5), std::pair(100, 5), std::pair(1000, 5)}) {
    const int segments = tasks * times * 2 + 2;
    const measured m =
        measure([=] { return lost_update(tasks, times); }, "random", 4'000'000u / static_cast<unsigned>(segments));
    std::printf("| %d | %d | %d | %.1f |\n", tasks, times, segments,
                m.seconds * 1e9 / static_cast<double>(m.result.runs) / segments);
  }
}

/// Resident memory after more and more executions.
void memory() {
  std::printf("\n| executions | resident KiB (most so far) |\n|---:|---:|\n");
  std::uint64_t done = 0;
  for (const std::uint64_t more : {100'000u, 900'000u, 4'000'000u, 5'000'000u}) {
    done += measure([] { return lost_update(2, 2); }, "random", more).result.runs;
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("| %llu | %ld |\n", static_cast<unsigned long long>(done), used.ru_maxrss);
  }
}

} // namespace

int main(int argc, char **argv) {
  const auto wanted = [&](std::string_view part) {
    for (int i = 1; i < argc; ++i)
      if (part == argv[i])
        return true;
    return argc == 1 && part != "memory";
  };
  bool good = true;
  if (wanted("counts"))
    good = counts();
  if (wanted("speed"))
    speed();
  if (wanted("growth"))
    growth();
  if (wanted("memory"))
    memory();
  return good ? 0 : 1;
}
