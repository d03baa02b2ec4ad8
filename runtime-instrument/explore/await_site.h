// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a task waits. A task is a coroutine together with those that it awaits, so it stands at several awaits at once:
// that of its own coroutine, that of the one which this one awaits, and so on to the innermost.
#pragma once

#include <corace/detail/promise.h>

#include <cstdint>
#include <source_location>

namespace corace::schedule {

/// The innermost await; line 0: the task has not begun.
[[nodiscard]] inline std::source_location await_of(const detail::task_state &task) noexcept {
  if (task.now == detail::task_state::phase::fresh || !task.root)
    return {};
  const detail::promise_base *innermost = task.root;
  while (innermost->awaited)
    innermost = innermost->awaited;
  return innermost->awaits_at;
}

/// The await of the task's own coroutine.
[[nodiscard]] inline std::source_location own_await_of(const detail::task_state &task) noexcept {
  return task.now == detail::task_state::phase::fresh || !task.root ? std::source_location() : task.root->awaits_at;
}

/// The same await is the same number throughout a search; 0: none.
[[nodiscard]] inline std::uint64_t site_of(const std::source_location &at) noexcept {
  if (at.line() == 0)
    return 0;
  const std::uint64_t place = std::uint64_t{at.line()} << 32 | at.column();
  return (reinterpret_cast<std::uintptr_t>(at.file_name()) ^ place * 0x9e3779b97f4a7c15u) | 1;
}

/// One of the awaits at which the task stands is this one.
[[nodiscard]] inline bool stands_at(const detail::task_state &task, std::uint64_t site) noexcept {
  if (task.now == detail::task_state::phase::fresh)
    return false;
  for (const detail::promise_base *each = task.root; each; each = each->awaited)
    if (site_of(each->awaits_at) == site)
      return true;
  return false;
}

} // namespace corace::schedule
