// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/progress.h"

#include <algorithm>

namespace corace::schedule {

namespace {
constexpr std::uint64_t looks = 64;  ///< in a run that takes as many steps as it may
constexpr std::uint64_t rounds = 10; ///< each ready task has to have had so many turns
} // namespace

void progress::begin(std::uint64_t most_steps) noexcept {
  most_ = most_steps;
  interval_ = std::max<std::uint64_t>(most_steps / looks, 1);
  next_look_ = most_steps - interval_;
  changes_ = quiet_ = fairly_ = 0;
  fair_ = false;
}

// Without the pass and shared<T>, a task may change what nobody sees: then only the end of the run is sure.
bool progress::look(std::uint64_t left, std::uint64_t changes, bool memory_seen, std::size_t ready) noexcept {
  next_look_ = left > interval_ ? left - interval_ : 0;
  if (changes != changes_) {
    changes_ = changes;
    quiet_ = fairly_ = 0;
    fair_ = false;
    return false;
  }
  quiet_ += interval_;
  if (fair_)
    fairly_ += interval_;
  fair_ = fair_ || quiet_ >= most_ / 16;
  return fairly_ >= rounds * ready && quiet_ >= (memory_seen ? most_ / 4 : most_ - most_ / 8);
}

} // namespace corace::schedule
