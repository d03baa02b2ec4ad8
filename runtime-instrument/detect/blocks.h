// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "detect/flat_map.h"

#include <cstdint>
#include <vector>

namespace corace::detect {

/// The blocks of memory that a run has been given, by address: an allocator's addresses depend on the schedule, and one
/// address is many objects one after the other. Each page that a block reaches into has a short list of such blocks.
class block_table {
public:
  /// The block takes the place of all that it overlaps. `name` is its own, in this run and in others.
  void add(std::uintptr_t begin, std::uint64_t size, std::uint64_t name);
  /// The size of the block that begins here, which is then gone; 0: there is none.
  std::uint64_t remove(std::uintptr_t begin) noexcept;
  /// Names 8 bytes at this address, by the block that they are in: the same in every run where the same task makes its
  /// allocations in the same order. 0: they are in none.
  [[nodiscard]] std::uint64_t name_of(std::uintptr_t address) noexcept;
  void clear() noexcept {
    pages_.clear();
    nodes_.clear();
    free_ = 0;
  }

private:
  static constexpr std::uintptr_t page_size = 4096;
  static constexpr std::uint64_t longest = std::uint64_t{1} << 28; ///< a larger block goes without names
  struct node {
    std::uintptr_t begin, end;
    std::uint64_t name;
    std::uint32_t next; ///< in nodes_, from 1; 0: none
  };
  [[nodiscard]] const node *overlapping(std::uintptr_t page, std::uintptr_t begin, std::uintptr_t end) noexcept;
  /// Takes nodes out of a page's list.
  template <class Predicate> void erase_from(std::uintptr_t page, Predicate gone) noexcept;

  flat_map<std::uint32_t> pages_; ///< the first node of each
  std::vector<node> nodes_;
  std::uint32_t free_ = 0; ///< the first node that is not in use
};

} // namespace corace::detect
