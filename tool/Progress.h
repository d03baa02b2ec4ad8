// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far the work is: one line on a terminal, for work that takes longer than two seconds.
#pragma once

#include "tool/Sources.h"

#include <atomic>
#include <chrono>
#include <functional>

namespace corace::tool {

class Progress {
public:
  explicit Progress(const std::vector<Unit> &Units);
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// One unit more is done. For any thread.
  void step() { ++Done; }
  /// What draws the line anew, now and then; nothing where there is no terminal. Only one thread may draw and clear,
  /// the one that prints other things.
  std::function<void()> ticker();
  /// Takes the line away, so that something else can be printed.
  void clear();

private:
  void draw();

  const std::vector<Unit> &Units;
  const bool Shown;
  unsigned Width = 0;
  std::atomic<std::size_t> Done = 0;
  std::string Line; ///< what stands there
  const std::chrono::steady_clock::time_point Start = std::chrono::steady_clock::now();
};

} // namespace corace::tool
