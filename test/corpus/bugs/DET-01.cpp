// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// coroutine lambda returning a task converted to std::function<void(T)>: task dropped, captures die
#include "mini.hpp"
namespace bad {
task<> for_each_split(std::string, std::function<void(std::string)>); task<int> freeze(std::string);
struct ss { task<> merge(std::string m) { std::vector<int> out;
    co_await for_each_split(m, [&](std::string s) -> task<> { out.push_back(co_await freeze(s)); }); // EXPECT DET
    co_await rpc((int)out.size()); } };
}
namespace good {
task<std::vector<std::string>> split(std::string); task<int> freeze(std::string);
struct ss { task<> merge(std::string m) { std::vector<int> out;
    auto parts = co_await split(m); for (auto& s : parts) out.push_back(co_await freeze(s));
    co_await rpc((int)out.size()); } };
}
