// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop's own order, ticks included: what a plain run does; and the same with latencies (realisable.h).
#pragma once

#include "explore/strategy.h"

#include <algorithm>
#include <utility>

namespace corace::schedule {

/// Plan: nothing, or how many nanoseconds a segment takes, what latencies are (0: how late, 1: the time at which the
/// wait ends), and for each of them the task, which of its timed waits it is, and the latency.
class fifo_picker final : public picker {
public:
  explicit fifo_picker(std::span<const std::uint64_t> numbers = {}) noexcept {
    if (numbers.empty())
      return;
    segment_ = static_cast<std::int64_t>(numbers[0]);
    at_times_ = numbers[1] != 0;
    latencies_ = numbers.subspan(2);
  }
  std::size_t pick(const choice &) override { return 0; }
  [[nodiscard]] bool loop_order() const noexcept override { return true; }
  [[nodiscard]] std::int64_t segment_takes() const noexcept override { return segment_; }
  [[nodiscard]] std::int64_t late(task_key task, std::uint32_t ordinal, std::int64_t due) const noexcept override {
    for (std::size_t i = 0; i + 2 < latencies_.size(); i += 3)
      if (latencies_[i] == task && latencies_[i + 1] == ordinal)
        return std::max<std::int64_t>(static_cast<std::int64_t>(latencies_[i + 2]) - (at_times_ ? due : 0), 0);
    return 0;
  }

private:
  std::int64_t segment_ = 0;
  bool at_times_ = false;
  std::span<const std::uint64_t> latencies_;
};

/// One run.
class fifo final : public strategy {
public:
  [[nodiscard]] std::string name() const override { return "fifo"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::fifo)};
    return !std::exchange(done_, true);
  }

private:
  bool done_ = false;
};

} // namespace corace::schedule
