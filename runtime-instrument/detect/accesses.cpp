// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an access means: is it the end of a window that another task broke?

#include "detect/sites.h"
#include "detect/state.h"

#include <algorithm>
#include <cstring>
#include <limits>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace corace::detect {
namespace {

constexpr std::size_t kept_history = 1 << 20;

template <class Word> std::uint64_t word_at(std::uintptr_t address) noexcept {
  Word value;
  std::memcpy(&value, reinterpret_cast<const void *>(address), sizeof value);
  return value;
}

std::uint64_t content(std::uintptr_t address, std::uint32_t size) noexcept {
  switch (size) {
  case 1: return word_at<std::uint8_t>(address);
  case 4: return word_at<std::uint32_t>(address);
  case 8: return word_at<std::uint64_t>(address);
  default: break;
  }
  std::uint64_t value = 0;
  std::memcpy(&value, reinterpret_cast<const void *>(address), size);
  return value;
}

bool same_place(const access &a, const access &b) noexcept { return a.address == b.address && a.size == b.size; }

bool same_value(const access &a, const access &b) noexcept {
  return same_place(a, b) && a.has_value && b.has_value && a.value == b.value;
}

/// The rival put back what was there (or wrote the same): then the order of the two cannot be told apart.
bool harmless(const access &own, const access &rival) noexcept { return rival.written && same_value(own, rival); }

/// Look-ups by key touch what belongs to other keys as well (a hash table's look-up its size, too), so a change there
/// proves nothing. Where the body asks for the size itself, the key does not matter.
bool by_key(const access &what) noexcept {
  if (what.site == nullptr || !is_system(what.site))
    return false;
  const std::string_view function = function_of(*what.site);
  const auto is_of = [&](std::string_view container) { return function.find(container) != std::string_view::npos; };
  if (!is_of("_Rb_tree<") && !is_of("_Hashtable<") && !is_of("std::map<") && !is_of("std::set<") &&
      !is_of("std::unordered_"))
    return false;
  const std::string_view asked = what.via == nullptr ? std::string_view() : object_of(*what.via);
  return asked != "size" && asked != "empty";
}

/// The element itself is written: by the user's code, or by the one function of a container that assigns to it.
bool writes_element(const access &what) noexcept {
  return !is_system(what.site) || last_name(function_of(*what.site)) == "insert_or_assign";
}

/// A library's code that no call of the user's code has led to: an executor's own bookkeeping, in memory that it may
/// use again and again without giving it back. What the standard library does it does for somebody.
bool bookkeeping(const access &what) noexcept {
  if (!is_system(what.site) || (what.site != nullptr && in_standard_library(function_of(*what.site))))
    return false;
  return is_system(what.via) || what.via->kind == CORACE_SITE_SUSPEND;
}

} // namespace

event to_event(const access &what, event::type type) noexcept {
  return {type, what.task, what.segment, what.site, what.via, what.address, what.size, what.value, what.has_value};
}

struct detector::footing {
  thread_state &thread;
  bool reads, writes;
  bool generic; ///< the user's own code, and not a part of an await_suspend
  access now;   ///< its mask and blindness are those of the granule that is looked at
};

/// Both places of one candidate, or of several, can be meant by the site, by the call in the body that led here, and by
/// the suspensions of those that wait for this coroutine.
void detector::collect_roles(thread_state &thread, const corace_site *site, const corace_site *via) {
  roles_.clear();
  const auto add = [&](const corace_site *which) {
    for (const role &each : candidates.roles_of(which)) {
      const auto known = std::find_if(roles_.begin(), roles_.end(),
                                      [&](const role &other) { return other.candidate == each.candidate; });
      if (known == roles_.end()) {
        roles_.push_back(each);
      } else {
        known->first |= each.first;
        known->second |= each.second;
      }
    }
  };
  add(site);
  // Below an await a library is busy with itself, unless it is a container that an awaited coroutine uses.
  const auto own_business = [&] { return is_system(site) && !in_standard_library(function_of(*site)); };
  if (via != site && (via == nullptr || via->kind != CORACE_SITE_SUSPEND || !own_business()))
    add(via);
  const frame *each = thread.stack.empty() ? nullptr : frame_at(thread.stack.back().frame);
  if (each == nullptr || each->awaiter == 0 || own_business())
    return;
  for (int depth = 0; depth < 16 && each != nullptr && each->awaiter != 0; ++depth) {
    each = frame_at(each->awaiter);
    if (each != nullptr)
      add(each->suspended_at);
  }
}

