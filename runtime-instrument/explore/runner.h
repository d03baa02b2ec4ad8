// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the program once under a plan. Where it runs (in this process or in a forked one) is the runner's business.
#pragma once

#include "explore/run_memory.h"

#include <cstdint>
#include <span>
#include <string>

namespace corace::schedule {

class runner {
public:
  runner() = default;
  runner(const runner &) = delete;
  runner &operator=(const runner &) = delete;
  virtual ~runner() = default;
  /// One run under the plan and the flags that stand in memory(). What it leaves stands there until the next one.
  virtual void run() = 0;
  /// A run is so short that telling what it did costs more than doing it: where only the end of a run is wanted, it is
  /// run without steps and detector, and once more with them when there is something to tell.
  [[nodiscard]] virtual bool cheap() const noexcept = 0;
  /// Whether an address means the same variable in every run.
  [[nodiscard]] virtual bool stable_addresses() const noexcept = 0;
  /// What the program gave at the end of the last run; null: nobody asks for that, or it did not come to its end.
  [[nodiscard]] virtual const std::string *result() const noexcept { return nullptr; }
  [[nodiscard]] run_memory &memory() noexcept { return memory_; }

private:
  run_memory memory_;
};

} // namespace corace::schedule
