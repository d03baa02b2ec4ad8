// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cache that takes its lock twice: once to look, once to insert. Both accesses are locked, the pair is not atomic.
// Verdict: flagged on the insert, confirmed; both tasks for post 1 miss, although the second looks like a cache hit.

#include <corace/corace.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

using namespace std::chrono_literals;

std::map<int, std::string> cache;
corace::mutex cache_mutex;
int downloads = 0;

corace::task<std::string> download(int post) {
  ++downloads;
  co_await corace::sleep_for(100ms);
  co_return "title of post " + std::to_string(post);
}

corace::task<std::string> fetch_post_cached(int post) {
  {
    auto lock = co_await cache_mutex.lock();
    if (cache.contains(post)) {
      std::printf("cache hit for post %d\n", post);
      co_return cache[post];
    }
  }
  std::string title = co_await download(post); // the lock is free: another task looks, and misses too
  {
    auto lock = co_await cache_mutex.lock();
    cache[post] = title;
  }
  co_return title;
}

corace::task<void> fetch_three() {
  auto [first, second, third] =
      co_await corace::gather(fetch_post_cached(1), fetch_post_cached(1), fetch_post_cached(2));
  std::printf("%s\n%s\n%s\n", first.c_str(), second.c_str(), third.c_str());
}

int main() {
  corace::run(fetch_three());
  std::printf("%d downloads for 2 posts\n", downloads);
}
