// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "detect/access_log.h"

#include "detect/shadow.h"
#include "detect/sites.h"

#include <algorithm>
#include <bit>

namespace corace::detect {

namespace {
/// In a longer footprint, doubles are not looked for when something is added but when it is sorted.
constexpr std::size_t short_footprint = 16;
} // namespace

void access_log::begin_run(bool footprints) noexcept {
  footprints_ = collects_ = footprints;
  suspicious_ = !candidates().empty(); // what breaks their windows is more than the log can tell
  task_ = 0;
  changes_ = 0;
  memory_seen_ = false;
  time_ = segment_began_ = 0;
  cells_.clear();
  remembered_.clear();
  blocks_.clear();
  allocations_.clear();
  touched_.clear();
}

void access_log::touched(std::uint64_t name, bool written) noexcept {
  const std::size_t count = touched_.size();
  for (std::size_t i = count; i-- > 0 && count - i <= short_footprint;)
    if (touched_[i].key == name) {
      touched_[i].written |= written;
      return;
    }
  touched_.push_back({name, written});
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

void access_log::memory(std::uintptr_t identity, access what, std::uint64_t place) noexcept {
  any_memory_ = memory_seen_ = true;
  changes_ += what != access::read;
  if (!task_)
    return;
  if (collects_)
    touched(identity, what != access::read);
  judge(cells_[identity], identity, what, place);
}

void access_log::memory(std::uintptr_t address, std::uint64_t size, access what, const corace_site *site) noexcept {
  any_memory_ = memory_seen_ = true;
  changes_ += what != access::read;
  if (!task_ || size == 0)
    return;
  const std::uintptr_t end = address + std::min(size, watched_bytes);
  if (globals_ && globals_->contains(address)) [[unlikely]]
    global(address, size, what, site ? text_at(site->object) : "", site ? text_at(site->file) : "",
           site ? site->line : 0);
  const bool by_user = !is_system(site); // what a library does alone is nobody's business but a candidate's
  for (std::uintptr_t at = address; at < end; at = (granule_of(at) + 1) * granule) {
    if (collects_)
      touched(name_of(granule_of(at)), what != access::read);
    if (by_user)
      judge(cells_[granule_of(at)], at, what, reinterpret_cast<std::uintptr_t>(site));
  }
}

[[gnu::always_inline]] inline access_log::memory_of_task &access_log::own_memory(cell &at, std::uintptr_t address) {
  for (cell::own &each : at.first) {
    if (each.task == 0) {
      each.task = task_;
      each.address = address;
    }
    if (each.task == task_ && each.address == address)
      return each.memory;
  }
  return remembered_[address * 0x9e3779b97f4a7c15u ^ task_]; // keys of tasks are hashes already
}

/// Looks for a window that this access ends. The detector's rules (see detector::check_generic) without their
/// exceptions, except that it does not see who runs inside of an await_suspend: a read there must not hide an older
/// one.
void access_log::judge(cell &at, std::uintptr_t address, access what, std::uint64_t place) noexcept {
  const std::uint32_t now = ++time_;
  if (at.born == 0)
    at.born = now;
  memory_of_task &own = own_memory(at, address);
  if (own.read_time < at.born)
    own.read_time = 0, own.overtaken = 0;
  if (own.write_time < at.born)
    own.write_time = 0;
  const write &rival = at.last.task != task_ ? at.last : at.last_by_other;
  const auto overtook = [&](std::uint32_t time) { return time != 0 && time < segment_began_ && rival.time > time; };
  if (what == access::write) {
    if (overtook(own.read_time))
      suspect(own.read_place, rival, place);
    if (own.overtaken != 0)
      suspect(~own.overtaken, rival, place); // much more seldom a race: counted apart
  } else if (what == access::read) {
    if (overtook(own.write_time))
      suspect(own.write_place, rival, place);
    if (overtook(own.read_time))
      own.overtaken = own.read_place;
    own.read_time = now;
    own.read_place = place;
  }
  if (what == access::read)
    return;
  own.read_time = 0;
  own.overtaken = 0;
  own.write_time = now;
  own.write_place = place;
  if (at.last.task != task_)
    at.last_by_other = at.last;
  at.last = {task_, place, now};
}

// The same three places in one run after the other are judged less and less often.
void access_log::suspect(std::uint64_t first, const write &rival, std::uint64_t second) noexcept {
  std::uint64_t key = first;
  for (std::uint64_t each : {rival.place, second})
    key = (std::rotl(key, 23) ^ each) * 0x9e3779b97f4a7c15u;
  if (key != last_suspect_ || !times_) {
    last_suspect_ = key;
    times_ = &suspects_[key]; // stays where it is
  }
  suspicious_ |= ++*times_ <= 4 || std::has_single_bit(*times_);
}

/// Found once for as long as the granule is what it is.
std::uint64_t access_log::name_of(std::uintptr_t at) noexcept {
  cell &known = cells_[at];
  if (known.name == 0)
    known.name = blocks_.name_of(at * granule);
  if (known.name == 0)
    known.name = at;
  return known.name;
}

void access_log::allocated(std::uintptr_t address, std::uint64_t size) noexcept {
  forget(address, size);
  if (!footprints_)
    return;
  std::uint64_t name = (task_ + 0x9e3779b97f4a7c15u * ++allocations_[task_]) * 0xbf58476d1ce4e5b9u;
  name = (name ^ name >> 31) * 0x94d049bb133111ebu;
  blocks_.add(address, size, name >> 2 | std::uint64_t{1} << 63); // above all addresses, and room to count on
}

/// To give memory back conflicts with all that was done to it.
void access_log::freed(std::uintptr_t address) noexcept {
  if (!footprints_)
    return; // what is made of it next is told of
  const std::uint64_t size = blocks_.remove(address);
  if (size == 0)
    return;
  const std::uintptr_t first = granule_of(address), last = granule_of(address + size - 1);
  const auto give_back = [&](std::uintptr_t key, cell &each) {
    if (key >= first && key <= last && each.name != 0 && task_ && collects_)
      touched(each.name, true);
  };
  if (last - first > cells_.size())
    cells_.for_each(give_back);
  else
    for (std::uintptr_t key = first; key <= last; ++key)
      if (cell *known = cells_.find(key))
        give_back(key, *known);
  forget(address, size);
}

void access_log::forget(std::uintptr_t address, std::uint64_t size) noexcept {
  if (size == 0 || cells_.size() == 0)
    return;
  const std::uintptr_t first = granule_of(address), last = granule_of(address + size - 1);
  if (last - first > cells_.size())
    return cells_.erase_if([&](std::uintptr_t key) { return key >= first && key <= last; });
  for (std::uintptr_t key = first; key <= last; ++key)
    cells_.erase(key);
}

} // namespace corace::detect
