// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/wake_ups.h"

#include "report/notes.h"

#include <corace/any_task.h>
#include <corace/detail/promise.h>

#include <algorithm>

namespace corace::schedule {

namespace {
[[nodiscard]] bool somebody_waits(const event_loop &loop, const void *object) {
  const auto all = loop.all_tasks();
  return std::any_of(all.begin(), all.end(),
                     [&](const any_task &each) { return each.task().why_waiting().object == object; });
}
} // namespace

void wake_ups::told(const event_loop &loop, detail::sync_event what, const void *object) {
  using detail::sync_event;
  if (what != sync_event::wake) {
    const auto at = missed_.find(object);
    if (at == missed_.end())
      return;
    if (what == sync_event::change)
      at->second.lasts = false;
    else if (what == sync_event::look && at->second.lasts) // who comes now goes on
      missed_.erase(at);
    return;
  }
  const detail::task_state *giver = loop.running();
  if (!giver || !giver->root || somebody_waits(loop, object))
    return;
  wake_up &last = missed_[object];
  last = {.task = report::task_title(*giver), .file = {}};
  const detail::promise_base *innermost = giver->root;
  while (innermost->awaited)
    innermost = innermost->awaited;
  if (const std::source_location &at = innermost->awaits_at; at.line()) {
    const std::string_view file = at.file_name();
    last.file = file.substr(file.rfind('/') + 1);
    last.line = at.line();
  }
}

std::string wake_ups::missed(const void *object) const {
  const auto at = missed_.find(object);
  if (at == missed_.end())
    return {};
  const auto &[task, file, line, lasts] = at->second;
  return "task '" + task + "' had woken nobody there" +
         (line ? ", after its await at " + file + ":" + std::to_string(line) : ", before its first await");
}

} // namespace corace::schedule
