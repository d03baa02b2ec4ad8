// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "detect/globals.h"

#include "detect/sites.h"

#include <link.h>

#include <algorithm>
#include <utility>

namespace corace::detect {

namespace {
/// More variables than these are no help to anybody.
constexpr std::size_t most_notes = 8;

struct found {
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges;
  bool first = true;
};

int look(dl_phdr_info *module, std::size_t, void *to) {
  auto &out = *static_cast<found *>(to);
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> writable;
  bool wanted = std::exchange(out.first, false); // the program itself comes first
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto &each = module->dlpi_phdr[i];
    if (each.p_type != PT_LOAD)
      continue;
    const std::uintptr_t begin = module->dlpi_addr + each.p_vaddr, end = begin + each.p_memsz;
    for (const module_sites &sites : modules())
      wanted |= reinterpret_cast<std::uintptr_t>(sites.begin) - begin < end - begin;
    if (each.p_flags & PF_W)
      writable.emplace_back(begin & ~std::uintptr_t{7}, end & ~std::uintptr_t{7});
  }
  if (!wanted)
    return 0;
  for (const auto &[begin, end] : writable)
    out.ranges.emplace_back(begin, end);
  return 0;
}
} // namespace

globals::globals() {
  found all;
  ::dl_iterate_phdr(look, &all);
  for (const auto &[begin, end] : all.ranges) {
    segments_.push_back({begin, end});
    low_ = low_ ? std::min(low_, begin) : begin;
    high_ = std::max(high_, end);
  }
}

bool globals::in_segment(std::uintptr_t address) const noexcept {
  return std::any_of(segments_.begin(), segments_.end(),
                     [&](const segment &each) { return address - each.begin < each.end - each.begin; });
}

/// What the first run finds that reads before it writes is what counts, also where earlier runs have written: the body
/// may set the variable in code that nobody observes.
bool globals::differs(std::uintptr_t granule, cell &known, std::uint8_t mask) const noexcept {
  bool differ = false;
  for (unsigned i = 0; i < 8; ++i) {
    const auto bit = static_cast<std::uint8_t>(1u << i);
    if (!(mask & bit))
      continue;
    const std::uint8_t now = *reinterpret_cast<const volatile std::uint8_t *>(granule + i);
    if (!(known.known & bit)) {
      known.known |= bit;
      known.first[i] = now;
    }
    differ |= known.first[i] != now;
  }
  return differ;
}

void globals::touched(std::uintptr_t address, std::uint64_t size, bool reads, const char *name, const char *file,
                      std::uint32_t line) {
  bool differ = false;
  const std::uintptr_t end = address + size;
  for (std::uintptr_t granule = address & ~std::uintptr_t{7}; granule < end && contains(granule); granule += 8) {
    unsigned mask = 0xff;
    if (granule < address)
      mask &= 0xffu << (address - granule);
    if (end - granule < 8)
      mask &= (1u << (end - granule)) - 1;
    cell &known = cells_[granule];
    if (known.run != run_)
      known.run = run_, known.touched = 0;
    const auto fresh = static_cast<std::uint8_t>(mask & ~unsigned{known.touched});
    known.touched = static_cast<std::uint8_t>(known.touched | mask);
    differ |= reads && fresh && differs(granule, known, fresh);
  }
  if (!differ)
    return;
  leaked_ = true;
  std::string note = "a run began with what an earlier run left in " +
                     (*name ? "'" + std::string(name) + "'" : std::string("a global")) + " (read at " +
                     (*file ? file : "an unknown place") + ":" + std::to_string(line) +
                     "): set it at the start of the body";
  if (notes_.size() < most_notes && std::find(notes_.begin(), notes_.end(), note) == notes_.end())
    notes_.push_back(std::move(note));
}

} // namespace corace::detect
