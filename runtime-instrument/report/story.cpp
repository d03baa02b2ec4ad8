// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/story.h"

#include "explore/label.h"

#include <cstring>
#include <set>
#include <tuple>

namespace corace::report {

using schedule::finding;

const corace_site *place_of(const detect::event &e) {
  return e.via && (!e.site || (e.site->flags & CORACE_SITE_SYSTEM)) ? e.via : e.site;
}

std::string number(std::uint64_t value, std::uint32_t size) {
  const unsigned bits = size * 8;
  if (bits == 0 || bits > 64)
    return std::to_string(value);
  const auto wide = static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
  return wide < 0 && wide > -1000000 ? std::to_string(wide) : std::to_string(value);
}

std::string task_names::label(std::uint32_t loop, detect::task_id id) {
  if (const auto *task = find(loop, id)) {
    used_.try_emplace(task->label, task->name);
    return task->label;
  }
  auto [at, fresh] = given_.try_emplace(id);
  if (fresh) {
    at->second = schedule::to_label({1, {static_cast<std::uint32_t>(given_.size())}});
    used_.try_emplace(at->second, detect::task_name(id));
  }
  return at->second;
}

const schedule::task_entry *task_names::find(std::uint32_t loop, detect::task_id id) const {
  for (const auto &each : finding_.tasks)
    if (each.loop == loop && each.id == id)
      return &each;
  return nullptr;
}

namespace {
/// Belongs to the story of this race: an access to the object, or a turn of one of the two tasks.
[[nodiscard]] bool relevant(const detect::event &e, const schedule::violation_entry &race) {
  const bool access = e.what == detect::event::type::read || e.what == detect::event::type::write;
  const auto overlaps = [&](const detect::event &of) {
    return e.address < of.address + of.size && of.address < e.address + e.size;
  };
  if (access)
    return overlaps(race.first) || overlaps(race.rival) || overlaps(race.second);
  return e.task == race.first.task || e.task == race.rival.task;
}

/// What a library does inside is not what the user calls the value; an atomic's is.
[[nodiscard]] std::string value_of(const detect::event &e) {
  const bool internal =
      e.site && (e.site->flags & CORACE_SITE_SYSTEM) && !std::strstr(detect::file_of(*e.site), "atomic");
  return e.has_value && !internal ? number(e.value, e.size) : "-";
}

/// A call into a library may access the object many times; one of each sort tells what it does.
class library_steps {
public:
  [[nodiscard]] bool seen_before(const detect::event &e) {
    if (e.task != task_ || e.segment != segment_)
      seen_.clear();
    task_ = e.task;
    segment_ = e.segment;
    const corace_site *site = place_of(e);
    return value_of(e) == "-" && site &&
           !seen_.emplace(e.what, detect::file_of(*site), site->line, site->column).second;
  }

private:
  detect::task_id task_ = detect::no_task;
  std::uint32_t segment_ = 0;
  std::set<std::tuple<detect::event::type, std::string, std::uint32_t, std::uint16_t>> seen_;
};
} // namespace

std::vector<story_step> race_story(const finding &f, task_names &names) {
  std::vector<story_step> steps;
  library_steps repeated;
  for (const auto &[event, loop] : f.history) {
    if (loop != f.race->loop || !relevant(event, *f.race) || repeated.seen_before(event))
      continue;
    const bool access = event.what == detect::event::type::read || event.what == detect::event::type::write;
    steps.push_back(
        {names.label(loop, event.task), event.what, event.segment, place_of(event), access ? value_of(event) : "-"});
  }
  return steps;
}

} // namespace corace::report
