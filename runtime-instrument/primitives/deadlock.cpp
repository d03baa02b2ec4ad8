// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is said of tasks that have not ended: who waits for what, and who waits for whom in a circle.
#include <corace/detail/task_state.h>
#include <corace/errors.h>
#include <corace/event_loop.h>

#include <algorithm>
#include <unordered_set>

namespace corace {

namespace {
constexpr std::size_t most = 20; // a message is to be read
using tasks = std::vector<const detail::task_state *>;

[[nodiscard]] std::string words(const detail::task_state &task) {
  std::string text = "'" + task.name() + "'";
  if (const std::string target = task.waits_for(); !target.empty())
    text += " waits for " + target;
  if (task.has_place)
    text += std::string(" (created at ") + task.created.file_name() + ":" + std::to_string(task.created.line()) + ")";
  return text;
}

/// Up to `most` of them, joined by "; ".
[[nodiscard]] std::string words(const tasks &all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i)
    text += (i ? "; " : "") + words(*all[i]);
  return all.size() > most ? text + "; and " + std::to_string(all.size() - most) + " more" : text;
}

/// Tasks of which each waits for the next one, and the last one for the first. Each task waits for one at most, so
/// whoever follows the waits comes to an end or into the circle.
[[nodiscard]] tasks find_circle(const tasks &all) {
  std::unordered_set<const detail::task_state *> seen;
  for (const detail::task_state *start : all) {
    tasks way;
    for (const detail::task_state *each = start; each; each = each->why_waiting().task) {
      if (const auto before = std::find(way.begin(), way.end(), each); before != way.end())
        return {before, way.end()};
      if (!seen.insert(each).second)
        break;
      way.push_back(each);
    }
  }
  return {};
}
} // namespace

std::string event_loop::pending_tasks() const {
  tasks all;
  for (const detail::task_state *task = oldest_; task; task = task->next_live)
    all.push_back(task);
  return words(all);
}

// The circle comes first, then the other tasks, then the wake-ups that came too early.
std::string event_loop::stuck_tasks() const {
  tasks all;
  for (const detail::task_state *task = oldest_; task; task = task->next_live)
    all.push_back(task);
  const tasks circle = find_circle(all);
  std::string text;
  for (const detail::task_state *each : circle) {
    text += (text.empty() ? "" : ", and ") + words(*each);
    std::erase(all, each);
  }
  if (!circle.empty() && !all.empty())
    text += "; besides, ";
  text += words(all);
  for (const detail::task_state *each : all)
    if (const void *object = each->why_waiting().object; object && scheduler_)
      if (const std::string missed = scheduler_->missed_wake_up(object); !missed.empty())
        text += "; lost wake-up: before '" + each->name() + "' waited, " + missed;
  return text;
}

void event_loop::deadlock(const detail::future_state &main) {
  const std::string stuck = stuck_tasks();
  const std::string message =
      "deadlock: nothing can run, and " + main.title() + " has not ended" + (stuck.empty() ? "" : "; " + stuck);
  forgiven_ = true; // the message names them
  if (scheduler_)
    scheduler_->deadlocked(message);
  else
    detail::report_deadlock(message);
  throw deadlock_error(message);
}

} // namespace corace