/// Whether an access to one of these bytes is remembered.
inline bool detector::knows_of(std::uintptr_t address, std::uintptr_t end) noexcept {
  for (std::uintptr_t key = granule_of(address); key <= granule_of(end - 1); ++key)
    if (cells_.find(key) != nullptr)
      return true;
  return false;
}

void detector::touch(thread_state &thread, std::uintptr_t address, std::uint64_t size, const corace_site *site,
                     bool reads, bool writes) {
  const task_id id = current(thread);
  if (id == no_task && (tasks_are_told || !writes))
    return;
  const std::uintptr_t end = address + std::min(size, watched_bytes);
  if (!is_system(site) || remembers_all() || knows_of(address, end))
    return remember(thread, id, address, size, site, reads, writes);
  // It could only say what has become of an access that the user's own code has made; and there was none.
  if (thread.collects)
    for (std::uintptr_t key = granule_of(address); key <= granule_of(end - 1); ++key)
      thread.touched[key] |= writes;
}

void detector::remember(thread_state &thread, task_id id, std::uintptr_t address, std::uint64_t size,
                        const corace_site *site, bool reads, bool writes) {
  activation *const top = thread.stack.empty() ? nullptr : &thread.stack.back();
  const frame *const running = top == nullptr ? nullptr : frame_of(*top);
  const bool own_code = running != nullptr && running->site != nullptr && same_function(*site, *running->site);

  footing here{thread, reads, writes, !is_system(site) && (running == nullptr || !running->suspended), {}};
  access &now = here.now;
  now.time = tick();
  now.site = site;
  now.via = own_code || top == nullptr ? nullptr : top->via;
  now.frame = top == nullptr ? 0 : top->frame;
  now.task = id;
  now.segment = exists(id) ? tasks_[id].segment : 0;
  now.written = writes;
  now.address = address;
  now.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, std::numeric_limits<std::uint32_t>::max()));
  if (size <= 8) {
    now.value = content(address, now.size);
    now.has_value = true;
  }
  roles_.clear();
  if (!candidates.empty() && exists(id))
    collect_roles(thread, site, now.via);
  const std::uintptr_t end = address + std::min(size, watched_bytes);
  for (std::uintptr_t at = address; at < end; at = (granule_of(at) + 1) * granule)
    touch_granule(here, at, end);
  if (options.history && history_.size() < kept_history && exists(id))
    history_.push_back(to_event(now, writes ? event::type::write : event::type::read));
}

void detector::touch_granule(footing &here, std::uintptr_t address, std::uintptr_t end) {
  const std::uintptr_t key = granule_of(address);
  if (here.thread.collects)
    here.thread.touched[key] |= here.writes;
  access &now = here.now;
  now.mask = mask_of(address, end);
  if (now.task == no_task) { // code outside of all tasks can be a rival, no more; and only where tasks were
    if (cell *known = cells_.find(key))
      known->writes.add(now);
    return;
  }
  cell &shared = cells_[key];
  if (shared.born == 0)
    shared.born = now.time;
  record &own = tasks_[now.task].records[address];
  if (own.read.time < shared.born)
    own.read.time = 0, own.read_segment = ~std::uint32_t{0};
  if (own.write.time < shared.born)
    own.write.time = 0;
  now.blind = here.writes && !here.reads && own.read_segment != now.segment;

  if (!roles_.empty())
    visit_roles(here);
  if (here.generic)
    check_generic(here, shared, own);

  if (here.reads) {
    own.read_segment = now.segment;
    if (here.generic)
      own.read = now;
  }
  if (here.writes) {
    shared.writes.add(now);
    own.read.time = 0; // from here on the task knows its own value
    if (here.generic)
      own.write = now;
    else
      own.write.time = 0;
  } else if (candidates.wants_reads()) {
    readers_[key].add(now);
  }
}

void detector::visit_roles(footing &here) {
  for (const role &each : roles_)
    if (each.second)
      visit_second(here, each);
  for (const role &each : roles_)
    if (each.first)
      visit_first(here, each);
}

