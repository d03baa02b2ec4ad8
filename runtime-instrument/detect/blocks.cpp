// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "detect/blocks.h"

namespace corace::detect {

template <class Predicate> void block_table::erase_from(std::uintptr_t page, Predicate gone) noexcept {
  std::uint32_t *link = pages_.find(page);
  while (link != nullptr && *link != 0) {
    const std::uint32_t number = *link;
    node &each = nodes_[number - 1];
    if (!gone(each)) {
      link = &each.next;
      continue;
    }
    *link = each.next;
    each.next = free_;
    free_ = number;
  }
}

const block_table::node *block_table::overlapping(std::uintptr_t page, std::uintptr_t begin,
                                                  std::uintptr_t end) noexcept {
  const std::uint32_t *const first = pages_.find(page);
  for (std::uint32_t number = first == nullptr ? 0 : *first; number != 0; number = nodes_[number - 1].next)
    if (const node &each = nodes_[number - 1]; each.begin < end && begin < each.end)
      return &each;
  return nullptr;
}

void block_table::add(std::uintptr_t begin, std::uint64_t size, std::uint64_t name) {
  if (size == 0 || size > longest)
    return;
  const std::uintptr_t end = begin + size;
  for (std::uintptr_t page = begin / page_size; page <= (end - 1) / page_size; ++page) {
    while (const node *other = overlapping(page, begin, end))
      remove(other->begin);
    std::uint32_t number = free_;
    if (number != 0) {
      free_ = nodes_[number - 1].next;
    } else {
      nodes_.emplace_back();
      number = static_cast<std::uint32_t>(nodes_.size());
    }
    std::uint32_t &first = pages_[page];
    nodes_[number - 1] = {begin, end, name, first};
    first = number;
  }
}

std::uint64_t block_table::remove(std::uintptr_t begin) noexcept {
  std::uintptr_t end = begin;
  const auto is_it = [&](const node &each) {
    if (each.begin != begin)
      return false;
    end = each.end;
    return true;
  };
  erase_from(begin / page_size, is_it);
  for (std::uintptr_t page = begin / page_size + 1; page * page_size < end; ++page)
    erase_from(page, is_it);
  return end - begin;
}

std::uint64_t block_table::name_of(std::uintptr_t address) noexcept {
  // Eight bytes that reach into the block stand for it: what is before its beginning is nobody's.
  const node *const around = overlapping(address / page_size, address, address + 8);
  return around == nullptr ? 0 : around->name + (address - around->begin / 8 * 8) / 8;
}

} // namespace corace::detect
