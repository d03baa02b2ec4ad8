// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/coverage.h"

#include <algorithm>

namespace corace::schedule {

namespace {
/// A synchronisation object and no memory: its key is an address with the lowest bit set. A granule's key may be odd as
/// well but is an address / 8, and those of user space have 47 bits.
[[nodiscard]] bool is_sync(std::uintptr_t key) noexcept { return (key & 1) && (key >> 44); }

/// What a wait was seen to be.
enum class wait_state : std::uint8_t { plain, crossed, disturbed };
} // namespace

await_coverage &coverage::at(const step_entry &step) {
  await_coverage *&known = by_site_[step.site];
  if (known)
    return *known;
  const std::source_location &where = step.at;
  await_coverage &entry = awaits_[{where.file_name(), where.line(), where.column(), where.function_name()}];
  entry.file = where.file_name();
  entry.function = where.function_name();
  entry.line = where.line();
  entry.column = where.column();
  known = &entry;
  return entry;
}

void coverage::count(const run_memory &run) {
  tasks_.clear();
  writes_.clear();
  for (std::uint32_t i = 0; i < run.steps.size(); ++i) {
    const step_entry &step = run.steps[i];
    task_turns &turns = tasks_[step.chosen];
    turns.steps.push_back(i);
    for (const auto &cell : run.cells_of(step)) {
      if (is_sync(cell.key))
        continue;
      turns.touched[cell.key].push_back({i, cell.written});
      if (cell.written)
        writes_[cell.key].push_back({i, step.chosen});
    }
  }
  for (const auto &[task, turns] : tasks_)
    count_task(run, task, turns);
}

void coverage::count_task(const run_memory &run, task_key task, const task_turns &turns) {
  if (turns.steps.size() < 2)
    return;
  // The n-th wait ends with the task's turn n + 1.
  std::vector<wait_state> waits(turns.steps.size() - 1, wait_state::plain);
  const auto turn_of = [&](std::uint32_t step) {
    return static_cast<std::size_t>(std::lower_bound(turns.steps.begin(), turns.steps.end(), step) -
                                    turns.steps.begin());
  };
  for (const auto &[key, touched] : turns.touched) {
    const auto written = writes_.find(key);
    if (touched.size() < 2 || written == writes_.end())
      continue;
    const auto &writes = written->second;
    if (std::all_of(writes.begin(), writes.end(), [&](const write &w) { return w.by == task; }))
      continue;
    const std::size_t first = turn_of(touched.front().step), last = turn_of(touched.back().step);
    for (std::size_t wait = first; wait < last; ++wait)
      waits[wait] = std::max(waits[wait], wait_state::crossed);
    for (const write &each : writes)
      if (each.by != task && each.step > touched.front().step && each.step < touched.back().step)
        waits[turn_of(each.step) - 1] = wait_state::disturbed;
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const step_entry &after = run.steps[turns.steps[i + 1]];
    if (!after.at.line())
      continue;
    await_coverage &entry = at(after);
    ++entry.waits;
    entry.across += waits[i] != wait_state::plain;
    entry.disturbed += waits[i] == wait_state::disturbed;
  }
}

std::vector<await_coverage> coverage::awaits() const {
  std::vector<await_coverage> all;
  for (const auto &[where, entry] : awaits_)
    all.push_back(entry);
  return all;
}

} // namespace corace::schedule
