// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a schedule that fails to one that fails likewise with as few deviations and tasks as can be found.
#pragma once

#include "explore/run_memory.h"
#include "explore/token.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace corace::schedule {

class shrinker {
public:
  using schedule = std::vector<deviation>;
  /// How much may be tried.
  struct limits {
    std::uint64_t removals = 1000; ///< runs of what is left of the schedule itself
    std::uint64_t others = 2000;   ///< runs of other schedules that are as short or shorter
    std::function<bool()> late = [] { return false; };
  };
  /// `shows` runs a schedule, leaving out what does not apply, and tells whether the same failure showed; `last` is
  /// what that run has left, its steps included.
  shrinker(std::function<bool(const schedule &)> shows, const run_memory &last, limits most)
      : shows_(std::move(shows)), last_(last), most_(std::move(most)) {}
  /// The schedule itself when it does not show the failure.
  [[nodiscard]] schedule shrink(schedule from);
  [[nodiscard]] std::uint64_t runs() const noexcept { return removals_ + others_; }

private:
  void remove_parts();
  void try_the_shortest();
  void exchange();
  /// The best with one deviation more than `rest`.
  [[nodiscard]] bool exchange(const schedule &rest);
  void name_first_children();
  /// One run; when it fails likewise and is better, it is the best from now on.
  bool improves(const schedule &s, std::uint64_t &counter);
  /// Deviations that the last run could have taken, those of the decisions after its last one.
  [[nodiscard]] schedule alternatives(bool all) const;
  [[nodiscard]] bool spent(std::uint64_t runs, std::uint64_t most) const { return runs >= most || most_.late(); }

  std::function<bool(const schedule &)> shows_;
  const run_memory &last_;
  limits most_;
  schedule best_;
  std::uint64_t removals_ = 0, others_ = 0;
};

} // namespace corace::schedule
