// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task's place in the tree of creation: the ordinals, from 1, of its forebears and of itself among their siblings.
// The main task's is empty.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

namespace corace::detail {

/// Nearly every path fits into eight bytes, whose numerical order is that of the paths: an ordinal takes as many bytes
/// as its first one says (0..., 10..., 110..., as UTF-8 does it).
class task_path {
public:
  task_path() = default;
  task_path child(std::uint32_t ordinal) const {
    task_path out;
    const unsigned bytes = ordinal < 0x80         ? 1
                           : ordinal < 0x4000     ? 2
                           : ordinal < 0x200000   ? 3
                           : ordinal < 0x10000000 ? 4
                                                  : 8;
    out.packed_ = packed_;
    out.used_ = static_cast<std::uint8_t>(used_ + bytes);
    if (!full_ && out.used_ <= 8 && bytes <= 4) {
      constexpr std::uint64_t marks[] = {0, 0x8000, 0xc00000, 0xe0000000};
      out.packed_ |= (ordinal | marks[bytes - 1]) << (64 - 8 * out.used_);
      return out;
    }
    out.used_ = 9;
    out.full_ = std::make_unique<std::vector<std::uint32_t>>(ordinals());
    out.full_->push_back(ordinal);
    return out;
  }
  [[nodiscard]] bool empty() const noexcept { return used_ == 0; }
  /// The first ordinal: which of the main task's children it descends from; 0: it is the main task.
  [[nodiscard]] std::uint32_t front() const noexcept {
    if (full_)
      return full_->front();
    unsigned at = 0;
    return used_ ? next(at) : 0;
  }
  [[nodiscard]] std::vector<std::uint32_t> ordinals() const {
    if (full_)
      return *full_;
    std::vector<std::uint32_t> all;
    for (unsigned at = 0; at < used_;)
      all.push_back(next(at));
    return all;
  }
  /// Lexicographic.
  friend std::strong_ordering operator<=>(const task_path &a, const task_path &b) {
    if (!a.full_ && !b.full_) [[likely]]
      return a.packed_ <=> b.packed_;
    return a.ordinals() <=> b.ordinals();
  }
  friend bool operator==(const task_path &a, const task_path &b) { return (a <=> b) == 0; }

private:
  [[nodiscard]] std::uint32_t next(unsigned &at) const noexcept {
    const auto byte = [&](unsigned i) { return static_cast<std::uint32_t>(packed_ >> (56 - 8 * i)) & 0xff; };
    const std::uint32_t first = byte(at++);
    const int more = std::countl_one(static_cast<std::uint8_t>(first));
    std::uint32_t ordinal = first & (0x7fu >> more);
    for (int i = 0; i < more; ++i)
      ordinal = ordinal << 8 | byte(at++);
    return ordinal;
  }

  std::uint64_t packed_ = 0; ///< means nothing where `full_` has them all
  std::uint8_t used_ = 0;    ///< bytes
  std::unique_ptr<std::vector<std::uint32_t>> full_;
};

} // namespace corace::detail
