// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a search has learned of the program: where tasks wait, how many segments they run, and what these touch. The
// strategies of one search share it. Everything is kept in the order in which it was first seen, never in that of
// addresses, so that a search is the same in every process.
#pragma once

#include "explore/run_memory.h"

#include <bit>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace corace::schedule {

class knowledge {
public:
  /// A task that has run this many segments and could run another one while others could as well.
  struct occurrence {
    task_key task;
    std::uint32_t segments;
  };

  /// Whether the next run is one to learn from: the first ones are, and then less and less often one.
  [[nodiscard]] bool hungry() noexcept { return ++asked_ <= 64 || std::has_single_bit(asked_); }
  /// A run has ended that wrote its steps down, and what they touched.
  void learn(const run_memory &run);

  /// Of those that were learned from.
  [[nodiscard]] std::uint64_t runs() const noexcept { return runs_; }
  /// The awaits at which a task stood while others could run.
  [[nodiscard]] const std::vector<std::uint64_t> &sites() const noexcept { return sites_; }
  [[nodiscard]] const std::vector<occurrence> &occurrences() const noexcept { return occurrences_; }
  /// What the segment before this occurrence touched is touched by other tasks as well, and written by some.
  [[nodiscard]] bool exposed(const occurrence &at) const;
  /// How many steps a run may take before it is to be suspected of waiting for what a strategy keeps from happening.
  [[nodiscard]] std::uint64_t patience() const noexcept { return 2 * longest_ + 200; }

private:
  struct object {
    task_key task = 0;      ///< who touched it first
    bool by_others = false; ///< others have as well
    bool written = false;   ///< by whomever
    [[nodiscard]] bool hot() const noexcept { return by_others && written; }
  };
  struct profile {
    std::vector<std::vector<detect::footprint::cell>> segments; ///< what each touched when it was run last
  };

  void learn_places(const run_memory &run);
  void learn_footprints(const run_memory &run);

  std::uint64_t asked_ = 0, runs_ = 0, longest_ = 0;
  std::vector<std::uint64_t> sites_;
  std::unordered_set<std::uint64_t> known_sites_, known_occurrences_;
  std::vector<occurrence> occurrences_;
  std::unordered_map<task_key, profile> profiles_;
  std::unordered_map<std::uintptr_t, object> objects_;
};

} // namespace corace::schedule
