// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// run_options: how an event loop runs.
#pragma once

#include <corace/detail/config.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace corace {

class event_loop;

/// CORACE_DEBUG in the environment is neither empty nor 0.
[[nodiscard]] bool debug_by_environment() noexcept;

struct run_options {
  enum class time {
    virtual_, ///< stands still while tasks run, and jumps to the next deadline when none is ready; as long as something
              ///< outside of the loop is awaited (a thread, a socket) it passes at its real speed
    real      ///< std::chrono::steady_clock
  };

  std::string name = "main"; ///< of the main task
  time clock = time::virtual_;
  /// Every await that could go on at once gives up a turn all the same, so that a program which is right only because
  /// of such a fast path fails in tests.
  bool strict = false;
  /// Slow segments and tasks that are destroyed while they wait are reported, places of creation are kept, and calls
  /// from other threads are refused.
  bool debug = debug_by_environment();
  /// In debug mode a segment or call-back that takes longer is reported; zero reports each. So is a silence of a
  /// hundred times this while the loop waits for something outside, once.
  std::chrono::nanoseconds slow_segment = std::chrono::milliseconds(100);
  /// SIGINT cancels the main task; run() throws `interrupted` then, unless the task deals with it.
  bool interruptible = false;
  /// Makes the loop; null: one as these options say.
  std::function<std::unique_ptr<event_loop>()> loop_factory = nullptr;
};

} // namespace corace
