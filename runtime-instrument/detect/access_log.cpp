// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "detect/access_log.h"

#include <algorithm>
#include <bit>

namespace corace::detect {

namespace {
/// In a longer footprint, doubles are not looked for when something is added but when it is sorted.
constexpr std::size_t short_footprint = 16;
} // namespace

void access_log::begin_run(bool footprints) noexcept {
  footprints_ = footprints;
  suspicious_ = false;
  task_ = 0;
  time_ = 0;
  cells_.clear();
  more_.clear();
  touched_.clear();
}

void access_log::touched(std::uintptr_t key, bool written) noexcept {
  const std::size_t count = touched_.size();
  for (std::size_t i = count; i-- > 0 && count - i <= short_footprint;)
    if (touched_[i].key == key) {
      touched_[i].written |= written;
      return;
    }
  touched_.push_back({key, written});
}

std::span<const footprint::cell> access_log::segment_footprint() {
  const auto before = [](const footprint::cell &a, const footprint::cell &b) { return a.key < b.key; };
  if (touched_.size() <= short_footprint) {
    for (std::size_t i = 1; i < touched_.size(); ++i)
      for (std::size_t j = i; j > 0 && before(touched_[j], touched_[j - 1]); --j)
        std::swap(touched_[j], touched_[j - 1]);
    return touched_;
  }
  std::sort(touched_.begin(), touched_.end(), before);
  auto last = touched_.begin();
  for (auto each = std::next(last); each != touched_.end(); ++each)
    if (each->key == last->key)
      last->written |= each->written;
    else
      *++last = *each;
  touched_.erase(std::next(last), touched_.end());
  return touched_;
}

void access_log::memory(std::uintptr_t key, access what, std::uint64_t place) noexcept {
  any_memory_ = true;
  if (!task_)
    return;
  const bool writes = what != access::read;
  if (footprints_)
    touched(key, writes);
  cell &at = cells_[key];
  const std::uint32_t now = ++time_;
  toucher *own = &at.first;
  while (own->task != task_ && own->task) {
    if (own->next == 0) {
      more_.push_back({});
      // `own` may stand in what has just moved.
      std::uint32_t *link = &at.first.next;
      while (*link)
        link = &more_[*link - 1].next;
      *link = static_cast<std::uint32_t>(more_.size());
      own = &more_.back();
      break;
    }
    own = &more_[own->next - 1];
  }
  if (own->task && own->time < segment_began_ && at.writer != task_ && at.write_time > own->time)
    suspect(*own, at, place, what);
  own->task = task_;
  own->place = place;
  own->time = now;
  own->what = what;
  if (writes) {
    at.writer = task_;
    at.write_place = place;
    at.write_time = now;
  }
}

// The same three places in one run after the other are judged less and less often.
void access_log::suspect(const toucher &first, const cell &rival, std::uint64_t second, access what) noexcept {
  const bool reads = what != access::write;
  const bool read_first = first.what == access::read;
  if (candidates().empty() && read_first == reads) // R..R and W..W are nobody's business but a candidate's
    return;
  std::uint64_t key = first.place;
  for (std::uint64_t each : {rival.write_place, second})
    key = (std::rotl(key, 23) ^ each) * 0x9e3779b97f4a7c15u;
  std::uint32_t &times = suspects_[key];
  suspicious_ |= ++times <= 4 || std::has_single_bit(times);
}

} // namespace corace::detect
