// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One task after the other: the task that runs goes on while it can; when it blocks, the next in line runs. The line is
// that of the paths (this is the canonical schedule, which tokens describe their deviations from), its reverse, or any
// order of the main task's children.
#pragma once

#include "explore/strategy.h"

#include <utility>

namespace corace::schedule {

/// Plan: hurry (0 or 1), reverse (0 or 1), then the main task's children in the order in which they run; the others
/// follow.
class serial_picker final : public picker {
public:
  explicit serial_picker(std::span<const std::uint64_t> numbers) noexcept
      : hurry_(numbers[0]), reverse_(numbers[1]), order_(numbers.subspan(2)) {}
  std::size_t pick(const choice &now) override {
    if (const std::size_t last = index_of(now, now.last); last != give_up)
      return last;
    std::size_t best = 0;
    for (std::size_t i = 1; i < now.ready.size(); ++i)
      if (before(now.ready[i], now.ready[best]))
        best = i;
    return best;
  }
  [[nodiscard]] bool hurries() const noexcept override { return hurry_; }

private:
  /// The main task comes first, so that it creates the others.
  [[nodiscard]] std::uint64_t rank(const ready_task &task) const noexcept {
    const std::uint64_t child = task.branch;
    if (child == 0)
      return 0;
    for (std::size_t i = 0; i < order_.size(); ++i)
      if (order_[i] == child)
        return i + 1;
    return reverse_ ? ~child : order_.size() + child;
  }
  [[nodiscard]] bool before(const ready_task &a, const ready_task &b) const noexcept { return rank(a) < rank(b); }

  bool hurry_, reverse_;
  std::span<const std::uint64_t> order_;
};

/// One run.
class serial final : public strategy {
public:
  enum class line { forward, reverse };
  explicit serial(line order = line::forward) noexcept : reverse_(order == line::reverse) {}
  /// The main task's children in this order; each one's sleeps end before another one runs.
  explicit serial(std::vector<std::uint64_t> children) noexcept : hurry_(true), children_(std::move(children)) {}
  [[nodiscard]] std::string name() const override { return reverse_ ? "reverse-serial" : "serial"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::serial), hurry_, reverse_};
    out.insert(out.end(), children_.begin(), children_.end());
    return !std::exchange(done_, true);
  }

private:
  bool hurry_ = false, reverse_ = false, done_ = false;
  std::vector<std::uint64_t> children_;
};

} // namespace corace::schedule
