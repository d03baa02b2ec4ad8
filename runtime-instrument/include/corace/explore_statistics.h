// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much of a program an exploration has seen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace corace {

/// One `co_await` of the program, over the runs that were recorded. A task waits there "across" an object when it
/// touches it before and after the wait; the wait is "disturbed" when meanwhile another task writes such an object.
struct await_coverage {
  std::string file, function; ///< as the compiler spells them
  std::uint32_t line = 0, column = 0;
  std::uint64_t waits = 0;     ///< times that a task suspended there and went on
  std::uint64_t across = 0;    ///< of these, with something that another task writes in some run living across
  std::uint64_t disturbed = 0; ///< of these, with such a write during the wait
};

/// Schedules are of one class when they differ only by the order of segments that touch nothing in common, where what
/// segments touch is known (explore_options::footprints); elsewhere each schedule is a class of its own.
///
/// Quick runs are not recorded but for a sample: each of the first 256, then fewer and fewer.
struct explore_statistics {
  std::uint64_t runs = 0;    ///< schedules run to their end
  std::uint64_t blocked = 0; ///< schedules given up because an equivalent one had been run
  double seconds = 0;        ///< the search, without shrinking and verifying
  std::uint64_t fewest_steps = 0, most_steps = 0;
  double mean_steps = 0;
  std::uint64_t recorded = 0; ///< runs of which classes and awaits are known
  std::uint64_t classes = 0;  ///< different ones seen; all there are where the search was complete
  /// Of the recorded runs whose schedules were drawn at random: how many there are, and how many classes were drawn
  /// once and twice.
  std::uint64_t drawn = 0, drawn_classes = 0, drawn_once = 0, drawn_twice = 0;
  std::vector<await_coverage> awaits; ///< by file and line

  [[nodiscard]] double runs_per_second() const noexcept;
  /// Of all schedules that were begun, those that were given up.
  [[nodiscard]] double share_pruned() const noexcept;
  /// How likely one more random schedule shows a class that no earlier one has shown (Good, 1953); 1 when none was
  /// drawn.
  [[nodiscard]] double unseen_probability() const noexcept;
  /// A lower bound of how many classes random schedules can show (Chao, 1984, with the correction for small numbers); 0
  /// when none was drawn.
  [[nodiscard]] double estimated_classes() const noexcept;
  /// Awaits with something that another task writes living across them, and those of them that were disturbed.
  [[nodiscard]] std::size_t awaits_to_disturb() const noexcept;
  [[nodiscard]] std::size_t awaits_disturbed() const noexcept;

  /// "39 schedules (12 skipped), 39 classes, 1.2 M/s, 5 to 9 steps, awaits disturbed: 2 of 3"
  [[nodiscard]] std::string line() const;
  /// The same in full, one line for each await.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};

} // namespace corace
