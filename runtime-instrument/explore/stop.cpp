// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/stop.h"

#include "report/notes.h"

#include <corace/detail/promise.h>
#include <corace/event_loop.h>

#include <string>

const char *__corace_stop_why = "";
const void *__corace_stop_at = nullptr;

[[gnu::noinline]] void __corace_stop_here([[maybe_unused]] const char *why) {
  asm volatile("" : : "r"(why) : "memory");
}

namespace corace::schedule {

namespace {
[[nodiscard]] std::string named(const detail::task_state &task) {
  return to_label({task.loop->ordinal(), task.watched->path.ordinals()}) + " (" + report::task_title(task) + ')';
}
} // namespace

void stop_at_switch(const detail::task_state &chosen, const detail::task_state &usual) {
  std::string why = named(chosen) + " runs instead of " + named(usual) + ' ';
  const detail::promise_base *innermost = chosen.root;
  while (innermost && innermost->awaited)
    innermost = innermost->awaited;
  if (chosen.now == detail::task_state::phase::fresh || !innermost || innermost->awaits_at.line() == 0)
    why += "and begins";
  else
    why += "and goes on at " + std::string(innermost->awaits_at.file_name()) + ':' +
           std::to_string(innermost->awaits_at.line());
  // Every compiler's frame begins with the function that resumes it.
  __corace_stop_at = chosen.innermost ? *static_cast<const void *const *>(chosen.innermost.address()) : nullptr;
  __corace_stop_why = why.c_str();
  __corace_stop_here(why.c_str());
  __corace_stop_why = "";
}

} // namespace corace::schedule
