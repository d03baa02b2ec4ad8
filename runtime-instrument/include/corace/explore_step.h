// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a task did at one point of a schedule, for whoever draws or counts it.
#pragma once

#include <cstdint>
#include <string>

namespace corace {

struct explore_step {
  enum class action : std::uint8_t { begin, read, write, suspend, go_on, end };
  std::string task; ///< its place in the tree of creation: "A", "A.B"; "_" is the main task
  std::string name; ///< what the program calls it, or its coroutine
  action what;
  std::string file; ///< where; empty: not known
  std::uint32_t line = 0;
  std::string value; ///< read or written, where it is known
};

} // namespace corace
