// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/statistics.h"

#include <algorithm>

namespace corace::schedule {

namespace {
/// So many runs are recorded one after the other; later on, the gaps grow in proportion. Ten million runs have about
/// 3,000 in the sample. Which runs these are does not depend on what they show, so random ones stay a random sample.
constexpr std::uint64_t recorded_in_a_row = 256;
/// A run that takes more steps makes the next gap longer, because recording it has cost more.
constexpr std::uint64_t steps_of_a_gap = 256;
/// A run with more steps is not recorded.
constexpr std::size_t longest_recorded = std::size_t{1} << 14;
} // namespace

void statistics::count(const run_memory &run, schedule_source source) {
  if (samples_next()) {
    next_sample_ = runs_ + 1 + runs_ / recorded_in_a_row + run.flags[0].taken / steps_of_a_gap;
    record(run, source);
  }
  ++runs_;
  enumerated_ += source == schedule_source::enumeration;
  const std::uint64_t steps = run.flags[0].taken;
  steps_ += steps;
  most_ = std::max(most_, steps);
  fewest_ = runs_ == 1 ? steps : std::min(fewest_, steps);
}

void statistics::record(const run_memory &run, schedule_source source) {
  const run_flags &flags = run.flags[0];
  if (!flags.steps || flags.skipped || flags.cut_off || run.steps.size() > longest_recorded || run.steps.overflowed() ||
      run.cells.overflowed() || (footprints_ && !flags.footprints))
    return;
  ++recorded_;
  const std::uint64_t seen = classifier_.of(run, footprints_);
  classes_.insert(seen);
  if (source == schedule_source::random) {
    ++drawn_;
    ++drawn_classes_[seen];
  }
  if (flags.footprints && awaits_)
    coverage_.count(run);
}

explore_statistics statistics::result(bool complete, double seconds) const {
  explore_statistics out;
  out.runs = runs_;
  out.blocked = blocked_;
  out.seconds = seconds;
  out.fewest_steps = fewest_;
  out.most_steps = most_;
  out.mean_steps = runs_ ? static_cast<double>(steps_) / static_cast<double>(runs_) : 0;
  out.recorded = recorded_;
  // An enumeration shows each class once; what ran before it repeats some of them.
  out.classes = complete ? enumerated_ : std::max<std::uint64_t>(enumerated_, classes_.size());
  out.drawn = drawn_;
  out.drawn_classes = drawn_classes_.size();
  for (const auto &[each, times] : drawn_classes_) {
    out.drawn_once += times == 1;
    out.drawn_twice += times == 2;
  }
  out.awaits = coverage_.awaits();
  return out;
}

} // namespace corace::schedule
