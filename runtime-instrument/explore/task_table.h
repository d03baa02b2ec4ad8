// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A number for each segment of each known task, as part of a plan.
#pragma once

#include "explore/random.h"
#include "explore/strategy.h"

#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace corace::schedule {

class task_table {
public:
  using row = std::pair<task_key, std::vector<std::uint64_t>>;
  /// Numbers: how many slots there are (a power of two), the slots, and the rows one after the other. A slot is a task
  /// (0: it is empty), where its row begins, and how long that is.
  static void append(plan &out, const std::vector<row> &rows) {
    const std::uint64_t slots = std::bit_ceil(2 * rows.size() + 1);
    const std::size_t first = out.size();
    out.push_back(slots);
    out.resize(out.size() + slot_size * slots);
    for (const auto &[task, numbers] : rows) {
      std::uint64_t i = mix(task) & (slots - 1);
      while (out[first + 1 + slot_size * i])
        i = (i + 1) & (slots - 1);
      std::uint64_t *const slot = &out[first + 1 + slot_size * i];
      slot[0] = task;
      slot[1] = out.size() - first;
      slot[2] = numbers.size();
      out.insert(out.end(), numbers.begin(), numbers.end());
    }
  }

  explicit task_table(std::span<const std::uint64_t> numbers) noexcept : numbers_(numbers), slots_(numbers[0]) {}
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
  static constexpr std::size_t none = ~std::size_t{0};
  [[nodiscard]] std::size_t slot_of(task_key task) const noexcept {
    for (std::size_t i = mix(task) & (slots_ - 1);; i = (i + 1) & (slots_ - 1)) {
      const std::uint64_t found = numbers_[1 + slot_size * i];
      if (found == task)
        return i;
      if (!found)
        return none;
    }
  }
  [[nodiscard]] task_key task_at(std::size_t slot) const noexcept { return numbers_[1 + slot_size * slot]; }
  /// 0 where there is none.
  [[nodiscard]] std::uint64_t number(std::size_t slot, std::uint64_t segment) const noexcept {
    if (slot == none)
      return 0;
    const std::uint64_t *const at = &numbers_[1 + slot_size * slot];
    return segment < at[2] ? numbers_[at[1] + segment] : 0;
  }

private:
  static constexpr std::size_t slot_size = 3;
  std::span<const std::uint64_t> numbers_;
  std::size_t slots_;
};

} // namespace corace::schedule
