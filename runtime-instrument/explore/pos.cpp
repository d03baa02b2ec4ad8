// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/pos.h"

#include <unordered_map>

namespace corace::schedule {

namespace {
[[nodiscard]] bool conflict(std::uint64_t a, std::uint64_t b) noexcept {
  const auto reads = [](std::uint64_t of) { return static_cast<std::uint32_t>(of >> 32); };
  const auto writes = [](std::uint64_t of) { return static_cast<std::uint32_t>(of); };
  return (writes(a) & (reads(b) | writes(b))) | (reads(a) & writes(b));
}
} // namespace

pos_picker::pos_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept
    : seed_(numbers[0]), touches_(numbers.subspan(1)), draws_(marks) {
  for (std::size_t i = 0; i < touches_.slots(); ++i)
    draws_.push(0);
}

std::size_t pos_picker::pick(const choice &now) {
  if (now.ready.size() == 1 && now.ready[0].key == now.last)
    return 0;
  const std::uint64_t before =
      now.last && now.last_segments ? touches_.number(touches_.slot_of(now.last), now.last_segments - 1) : 0;
  std::size_t found = 0;
  std::uint64_t best = 0;
  for (std::size_t i = 0; i < now.ready.size(); ++i) {
    const ready_task &each = now.ready[i];
    const std::size_t slot = touches_.slot_of(each.key);
    std::uint64_t draws = 0;
    if (slot != task_table::none && slot < draws_.size())
      draws = draws_[slot] += each.key != now.last && conflict(before, touches_.number(slot, each.segments));
    const std::uint64_t own = mix(mix(seed_, each.key), draws << 32 | each.segments) | 1;
    if (own > best)
      best = own, found = i;
  }
  return found;
}

bool pos::next(plan &out) {
  if (plan_.empty() || learned_ != known_.runs()) {
    std::unordered_map<std::uintptr_t, unsigned> bit;
    unsigned objects = 0;
    for (const auto &each : known_.hot_objects()) {
      for (std::uintptr_t cell : each.cells)
        bit.emplace(cell, objects % 32);
      ++objects;
    }
    knowledge::rows rows;
    for (std::size_t task = 0; task < known_.tasks(); ++task) {
      rows.emplace_back(known_.task(task), std::vector<std::uint64_t>());
      for (const auto &segment : known_.touched(task)) {
        std::uint64_t touches = 0;
        for (const auto &cell : segment)
          if (const auto at = bit.find(cell.key); at != bit.end())
            touches |= (cell.written ? std::uint64_t{1} : std::uint64_t{1} << 32) << at->second;
        rows.back().second.push_back(touches);
      }
    }
    plan_ = {static_cast<std::uint64_t>(picker_kind::pos), 0};
    task_table::append(plan_, rows);
    learned_ = known_.runs();
  }
  plan_[1] = run_seed(seed_, runs_++);
  out = plan_;
  return true;
}

} // namespace corace::schedule
