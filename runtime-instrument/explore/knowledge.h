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
#include <functional>
#include <source_location>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace corace::schedule {

class knowledge {
public:
  /// A task that has run this many segments and could run another one while others could as well.
  struct occurrence {
    task_key task;
    std::uint32_t segments;
    std::uint64_t site, own_site; ///< where it stood: innermost, and in its own coroutine
  };
  struct await_site {
    std::uint64_t site;
    std::source_location at;
  };
  /// What more than one task touches and somebody writes. Things that the same segments touch in the same way are one.
  struct hot_object {
    std::vector<std::uintptr_t> cells;
    std::uint64_t pairs = 0; ///< of contended segments of different tasks that touch it, at least one of them writing
  };
  struct touch {
    bool read = false, written = false;
  };

  /// Whether the next run is one to learn from: the first ones are, and then less and less often one.
  [[nodiscard]] bool hungry() noexcept { return ++asked_ <= 64 || std::has_single_bit(asked_); }
  /// A run has ended that wrote down its steps, who was ready at each, and what they touched.
  void learn(const run_memory &run);

  /// Of those that were learned from.
  [[nodiscard]] std::uint64_t runs() const noexcept { return runs_; }
  /// The awaits at which a task stood while others could run, innermost ones and those of the tasks' own coroutines.
  [[nodiscard]] const std::vector<await_site> &sites() const noexcept { return sites_; }
  [[nodiscard]] const std::vector<occurrence> &occurrences() const noexcept { return occurrences_; }
  /// What the segment before it touched; empty where that is not known.
  [[nodiscard]] std::span<const detect::footprint::cell> touched_before(const occurrence &at) const;
  /// What the segment before this occurrence touched is touched by other tasks as well, and written by some.
  [[nodiscard]] bool exposed(const occurrence &at) const;
  /// How many steps a run may take before it is to be suspected of waiting for what a strategy keeps from happening.
  [[nodiscard]] std::uint64_t patience() const noexcept { return 2 * longest_ + 200; }
  /// The most choices between two tasks or more that a run has had.
  [[nodiscard]] std::uint64_t choices() const noexcept { return choices_; }

  [[nodiscard]] std::vector<hot_object> hot_objects() const;
  using rows = std::vector<std::pair<task_key, std::vector<std::uint64_t>>>;
  /// For each task and each of its segments: how much is to come from there on, in this task and in those that it still
  /// has to create, if each segment counts as much as `weight` says (of the task's number here, and of the segment).
  [[nodiscard]] rows to_come(const std::function<std::uint64_t(std::size_t, std::size_t)> &weight) const;
  [[nodiscard]] std::size_t tasks() const noexcept { return profiles_.size(); }
  [[nodiscard]] task_key task(std::size_t i) const noexcept { return profiles_[i].key; }
  /// How many segments it runs, as far as is known.
  [[nodiscard]] std::size_t length(std::size_t task) const noexcept {
    return static_cast<std::size_t>(profiles_[task].average + 0.5);
  }
  /// Other tasks could have run instead of this segment, in some run; or it is too early to tell.
  [[nodiscard]] bool contended(std::size_t task, std::size_t segment) const noexcept;
  /// What each segment touched when it was run last; may be longer or shorter than length().
  [[nodiscard]] const std::vector<std::vector<detect::footprint::cell>> &touched(std::size_t task) const noexcept {
    return profiles_[task].segments;
  }

private:
  static constexpr std::size_t nobody = ~std::size_t{0};
  struct object {
    task_key task = 0;      ///< who touched it first
    bool by_others = false; ///< others have as well
    bool written = false;   ///< by whomever
    [[nodiscard]] bool hot() const noexcept { return by_others && written; }
  };
  struct profile {
    task_key key;
    std::size_t parent = nobody;
    std::uint32_t created_at = 0; ///< how many segments the parent had run by then
    double average = 0;           ///< segments of a run
    std::uint32_t now = 0;        ///< those of the run that is learned from
    std::vector<std::vector<detect::footprint::cell>> segments;
  };

  [[nodiscard]] std::size_t profile_of(task_key task);
  void learn_places(const run_memory &run);
  void learn_tasks(const run_memory &run);
  void learn_footprints(const run_memory &run);
  [[nodiscard]] bool is_hot(std::uintptr_t cell) const;

  std::uint64_t asked_ = 0, runs_ = 0, longest_ = 0, choices_ = 0;
  std::vector<await_site> sites_;
  std::unordered_set<std::uint64_t> known_sites_, known_occurrences_;
  std::vector<occurrence> occurrences_;
  std::vector<profile> profiles_; ///< a parent before its children
  std::unordered_map<task_key, std::size_t> profile_at_;
  std::unordered_map<std::uintptr_t, object> objects_;
};

} // namespace corace::schedule
