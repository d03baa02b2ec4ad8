// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probabilistic concurrency testing (Burckhardt et al., 2010): each task has a priority that is drawn once, the highest
// ready one runs, and at depth - 1 places of the run, drawn as well, whoever would run falls below all others. A bug
// that needs `depth` ordering constraints is found with a probability of at least 1 / (n k^(depth - 1)) for n tasks and
// k choices. Only choices between two tasks or more are counted. A task that goes round at one await again and again
// while others could run falls too: it may wait for them.
#pragma once

#include "explore/knowledge.h"
#include "explore/strategy.h"

namespace corace::schedule {

/// Plan: the seed of the run, and the numbers of the choices at which a task falls, from 1.
/// Marks: pairs of a task that has fallen and its priority.
class pct_picker final : public picker {
public:
  pct_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept
      : seed_(numbers[0]), falls_(numbers.subspan(1)), fallen_(marks) {}
  std::size_t pick(const choice &now) override;
  extras prepare(allowance &) const noexcept override { return extras::drawn; }

private:
  [[nodiscard]] std::uint64_t priority(task_key task) const noexcept;
  [[nodiscard]] std::size_t highest(const choice &now) const noexcept;
  void lower(task_key task, std::uint64_t to) noexcept;

  std::uint64_t seed_;
  std::span<const std::uint64_t> falls_;
  shared_table<std::uint64_t> &fallen_;
  std::uint64_t choices_ = 0;
  std::uint64_t lowest_ = std::uint64_t{1} << 62; ///< given to a task for going round, each time a lower one
  std::uint64_t rounds_ = 0, site_ = 0;           ///< of the task that ran last
};

class pct final : public strategy {
public:
  /// A depth of 0: 1, 2, 3 and 5 in turns.
  pct(const knowledge &known, std::uint64_t seed, std::uint64_t depth) noexcept
      : known_(known), seed_(seed), depth_(depth) {}
  [[nodiscard]] std::string name() const override { return "pct"; }
  [[nodiscard]] schedule_source source() const noexcept override { return schedule_source::random; }
  bool next(plan &out) override;
  [[nodiscard]] bool wants_steps() const noexcept override { return false; }

private:
  const knowledge &known_;
  std::uint64_t seed_, depth_, runs_ = 0;
};

} // namespace corace::schedule
