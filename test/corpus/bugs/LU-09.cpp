// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// chunked serialization with yields over a structure that can be mutated between chunks (torn snapshot)
#include "mini.hpp"
namespace bad {
struct manifest { std::vector<int> segs; long version = 0; 
  void add(int s) { segs.push_back(s); ++version; }
  task<std::string> serialize() { std::string out;
    for (size_t i = 0; i < segs.size(); ++i) { out += std::to_string(segs[i]); co_await yield_now(); } // EXPECT LU
    co_return out; } };
}
namespace good {
struct manifest { std::vector<int> segs; long version = 0;
  void add(int s) { segs.push_back(s); ++version; }
  task<std::string> serialize() { std::string out; auto v = version;
    for (size_t i = 0; i < segs.size(); ++i) { out += std::to_string(segs[i]); co_await yield_now(); if (v != version) throw std::runtime_error("changed"); }
    co_return out; } };
}