/// Lost update and state bleed, without a candidate's help. What the pass could not derive is left to candidates.
void detector::check_generic(footing &here, cell &shared, record &own) {
  const access &now = here.now;
  const auto by_other = [&](const access &each) { return each.task != now.task && !is_system(each.site); };
  if (here.writes && !here.reads && (now.site->flags & CORACE_SITE_WRITE_BACK) != 0 && own.read &&
      own.read.segment != now.segment) {
    const access *rival = shared.writes.latest(own.read.time, own.read.mask & now.mask, by_other);
    if (rival != nullptr && !harmless(own.read, *rival) && is_news(race_kind::lost_update, own.read, now) &&
        !ordered_around(own.read, *rival, now))
      report(race_kind::lost_update, matching(race_kind::lost_update, own.read, now), own.read, *rival, now);
  }
  if (here.writes || !own.write || !own.write.blind || own.write.segment == now.segment ||
      (own.write.site->flags & CORACE_SITE_WRITE_BACK) != 0)
    return;
  const access *rival = shared.writes.latest(own.write.time, own.write.mask & now.mask, [&](const access &each) {
    return by_other(each) && each.task != no_task && each.blind && (each.site->flags & CORACE_SITE_WRITE_BACK) == 0;
  });
  if (rival != nullptr && !harmless(own.write, *rival) && !same_value(own.write, now) &&
      is_news(race_kind::state_bleed, own.write, now) && !ordered_around(own.write, *rival, now))
    report(race_kind::state_bleed, matching(race_kind::state_bleed, own.write, now), own.write, *rival, now);
}

void detector::visit_first(footing &here, const role &which) {
  const access &now = here.now;
  const candidate &of = candidates.all()[which.candidate];
  const shape kind = shape_of(of.kind);
  // Where the body itself accesses, the kind tells which access is meant. What library code does is taken as a whole.
  if (!is_system(now.site) && !(kind.first_written ? here.writes : here.reads))
    return;
  std::vector<watch> &watches = tasks_[now.task].watches;
  auto at =
      std::find_if(watches.begin(), watches.end(), [&](const watch &w) { return w.candidate == which.candidate; });
  if (at == watches.end()) {
    watches.emplace_back();
    at = std::prev(watches.end());
    at->candidate = which.candidate;
  }
  if (!at->active || at->segment != now.segment) {
    // Where both places share a line (x = x + co_await f()) the line runs on after the suspension: then what was seen
    // before it stays, and only what is read again is fresh.
    if (!at->active || !which.second)
      at->cells.clear();
    at->active = true;
    at->second_counted = false;
    at->segment = now.segment;
    ++counts_[which.candidate].first;
  }
  access &seen = at->cells[granule_of(now.address)];
  if (!seen || seen.segment != now.segment || is_system(seen.site))
    seen = now;
}

void detector::visit_second(footing &here, const role &which) {
  const access &now = here.now;
  const candidate &of = candidates.all()[which.candidate];
  const shape kind = shape_of(of.kind);
  std::vector<watch> &watches = tasks_[now.task].watches;
  const auto at =
      std::find_if(watches.begin(), watches.end(), [&](const watch &w) { return w.candidate == which.candidate; });
  if (at == watches.end() || !at->active || !(kind.second_written ? here.writes : here.reads))
    return;
  if (!at->second_counted) {
    at->second_counted = true;
    ++counts_[which.candidate].second;
  }
  const access *first = nullptr;
  if (const access *rival = broken_by(*at, kind, now, &first))
    report(of.kind, &of, *first, *rival, now);
}

/// The rival's access, if one broke the window that `second` ends. Two ways to be the same object: the very cell that
/// the first place touched; or, for containers that look up by key, a cell that the same rival has written since (the
/// element it put there), where what the first place looked at has been changed by that rival too.
const access *detector::broken_by(watch &seen, const shape &kind, const access &second, const access **first) {
  const auto by_other = [&](const access &each) { return each.task != second.task && !bookkeeping(each); };
  const auto rival_in = [&](std::uintptr_t key, stamp after, std::uint8_t mask, auto accepts) -> const access * {
    cell *shared = cells_.find(key);
    if (shared == nullptr || shared->born > after)
      return nullptr;
    if (kind.rival_written)
      return shared->writes.latest(after, mask, accepts);
    const recent<2> *readers = readers_.find(key);
    return readers == nullptr ? nullptr : readers->latest(after, mask, accepts);
  };
  const std::uintptr_t key = granule_of(second.address);
  if (const access *touched = seen.cells.find(key)) {
    if (touched->segment == second.segment || (by_key(*touched) && is_system(second.site)))
      return nullptr;
    const access *rival = rival_in(key, touched->time, touched->mask & second.mask, by_other);
    if (rival == nullptr || harmless(*touched, *rival) || ordered_around(*touched, *rival, second))
      return nullptr;
    *first = touched;
    return rival;
  }
  cell *fresh = cells_.find(key);
  if (fresh == nullptr || !writes_element(second))
    return nullptr;
  const access *found = nullptr;
  seen.cells.for_each([&](std::uintptr_t looked_at, access &touched) {
    if (found != nullptr || !is_system(touched.site) || touched.segment == second.segment)
      return;
    const access *element = fresh->writes.latest(touched.time, second.mask, by_other);
    if (element == nullptr)
      return;
    const auto by_same = [&](const access &each) { return each.task == element->task && !bookkeeping(each); };
    const access *rival = rival_in(looked_at, touched.time, touched.mask, by_same);
    if (rival == nullptr || harmless(touched, *rival) || ordered_around(touched, *rival, second))
      return;
    *first = &touched;
    found = rival;
  });
  return found;
}

