// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A schedule that is given: by its deviations from the canonical one, or as the sequence of its tasks.
#pragma once

#include "explore/strategy.h"
#include "explore/token.h"

#include <utility>

namespace corace::schedule {

/// Plan: for each deviation its kind, the task that ran last (or that makes the choice), how many segments it had run
/// (or which of its choices it is), and the task or move to take (or the value).
/// Marks: for each deviation what became of it (a `fate`).
class replay_picker final : public picker {
public:
  enum fate : std::uint64_t {
    not_reached, ///< the task never had run that many segments at a decision, or made that choice
    applied,
    not_ready ///< what should have happened could not
  };
  replay_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept;
  std::size_t pick(const choice &now) override;
  extras prepare(allowance &allowed) const noexcept override;
  std::uint32_t answer(const question &asked) noexcept override;

private:
  static constexpr std::size_t width = 4; ///< numbers of a deviation
  std::span<const std::uint64_t> plan_;
  shared_table<std::uint64_t> &marks_;
};

/// One run, or as many as asked for. A deviation that does not apply is left out; unapplied() tells.
class replay final : public strategy {
public:
  explicit replay(std::vector<deviation> deviations, std::uint64_t runs = 1)
      : deviations_(std::move(deviations)), runs_(runs) {}
  [[nodiscard]] std::string name() const override { return "replay"; }
  bool next(plan &out) override;
  /// One line about the first deviation that did not apply in this run; empty when all did.
  [[nodiscard]] static std::string unapplied(const std::vector<deviation> &deviations, const run_memory &run);

private:
  std::vector<deviation> deviations_;
  std::uint64_t runs_;
};

/// Plan: whether the run is offered moves, the number of its decisions, these, and the values of its choices. Where
/// what was chosen is not there, or there is no more, the canonical choice.
class sequence_picker final : public picker {
public:
  explicit sequence_picker(std::span<const std::uint64_t> numbers) noexcept
      : moves_(numbers[0] != 0), chosen_(numbers.subspan(2, numbers[1])), values_(numbers.subspan(2 + numbers[1])) {}
  std::size_t pick(const choice &now) override {
    const std::size_t index = now.step < chosen_.size() ? index_of(now, chosen_[now.step]) : give_up;
    return index == give_up ? canonical(now) : index;
  }
  extras prepare(allowance &allowed) const noexcept override {
    if (!moves_)
      allowed.free_timers = false, allowed.cancellations = allowed.timeouts = allowed.spurious_wake_ups = 0;
    return extras::asked;
  }
  std::uint32_t answer(const question &asked) noexcept override {
    return asked.index < values_.size() ? static_cast<std::uint32_t>(values_[asked.index]) : 0;
  }

private:
  bool moves_;
  std::span<const std::uint64_t> chosen_, values_;
};

class sequence final : public strategy {
public:
  /// What a run has done, once more.
  explicit sequence(const run_memory &run)
      : plan_{static_cast<std::uint64_t>(picker_kind::sequence), run.flags[0].moves, run.steps.size()} {
    for (const step_entry &each : run.steps.all())
      plan_.push_back(each.chosen);
    for (const value_entry &each : run.values.all())
      plan_.push_back(each.value);
  }
  [[nodiscard]] std::string name() const override { return "sequence"; }
  bool next(plan &out) override {
    out = plan_;
    return !std::exchange(done_, true);
  }

private:
  plan plan_;
  bool done_ = false;
};

} // namespace corace::schedule
