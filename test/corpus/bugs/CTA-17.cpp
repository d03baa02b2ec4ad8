// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// cache look-up, await download, store: second completion overwrites the first with a different object (actor re-entrancy)
#include "mini.hpp"
namespace bad {
struct dl { std::map<std::string, std::string> cache;
  task<std::string> get(std::string url) { if (auto it = cache.find(url); it != cache.end()) co_return it->second;
    auto img = co_await download(url);
    cache[url] = img; co_return img; } // EXPECT CTA
};
}
namespace good {
struct dl { std::map<std::string, std::string> cache;
  task<std::string> get(std::string url) { if (auto it = cache.find(url); it != cache.end()) co_return it->second;
    auto img = co_await download(url);
    auto [it, ins] = cache.try_emplace(url, img); co_return it->second; } };
}
