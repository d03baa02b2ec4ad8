// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is remembered of memory. Two tables, both cheap to enter: the cell of a granule knows who touched it last, and
// each task knows its own last read and write of an address. So the cost of an access does not depend on the number of
// tasks.
#pragma once

#include "detect/detector.h"
#include "detect/flat_map.h"

#include <array>
#include <cstdint>
#include <memory>

namespace corace::detect {

/// The time of an event: the number of events before it, of all threads.
using stamp = std::uint64_t;

/// One access to one granule.
struct access {
  stamp time = 0; ///< 0: there was none
  const corace_site *site = nullptr, *via = nullptr;
  std::uintptr_t address = 0;
  std::uintptr_t frame = 0; ///< the coroutine that ran
  std::uint64_t value = 0;
  std::uint32_t size = 0;
  task_id task = no_task;
  std::uint32_t segment = 0;
  std::uint8_t mask = 0; ///< bytes of the granule
  bool written = false;
  bool blind = false; ///< a write of bytes that its task had not read in that segment
  bool has_value = false;

  [[nodiscard]] explicit operator bool() const noexcept { return time != 0; }
};

/// The accesses to a granule that can be rivals: the last few, one for each task and part of the granule.
template <std::size_t Capacity> class recent {
public:
  recent() noexcept {} // what is not in use yet has no value
  recent(const recent &other) noexcept { *this = other; }
  recent &operator=(const recent &other) noexcept {
    used_ = other.used_;
    for (std::size_t i = 0; i < used_; ++i)
      std::construct_at(&entries_[i].what, other.entries_[i].what);
    return *this;
  }

  void add(const access &what) noexcept {
    std::size_t place = 0;
    for (std::size_t i = 0; i < used_; ++i) {
      const access &each = entries_[i].what;
      if (each.task == what.task && each.mask == what.mask) {
        std::construct_at(&entries_[i].what, what);
        return;
      }
      if (each.time < entries_[place].what.time)
        place = i;
    }
    std::construct_at(&entries_[used_ < Capacity ? used_++ : place].what, what);
  }

  /// The latest access after `after` that touches `mask` and for which `accepts` holds.
  template <class Predicate>
  [[nodiscard]] const access *latest(stamp after, std::uint8_t mask, Predicate accepts) const {
    const access *found = nullptr;
    for (std::size_t i = 0; i < used_; ++i) {
      const access &each = entries_[i].what;
      if (each.time > after && (each.mask & mask) != 0 && (found == nullptr || each.time > found->time) &&
          accepts(each))
        found = &each;
    }
    return found;
  }

private:
  union room { // not set to zero: most cells hold one access or two
    room() noexcept {}
    access what;
  };
  std::size_t used_ = 0;
  std::array<room, Capacity> entries_;
};

struct cell {
  stamp born = 0; ///< what tasks remember from before is about another object
  recent<4> writes;
};

/// What one task remembers of an address.
struct record {
  access read, write;
  std::uint32_t read_segment = ~std::uint32_t{0};
};

inline constexpr std::uint64_t watched_bytes = 1 << 16; ///< of one access; what it touches beyond is not seen
inline constexpr std::uintptr_t granule = 8;
[[nodiscard]] constexpr std::uintptr_t granule_of(std::uintptr_t address) noexcept { return address / granule; }
/// The bytes of the granule at `address` that [address, end) covers.
[[nodiscard]] constexpr std::uint8_t mask_of(std::uintptr_t address, std::uintptr_t end) noexcept {
  const std::uintptr_t offset = address % granule;
  const std::uintptr_t count = end - address < granule - offset ? end - address : granule - offset;
  return static_cast<std::uint8_t>(((1u << count) - 1) << offset);
}

} // namespace corace::detect
