// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// create_task(): makes a coroutine a task of its own, which runs concurrently with its creator.
//
// The body is posted, never run inline: it starts in a tick to come, behind what is ready already. With
// task_options::eager it runs at once, up to its first suspension. The task gets a copy of its creator's context
// variables, or the context that the options name, itself. Fairness: first in, first out. Needs a running loop.
// Conformance: TASK-01, TASK-10, TASK-17, CTX-18, CTX-24, CTX-30, EAG. Differs from asyncio: none of its tasks is lost
// when the handle is dropped.
#pragma once

#include <corace/task_handle.h>

namespace corace {

/// No aggregate: GCC 12 copies the bytes of one that is made inside a co_await expression.
class task_options {
public:
  task_options() noexcept {}
  task_options named(std::string text) && {
    name = std::move(text);
    return std::move(*this);
  }
  task_options eagerly() && {
    eager = true;
    return std::move(*this);
  }
  task_options in(corace::context where) && {
    context = std::move(where);
    return std::move(*this);
  }

  std::string name;                       ///< empty: "Task-N"
  bool eager = false;                     ///< the first segment runs inside create_task()
  std::optional<corace::context> context; ///< to run in, itself; nothing: a copy of the current one
};

namespace detail {
void adopt_task(event_loop &loop, task_state &state, task_options &&options, std::source_location where);
/// Throws std::invalid_argument when the future is another loop's than the one that runs.
void check_loop(const future_state &state, const char *who);

/// Makes the state and hands it to the loop.
template <class T>
[[nodiscard]] task_handle<T> start_task(event_loop &loop, corace::task<T> coroutine, task_options options,
                                        std::source_location where) {
  using record = task_record<T>;
  auto state = pointer<record>::adopt(new record(loop, coroutine.release()));
  adopt_task(loop, *state, std::move(options), where);
  return task_handle<T>(std::move(state));
}
/// The same without options, in a loop that runs; short, because most tasks are made this way.
template <class T>
[[nodiscard]] task_handle<T> start_task(event_loop &loop, corace::task<T> &&coroutine, std::source_location where) {
  using record = task_record<T>;
  auto state = pointer<record>::adopt(new record(loop, coroutine.release()));
  if (loop.debug() || loop.get_task_factory()) [[unlikely]] {
    adopt_task(loop, *state, task_options(), where);
  } else {
    if (const context_values &values = current_context().values())
      state->values = context_slot(values);
    loop.add(*state);
  }
  return task_handle<T>(std::move(state));
}
} // namespace detail

template <class T>
[[nodiscard("without the handle nobody sees the task fail; .detach() says that this is meant")]] task_handle<T>
create_task(task<T> coroutine, task_options options, std::source_location where = std::source_location::current()) {
  event_loop *loop = event_loop::current();
  if (!loop) {
    coroutine.discard();
    (void)event_loop::require("create_task()");
  }
  return detail::start_task(*loop, std::move(coroutine), std::move(options), where);
}

template <class T>
[[nodiscard("without the handle nobody sees the task fail; .detach() says that this is meant")]] task_handle<T>
create_task(task<T> coroutine, std::string name, std::source_location where = std::source_location::current()) {
  return create_task(std::move(coroutine), task_options().named(std::move(name)), where);
}
template <class T>
[[nodiscard("without the handle nobody sees the task fail; .detach() says that this is meant")]] task_handle<T>
create_task(task<T> coroutine, std::source_location where = std::source_location::current()) {
  event_loop *loop = event_loop::current();
  if (!loop) [[unlikely]] {
    coroutine.discard();
    (void)event_loop::require("create_task()");
  }
  return detail::start_task(*loop, std::move(coroutine), where);
}

/// What is a task or a future already stays the same one. Throws std::invalid_argument when it is another loop's.
template <class T> [[nodiscard]] task_handle<T> create_task(task_handle<T> handle) {
  detail::check_loop(*handle.state(), "create_task()");
  return handle;
}
template <class T> [[nodiscard]] future<T> create_task(future<T> f) {
  detail::check_loop(*f.state(), "create_task()");
  return f;
}

template <class T> T event_loop::run_until_complete(task<T> coroutine) {
  if (is_closed() || event_loop::current())
    coroutine.discard();
  check_usable("run_until_complete()");
  return run_until_complete(detail::start_task(*this, std::move(coroutine), task_options(), std::source_location()));
}

} // namespace corace
