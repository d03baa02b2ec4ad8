// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A schedule that is given: by its deviations from the canonical one, or as the sequence of its tasks.
#pragma once

#include "explore/strategy.h"
#include "explore/token.h"

#include <utility>

namespace corace::schedule {

/// Plan: for each deviation the task that ran last, how many segments it had run, and the task to run.
/// Marks: for each deviation what became of it (a `fate`).
class replay_picker final : public picker {
public:
  enum fate : std::uint64_t {
    not_reached, ///< the task never had run that many segments at a decision
    applied,
    not_ready ///< the task that should have run could not
  };
  replay_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept
      : plan_(numbers), marks_(marks) {
    for (std::size_t i = 0; i < numbers.size(); i += 3)
      marks.push(not_reached);
  }
  std::size_t pick(const choice &now) override {
    for (std::size_t i = 0; i < plan_.size(); i += 3) {
      if (plan_[i] != now.last || plan_[i + 1] != now.last_segments)
        continue;
      const std::size_t index = index_of(now, plan_[i + 2]);
      marks_[i / 3] = index == give_up ? not_ready : applied;
      return index == give_up ? canonical(now) : index;
    }
    return canonical(now);
  }

private:
  std::span<const std::uint64_t> plan_;
  shared_table<std::uint64_t> &marks_;
};

/// One run, or as many as asked for. A deviation that does not apply is left out; unapplied() tells.
class replay final : public strategy {
public:
  explicit replay(std::vector<deviation> deviations, std::uint64_t runs = 1)
      : deviations_(std::move(deviations)), runs_(runs) {}
  [[nodiscard]] std::string name() const override { return "replay"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::replay)};
    for (const deviation &each : deviations_)
      out.insert(out.end(), {key_of(each.after), each.segments, key_of(each.to)});
    return runs_ && runs_--;
  }
  /// One line about the first deviation that did not apply in this run; empty when all did.
  [[nodiscard]] static std::string unapplied(const std::vector<deviation> &deviations, const run_memory &run);

private:
  std::vector<deviation> deviations_;
  std::uint64_t runs_;
};

/// Plan: the tasks in the order in which they run. Where that one is not ready, or there is no more, the canonical
/// choice.
class sequence_picker final : public picker {
public:
  explicit sequence_picker(std::span<const std::uint64_t> numbers) noexcept : tasks_(numbers) {}
  std::size_t pick(const choice &now) override {
    const std::size_t index = now.step < tasks_.size() ? index_of(now, tasks_[now.step]) : give_up;
    return index == give_up ? canonical(now) : index;
  }

private:
  std::span<const std::uint64_t> tasks_;
};

class sequence final : public strategy {
public:
  explicit sequence(std::vector<task_key> tasks) noexcept : tasks_(std::move(tasks)) {}
  [[nodiscard]] std::string name() const override { return "sequence"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::sequence)};
    out.insert(out.end(), tasks_.begin(), tasks_.end());
    return !std::exchange(done_, true);
  }

private:
  std::vector<task_key> tasks_;
  bool done_ = false;
};

} // namespace corace::schedule
