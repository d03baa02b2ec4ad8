// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/nondeterminism.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace corace::schedule {

namespace {
using names = std::map<task_key, std::string>;

[[nodiscard]] names names_of(const run_memory &run) {
  names all;
  for (const task_entry &each : run.tasks.all())
    all.emplace(each.key, std::string(each.label) + " '" + each.name + "'");
  return all;
}

[[nodiscard]] std::string name_of(const names &all, task_key task) {
  const auto at = all.find(task);
  return at == all.end() ? "?" : at->second;
}

[[nodiscard]] std::string place_of(const step_entry &step) {
  if (!step.at.line())
    return "its beginning";
  const std::string_view file = step.at.file_name();
  return std::string(file.substr(file.rfind('/') + 1)) + ':' + std::to_string(step.at.line());
}

[[nodiscard]] std::string list(const names &all, std::span<const task_key> tasks) {
  constexpr std::size_t most = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(tasks.size(), most); ++i)
    text += (i ? ", " : "") + name_of(all, tasks[i]);
  return tasks.size() > most ? text + " and " + std::to_string(tasks.size() - most) + " more" : text;
}
} // namespace

trace::trace(const run_memory &run) : names_(names_of(run)), whole_(run.steps.size() <= most) {
  const auto all = run.steps.all();
  steps_.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), most)));
  if (!steps_.empty()) {
    const auto ready = run.ready.part(0, steps_.back().ready_begin + steps_.back().ready_count);
    ready_.assign(ready.begin(), ready.end());
  }
}

std::string trace::difference(const run_memory &again) const {
  const names now = names_of(again);
  const auto at = [](std::size_t i) { return "at step " + std::to_string(i + 1) + ", "; };
  for (std::size_t i = 0; i < std::min(steps_.size(), again.steps.size()); ++i) {
    const step_entry &before = steps_[i], &after = again.steps[i];
    const auto was = std::span(ready_).subspan(before.ready_begin, before.ready_count);
    const auto is = again.ready_at(after);
    if (!std::equal(was.begin(), was.end(), is.begin(), is.end()))
      return at(i) + "where task " + name_of(names_, before.chosen) + " went on from " + place_of(before) + ", " +
             list(names_, was) + (was.size() == 1 ? " was" : " were") + " ready, and " + list(now, is) +
             (is.size() == 1 ? " was" : " were") + " the next time";
    if (before.chosen != after.chosen)
      return at(i) + "task " + name_of(names_, before.chosen) + " ran, and " + name_of(now, after.chosen) +
             " the next time";
    if (place_of(before) != place_of(after))
      return at(i) + "task " + name_of(names_, before.chosen) + " went on from " + place_of(before) + ", and from " +
             place_of(after) + " the next time";
  }
  if (whole_ && steps_.size() < again.steps.size())
    return "after step " + std::to_string(steps_.size()) + " the run was over, and went on with task " +
           name_of(now, again.steps[steps_.size()].chosen) + " the next time";
  if (steps_.size() > again.steps.size())
    return at(again.steps.size()) + "task " + name_of(names_, steps_[again.steps.size()].chosen) +
           " ran, and the run was over the next time";
  return {};
}

} // namespace corace::schedule
