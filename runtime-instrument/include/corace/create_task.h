// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// create_task(): makes a coroutine a task of its own, which runs concurrently with its creator.
//
// The body is posted, never run inline: it starts in a tick to come, behind what is ready already. The task gets a copy
// of its creator's context variables. Fairness: first in, first out. Needs a running loop. Conformance: TASK-01,
// TASK-10, CTX-18. Differs from asyncio: none of its tasks is lost when the handle is dropped.
#pragma once

#include <corace/task_handle.h>

namespace corace {

template <class T>
[[nodiscard("without the handle nobody sees the task fail; .detach() says that this is meant")]] task_handle<T>
create_task(task<T> coroutine, std::string name = {}) {
  event_loop *loop = event_loop::current();
  if (!loop) {
    coroutine.discard();
    (void)event_loop::require("create_task()");
  }
  using record = detail::task_record<T>;
  auto state = detail::task_pointer<record>::adopt(
      new record(*loop, loop->running(), std::move(name), detail::context::current(), coroutine.release()));
  loop->add(*state);
  return task_handle<T>(std::move(state));
}

/// What is a task already stays the same task.
template <class T> [[nodiscard]] task_handle<T> create_task(task_handle<T> handle) { return handle; }

} // namespace corace
