// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work for the benchmark of the instrumented run: 64 coroutines on a hand-written loop, each of which sorts its part of
// a shared table, sums it up and yields in between. No library, so that plain, instrumented and TSan builds do the
// same.

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <vector>

namespace {

std::deque<std::coroutine_handle<>> ready;

struct job {
  struct promise_type {
    job get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

struct yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const { ready.push_back(handle); }
  void await_resume() const noexcept {}
};

constexpr std::size_t workers = 64, part = 512;
std::vector<std::uint32_t> table(workers *part);
std::uint64_t total = 0;

job work(std::size_t index, int rounds) {
  const auto begin = table.begin() + static_cast<std::ptrdiff_t>(index * part);
  for (int round = 0; round < rounds; ++round) {
    std::uint32_t seed = static_cast<std::uint32_t>(index * 7919 + static_cast<std::size_t>(round) + 1);
    for (auto at = begin; at != begin + part; ++at)
      *at = seed = seed * 1664525u + 1013904223u;
    co_await yield{};
    std::sort(begin, begin + part);
    co_await yield{};
    std::uint64_t sum = 0;
    for (auto at = begin; at != begin + part; ++at)
      sum += *at;
    total += sum;
    co_await yield{};
  }
}

} // namespace

int main() {
  for (std::size_t i = 0; i < workers; ++i)
    work(i, 40);
  while (!ready.empty()) {
    const auto handle = ready.front();
    ready.pop_front();
    handle.resume();
  }
  std::printf("%llu\n", static_cast<unsigned long long>(total));
}