/// A rival that can run only after `first` and only before `second` was called by the task itself.
bool detector::ordered_around(const access &first, const access &rival, const access &second) {
  return rival.task != no_task && ordered(first, rival.task, rival.time) && ordered(rival, second.task, second.time);
}

const candidate *detector::matching(race_kind kind, const access &first, const access &second) {
  const auto holds = [&](const access &what, std::uint32_t wanted, bool as_first) {
    for (const corace_site *site : {what.site, what.via})
      for (const role &each : candidates.roles_of(site))
        if (each.candidate == wanted && (as_first ? each.first : each.second))
          return true;
    return false;
  };
  for (std::uint32_t i = 0; i < candidates.all().size(); ++i)
    if (candidates.all()[i].kind == kind && holds(first, i, true) && holds(second, i, false))
      return &candidates.all()[i];
  return nullptr;
}

/// Where a report stands: in the user's own code, as far as that is known.
static const corace_site *place_of(const access &what) noexcept {
  return is_system(what.site) && what.via != nullptr ? what.via : what.site;
}

bool detector::is_news(race_kind kind, const access &first, const access &second) const noexcept {
  const reported wanted{kind, place_of(first), place_of(second)};
  return std::find(reported_.begin(), reported_.end(), wanted) == reported_.end();
}

void detector::report(race_kind kind, const candidate *matched, const access &first, const access &rival,
                      const access &second) {
  if (!is_news(kind, first, second))
    return;
  reported_.push_back({kind, place_of(first), place_of(second)});
  violation found{kind, matched, {}, {}, {}, {}, {}};
  found.first = to_event(first, first.written ? event::type::write : event::type::read);
  found.rival = to_event(rival, rival.written ? event::type::write : event::type::read);
  found.second = to_event(second, second.written ? event::type::write : event::type::read);
  // The suspension in the same coroutine tells most; where the access was in a coroutine that has ended, take any.
  for (const bool same_frame : {true, false}) {
    for (const suspension &each : at(second.task).suspensions)
      if (each.time > first.time && each.time < second.time && (!same_frame || each.frame == first.frame)) {
        found.suspension = {event::type::suspend, second.task, each.segment, each.site, nullptr, 0, 0, 0, false};
        break;
      }
    if (found.suspension.site != nullptr)
      break;
  }
  if (matched != nullptr)
    found.object = matched->object;
  for (const access *each : {&first, &second, &rival})
    if (found.object.empty() && !is_system(each->site))
      found.object = object_of(*each->site);
  violations_.push_back(std::move(found));
  if (options.violated)
    options.violated(options.context, violations_.back());
}

void detector::forget(std::uintptr_t address, std::uint64_t size) {
  if (size == 0 || cells_.size() == 0)
    return;
  const std::uintptr_t first = granule_of(address), last = granule_of(address + size - 1);
  if (last - first > cells_.size()) { // the table is the shorter list
    const auto inside = [&](std::uintptr_t key) { return key >= first && key <= last; };
    cells_.erase_if(inside);
    readers_.erase_if(inside);
    return;
  }
  for (std::uintptr_t key = first; key <= last; ++key) {
    cells_.erase(key);
    readers_.erase(key);
  }
}

/// The size of what is freed is not known. Cells side by side from its beginning belong to it for certain: the
/// allocator keeps a word of its own between two allocations. The rest is forgotten when the memory is given out again.
void detector::forget_allocation(std::uintptr_t address) {
  for (std::uintptr_t key = granule_of(address); cells_.erase(key); ++key)
    readers_.erase(key);
}

} // namespace corace::detect
