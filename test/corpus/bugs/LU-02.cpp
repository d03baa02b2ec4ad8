// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// read-modify-write of a tag map: get tags (sync), edit copy, co_await update
#include "mini.hpp"
namespace bad {
struct table { std::map<std::string,std::string> tags; task<> store_tags(std::map<std::string,std::string> m);
  task<> tag(std::string k, std::string v) { auto m = tags; m[k] = v; co_await store_tags(std::move(m)); } // EXPECT LU
  task<> untag(std::string k) { auto m = tags; m.erase(k); co_await store_tags(std::move(m)); } };
task<> table::store_tags(std::map<std::string,std::string> m) { co_await io(); tags = std::move(m); }
}
namespace good {
struct table { std::map<std::string,std::string> tags; async_mutex mu; task<> store_tags(std::map<std::string,std::string> m);
  task<> tag(std::string k, std::string v) { auto u = co_await mu.lock(); auto m = tags; m[k] = v; co_await store_tags(std::move(m)); }
  task<> untag(std::string k) { auto u = co_await mu.lock(); auto m = tags; m.erase(k); co_await store_tags(std::move(m)); } };
task<> table::store_tags(std::map<std::string,std::string> m) { co_await io(); tags = std::move(m); }
}
